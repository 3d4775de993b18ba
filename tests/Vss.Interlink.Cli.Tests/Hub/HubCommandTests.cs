using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Vss.Interlink.Cli.Hub;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Cli.Tests.Hub;

public sealed class HubCommandTests : IAsyncLifetime
{
    private const string Id = "x-0199aa11";
    private readonly string _folder = Directory.CreateTempSubdirectory("interlink-cli-").FullName;
    private HubHost _hub = null!;

    private static DevelopmentPki Pki => TestPki.Instance;

    private string[] Access => ["--hub", _hub.Address, "--key", Pki.KeyUri("inside"), "--trust", Pki.Anchors];

    public async ValueTask InitializeAsync() => _hub = await HubHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_trace_is_a_table_in_Vietnam_time_and_nothing_in_it_steers_the_terminal()
    {
        var run = await Interlink.RunAsync(["trace", Id, .. Access]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("(?s)2026-11-21T09:00:00\\.000\\+07:00  Accepted +soap .*09:00:02\\.000\\+07:00  Attempted PARTNER_UNAVAILABLE  - +d-1 +delivery\\.attempt +connection refused.*09:00:05\\.000\\+07:00  Delivered", run.Out);
        Assert.Matches("subject +H\\\\u\\{1ED3\\} s", run.Out);
        Assert.True(Ascii.IsValid(run.Out) && !run.Out.Contains('\u001b', StringComparison.Ordinal), run.Out);
    }

    [Fact]
    public async Task A_trace_as_JSON_has_the_fields_of_the_contract()
    {
        var run = await Interlink.RunAsync(["trace", Id, "--json", .. Access]);
        Assert.Equal((Id, 3), (run.Json.GetProperty("exchange").GetProperty("exchangeId").GetString(), run.Json.GetProperty("lines").GetArrayLength()));
        Assert.Equal("", run.Json.GetProperty("lines")[0].GetProperty("rule").GetString());
    }

    [Theory]
    [InlineData("trace")]
    [InlineData("exchanges show")]
    public async Task A_fault_says_its_name_detail_remedy_and_reference_and_exits_with_the_catalogues_code(string command)
    {
        var run = await Interlink.RunAsync([.. command.Split(' '), "x-none", .. Access]);
        Assert.Equal((66, ""), (run.ExitCode, run.Out));
        Assert.All(["NOT_FOUND", "There is no ", "trace.found", "Check the id; a partner finds only", "r-0042"], said => Assert.Contains(said, run.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fault_as_JSON_stands_on_standard_output()
    {
        var run = await Interlink.RunAsync(["trace", "x-none", "--json", .. Access]);
        var fault = run.Json.GetProperty("fault");
        Assert.Equal((66, ""), (run.ExitCode, run.Error));
        Assert.Equal(["name", "detail", "rule", "remedy", "reference", "passing"], fault.EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("unimplemented", 70, "no such method")]
    [InlineData("strange-details", 77, "not you")]
    public async Task A_status_without_a_line_of_the_catalogue_is_told_as_it_came(string id, int exitCode, string said)
    {
        var run = await Interlink.RunAsync(["trace", id, .. Access]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exchanges_are_listed_by_sender_and_page()
    {
        var run = await Interlink.RunAsync(["exchanges", "list", "--sender", "000.00.00.G22", "--page-size", "1", .. Access]);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches($"2026-11-21T09:00:00.000\\+07:00 +{Id} +COMPLETED +NEW +000.00.00.G22 +btc-1 +000.00.00.G99", run.Out);
        Assert.Contains("--page-token next-1", run.Out, StringComparison.Ordinal);
        var next = await Interlink.RunAsync(["exchanges", "list", "--page-token", "next-1", "--json", .. Access]);
        Assert.Equal(0, next.Json.GetProperty("exchanges").GetArrayLength());
    }

    [Fact]
    public async Task An_exchange_is_shown_with_its_deliveries_and_evidence()
    {
        var run = await Interlink.RunAsync(["exchanges", "show", Id, .. Access]);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("d-1 +000.00.00.G99 +dossier +DELIVERED +2 +2026-11-21T09:00:05.000\\+07:00 +DELIVERY +- ", run.Out);
        Assert.Matches("DELIVERY +2026-11-21T09:00:05.000\\+07:00 +d-1 +2026-11-21T09:01:00.000\\+07:00 +CN=Time +abab", run.Out);
        Assert.Equal("COMPLETED", (await Interlink.RunAsync(["exchanges", "show", Id, "--json", .. Access])).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_scrub_says_how_far_it_is_on_standard_error_and_what_it_found_on_standard_output()
    {
        var run = await Interlink.RunAsync(["bodies", "scrub", .. Access]);
        Assert.Equal((1, "700 seen, 0 changed, 1000 octets, 1 findings"), (run.ExitCode, run.Error.Trim()));
        Assert.Matches("(?s)^bodies +900\\s+verified +898 \\(2000 octets\\)\\s+findings +2\\s+RULE +FINDING\\s+body.segment +Body ab12 is damaged.*body.present +Body cd34 is not", run.Out);
        var json = await Interlink.RunAsync(["bodies", "scrub", "--json", .. Access]);
        Assert.Equal((1, "2", 2, true), (json.ExitCode, json.Json.GetProperty("faults").GetString(), json.Json.GetProperty("findings").GetArrayLength(), json.Json.GetProperty("done").GetBoolean()));
    }

    [Fact]
    public async Task Rekeying_says_how_many_bodies_it_changed_and_a_fault_ends_a_run_with_its_code()
    {
        var run = await Interlink.RunAsync(["bodies", "rekey", .. Access]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("^bodies +900\\s+re-keyed +30 \\(500 octets\\)\\s+findings +0\\s*$", run.Out);
        Assert.Equal(66, (await Interlink.RunAsync(["bodies", "collect", .. Access])).ExitCode);
    }

    [Fact]
    public async Task A_ledger_is_verified_to_its_last_page_however_long_it_takes_and_what_is_broken_is_the_exit_code()
    {
        var run = await Interlink.RunAsync(["ledger", "verify", .. Access]);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Matches($"FAIL +{Id} +ledger.digest +The dossier is not", run.Out);
        Assert.Contains("107 exchanges: 1 broken rules, 0 that cannot be told.", run.Out, StringComparison.Ordinal);
        Assert.Contains("Time stamps: 12 batches, 2 pieces of evidence wait, the oldest since 2026-11-21T09:00:05.000+07:00. Nobody answers.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Archiving_goes_on_past_what_is_left_out_however_long_it_takes_and_tells_of_it()
    {
        var run = await Interlink.RunAsync(["ledger", "archive", .. Access]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("(?s)^one.zip.*left out +x-2 +Its body is damaged.*1 exchanges archived", run.Out);
    }

    [Fact]
    public async Task A_hold_is_placed_with_a_reason_and_names_the_archive_that_must_be_kept_too()
    {
        var run = await Interlink.RunAsync(["holds", "place", Id, "--reason", "case 7", .. Access]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches($"(?s)h-1 +{Id} +2026-11-21T09:00:09.000\\+07:00 +CN=inside +case 7.*keep one.zip", run.Out);
        Assert.Equal(64, (await Interlink.RunAsync(["holds", "place", Id, .. Access])).ExitCode);
        Assert.Equal(66, (await Interlink.RunAsync(["holds", "place", "x-none", "--reason", "r", .. Access])).ExitCode);
    }

    [Fact]
    public async Task A_ledger_is_migrated_without_a_hub_once_and_only_one_that_is_there()
    {
        var file = Path.Combine(_folder, "ledger.db");
        Assert.Equal(64, (await Interlink.RunAsync("ledger", "migrate", "--sqlite", file)).ExitCode);
        await File.WriteAllBytesAsync(file, []);   // to SQLite an empty file is an empty data base
        var run = await Interlink.RunAsync("ledger", "migrate", "--sqlite", file);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("had version 0", run.Out, StringComparison.Ordinal);
        Assert.Contains("nothing to do", (await Interlink.RunAsync("ledger", "migrate", "--sqlite", file)).Out, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "This is no data base, however long it may be. " + new string('x', 5000));
        Assert.Equal(64, (await Interlink.RunAsync("ledger", "migrate", "--sqlite", file)).ExitCode);
        Assert.Equal(64, (await Interlink.RunAsync("ledger", "migrate")).ExitCode);
        var open = await Interlink.RunAsync("ledger", "migrate", "--postgres", "Host=db.example;Database=i;Username=i;Password=secret");
        Assert.Equal(64, open.ExitCode);
        Assert.Contains("VerifyFull", open.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", open.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_may_come_as_PEM_in_one_file_or_in_two()
    {
        var certificates = await File.ReadAllTextAsync(Pki.PathOf("inside", ".pem"));
        using var inside = Pki.Load("inside");
        var key = inside.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem();
        var (one, certificateFile, keyFile) = (Path.Combine(_folder, "one.pem"), Path.Combine(_folder, "certificate.pem"), Path.Combine(_folder, "key.pem"));
        await File.WriteAllTextAsync(one, certificates + key);
        await File.WriteAllTextAsync(certificateFile, certificates);
        await File.WriteAllTextAsync(keyFile, key);
        foreach (var given in new[] { one, $"{certificateFile},{keyFile}" })
        {
            var run = await Interlink.RunAsync("exchanges", "list", "--hub", _hub.Address, "--key", given, "--trust", Pki.Anchors);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
        }
    }

    [Fact]
    public async Task A_hub_below_another_anchor_is_not_spoken_to()
    {
        var run = await Interlink.RunAsync("trace", Id, "--hub", _hub.Address, "--key", Pki.KeyUri("inside"), "--trust", Pki.PathOf("stranger-root", ".crt"));
        Assert.Equal((75, ""), (run.ExitCode, run.Out));
        Assert.Contains("certificate", run.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_caller_whom_the_hub_does_not_know_is_told_to_check_his_key()
    {
        var run = await Interlink.RunAsync("trace", Id, "--hub", _hub.Address, "--key", Pki.KeyUri("stranger"), "--trust", Pki.Anchors);
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("--key", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--hub http://localhost:1 --key KEY --trust TRUST", "--hub")]
    [InlineData("--hub nonsense --key KEY --trust TRUST", "--hub")]
    [InlineData("--hub https://localhost:1 --key pkcs11://token --trust TRUST", "pkcs11")]
    [InlineData("--hub https://localhost:1 --key file:///nowhere.p12 --trust TRUST", "password-file")]
    [InlineData("--hub https://localhost:1 --key /nowhere.pem --trust TRUST", "--key")]
    [InlineData("--hub https://localhost:1 --key KEY --trust /nowhere", "--trust")]
    [InlineData("--hub https://localhost:1 --key KEY", "--trust")]
    [InlineData("--key KEY --trust TRUST", "--hub")]
    public async Task A_wrong_command_line_is_a_usage_error_that_names_what_is_wrong(string line, string named)
    {
        var run = await Interlink.RunAsync(["trace", Id, .. line.Split(' ').Select(word => word switch { "KEY" => Pki.KeyUri("inside"), "TRUST" => Pki.Anchors, _ => word })]);
        Assert.Equal((64, ""), (run.ExitCode, run.Out));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_the_hub_ends_is_told_as_that_and_not_as_the_client_s_own_streams()
    {
        var ended = new HttpRequestException("An error occurred while sending the request.", new IOException("The request was aborted.", new ObjectDisposedException("System.Net.Security.SslStream")));
        var fault = HubFault.Of(new RpcException(new Status(StatusCode.Unavailable, "Error starting gRPC call. ObjectDisposedException: Cannot access a disposed object.", ended)));
        Assert.Equal("The hub ended the connection before it answered.", fault.Detail);
        Assert.Contains("that the hub admits the certificate of --key", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_a_passing_failure()
    {
        var run = await Interlink.RunAsync("trace", Id, "--hub", "https://localhost:1", "--key", Pki.KeyUri("inside"), "--trust", Pki.Anchors);
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("Unavailable", run.Error, StringComparison.Ordinal);
    }
}
