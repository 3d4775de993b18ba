using System.Text.Json;

namespace Vss.Interlink.Cli.Tests.Verify;

/// <summary><c>--policy NAME</c> with a file of policies, as a hub has it.</summary>
public sealed class NamedPolicyTests : IDisposable
{
    private readonly SignedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_policy_that_lists_what_was_used_passes()
    {
        var run = await RunAsync("ours", Policies("open", "open"));
        Assert.Equal((0, "TOTAL-PASSED"), (run.ExitCode, run.LastLine));
        Assert.Contains("policy ours", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2020-12-31", "open", "SHA-256")]
    [InlineData("open", "2020-12-31", "RSA-2048")]
    public async Task What_was_acceptable_until_an_earlier_day_needs_a_proof_of_its_time(string digest, string key, string ended)
    {
        var run = await RunAsync("ours", Policies(digest, key), "--json");
        Assert.Equal((2, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"), (run.ExitCode, run.Json.GetProperty("subIndication").GetString()));
        var steps = run.Json.GetProperty("signatures")[0].GetProperty("steps").EnumerateArray();
        Assert.Contains(steps, step => step.GetProperty("rule").GetString() == "sig.algorithm.date" && step.GetProperty("detail").GetString()!.Contains(ended, StringComparison.Ordinal));
        var then = await RunAsync("ours", Policies("2031-12-31", "2031-12-31"));
        Assert.Equal(0, then.ExitCode);
    }

    [Fact]
    public async Task What_a_policy_does_not_list_is_refused()
    {
        var run = await RunAsync("ours", Policies("open", "open").Replace("\"SHA-256\"", "\"SHA-512\"", StringComparison.Ordinal), "--json");
        Assert.Equal((2, "CRYPTO_CONSTRAINTS_FAILURE"), (run.ExitCode, run.Json.GetProperty("subIndication").GetString()));
    }

    [Fact]
    public async Task A_policy_that_is_not_there_or_a_file_with_faults_is_a_usage_error_that_tells_all()
    {
        Assert.Contains("--policies", (await Interlink.RunAsync("verify", await _files.ReceiptAsync(), "--policy", "ours")).Error, StringComparison.Ordinal);
        Assert.Equal(64, (await Interlink.RunAsync("verify", await _files.ReceiptAsync(), "--policy", "ours")).ExitCode);
        var other = await RunAsync("theirs", Policies("open", "open"));
        Assert.Equal((64, true), (other.ExitCode, other.Error.Contains("no policy theirs", StringComparison.Ordinal)));
        var faulty = await RunAsync("ours", Policies("soon", "open").Replace("\"requiredLevel\": \"Dsig\", ", "", StringComparison.Ordinal));
        Assert.Equal(64, faulty.ExitCode);
        Assert.Contains("'soon'", faulty.Error, StringComparison.Ordinal);
        Assert.Contains("requiredLevel", faulty.Error, StringComparison.Ordinal);
        Assert.Equal(64, (await Interlink.RunAsync("verify", await _files.ReceiptAsync(), "--policy", "ours", "--policies", _files.PathOf("none.json"))).ExitCode);
    }

    [Fact]
    public async Task A_grace_lets_a_list_that_ended_count_and_the_verdict_says_so()
    {
        var text = Policies("open", "open").Replace("\"00:00:00\"", "\"7.00:00:00\"", StringComparison.Ordinal);
        var later = SignedFiles.Now.AddDays(8).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");   // the lists of the development PKI are good for a week
        var without = await RunAsync("ours", Policies("open", "open"), "--at", later);
        var with = await RunAsync("ours", text, "--at", later);
        Assert.Equal((2, 0), (without.ExitCode, with.ExitCode));
        Assert.Contains("grace", with.Out, StringComparison.Ordinal);
    }

    private async Task<CommandResult> RunAsync(string name, string policies, params string[] more) =>
        await Interlink.RunAsync(["verify", await _files.ReceiptAsync(), .. SignedFiles.Trust, "--policies", _files.Write("policies.json", policies), "--policy", name, .. more]);

    private static string Policies(string digest, string key) => $$"""
        { "policies": { "ours": {
            "algorithms": { "SHA-256": {{JsonSerializer.Serialize(digest)}}, "RSA-PKCS1": "open", "RSA-2048": {{JsonSerializer.Serialize(key)}} },
            "requiredLevel": "Dsig", "revocationGrace": "00:00:00", "unsigned": "Refuse", "clientCertificate": "NotRequired", "attachments": "NotJudged" } } }
        """;
}
