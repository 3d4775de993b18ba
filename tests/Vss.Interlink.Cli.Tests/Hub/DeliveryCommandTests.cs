using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Cli.Tests.Hub;

public sealed class DeliveryCommandTests : IAsyncLifetime
{
    private HubHost _hub = null!;

    private static DevelopmentPki Pki => TestPki.Instance;

    private string[] Access => ["--hub", _hub.Address, "--key", Pki.KeyUri("inside"), "--trust", Pki.Anchors];

    public async ValueTask InitializeAsync() => _hub = await HubHost.StartAsync();

    public async ValueTask DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Dead_letters_are_listed_with_their_reason_and_what_waits_behind_them()
    {
        var run = await Interlink.RunAsync(["dead-letters", "--page-size", "1", .. Access]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches("2026-11-21T09:00:05.000\\+07:00 +d-1 +x-0199aa11 +000.00.00.G22 +btc-1 +000.00.00.G99 +box +dossier +12 +3 +2026-11-21T09:01:00.000\\+07:00 soon +No answer within 100 s.", run.Out);
        Assert.Contains("--page-token d-1", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_are_listed_by_state_and_receiver()
    {
        Assert.Contains("d-1", (await Interlink.RunAsync(["deliveries", "list", "--state", "DEAD", "--receiver", "000.00.00.G99", .. Access])).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("d-1", (await Interlink.RunAsync(["deliveries", "list", "--state", "DEAD", "--receiver", "G1", .. Access])).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await Interlink.RunAsync(["deliveries", "list", "--state", "EXPIRED", "--json", .. Access, "--receiver", "G1"])).Json.GetProperty("deliveries").GetArrayLength());
    }

    [Fact]
    public async Task A_dead_one_is_tried_again_or_given_up_with_a_reason()
    {
        var retried = await Interlink.RunAsync(["deliveries", "retry", "d-1", .. Access]);
        Assert.Equal(0, retried.ExitCode);
        Assert.Contains("PENDING", retried.Out, StringComparison.Ordinal);
        var discarded = await Interlink.RunAsync(["deliveries", "discard", "d-1", "--reason", "wrong office", "--json", .. Access]);
        Assert.Equal((0, "DISCARDED"), (discarded.ExitCode, discarded.Json.GetProperty("delivery").GetProperty("state").GetString()));
        Assert.Equal(66, (await Interlink.RunAsync(["deliveries", "retry", "d-2", .. Access])).ExitCode);
    }

    [Theory]
    [InlineData("deliveries list", "--state")]
    [InlineData("deliveries list --state dead", "'dead'")]
    [InlineData("deliveries list --state DELIVERY_STATE_UNSPECIFIED", "UNSPECIFIED")]
    [InlineData("deliveries discard d-1", "--reason")]
    [InlineData("dead-letters --page-size 501", "--page-size")]
    public async Task A_wrong_command_line_is_a_usage_error_that_names_what_is_wrong(string line, string named)
    {
        var run = await Interlink.RunAsync([.. line.Split(' '), .. Access]);
        Assert.Equal((64, ""), (run.ExitCode, run.Out));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }
}
