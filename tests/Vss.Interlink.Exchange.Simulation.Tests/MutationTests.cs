using System.Text.RegularExpressions;

namespace Vss.Interlink.Exchange.Simulation.Tests;

/// <summary>The simulation bites: defects that are put into the hub from outside are found, each within a thousand seeds.</summary>
public sealed partial class MutationTests(AllMutations all) : IClassFixture<AllMutations>
{
    public static TheoryData<string, string> Mutations { get; } = new()
    {
        { "commit-after-answer", "the ledger does not hold the exchange" },
        { "confirmed-before-commit", "two different times" },
        { "check-then-add", "accepted twice" },
        { "seal-not-unique", "accepted twice" },
        { "failure-keeps-its-turn", "does not come to rest" },
        { "queued-apart", "not queued for everybody" },
        { "repeat-signed-anew", "not the one that the ledger holds" },
        { "no-fencing", "writes under the lease of" },
        { "renewal-not-fenced", "writes under the lease of" },
        { "no-heartbeat", "works on it and was not disturbed" },
        { "leases-for-ever", "does not come to rest" },
        { "steps-unchecked", "became" },
        { "lane-without-order", "which is ahead of it in its lane" },
        { "dead-frees-its-lane", "which is ahead of it in its lane" },
        { "deadline-forgotten", "does not come to rest" },
        { "deadline-breaks-in", "which works on it and was not disturbed" },
        { "taken-when-overdue", "after its deadline" },
        { "recorded-before-hand-over", "the receiver has it not" },
        { "key-per-attempt", "under a key that is no delivery" },
        { "silence-is-consent", "the receiver has it not" },
        { "bell-alone", "does not come to rest" },
        { "status-forgotten", "should be told status:01 status:03" },
        { "bodies-after-commit", "is refused as too slow" },
        { "collected-unasked", "is not in the store" },
        { "parts-not-named", "is not in the store" },
        { "half-an-attachment", "is given as something else" },
        { "redrive-keeps-attempts", "are used up" },
        { "redriven-last", "which is ahead of it in its lane" },
        { "decided-twice", "became" },
        { "archived-unfinished", "is archived and was Accepted" },
        { "holds-ignored", "is archived under a legal hold" },
        { "archive-lacks-evidence", "pieces of evidence" },
    };

    [Theory]
    [MemberData(nameof(Mutations))]
    public void A_defect_is_found_within_a_thousand_seeds(string mutation, string broken)
    {
        var found = Assert.Contains(mutation, all.Found);
        Assert.StartsWith("seed ", found, StringComparison.Ordinal);
        Assert.Contains(broken, found, StringComparison.Ordinal);
    }

    [Fact]
    public void No_mutation_is_left_out() => Assert.Equal(Mutations.Select(row => row.Data.Item1).Order(), all.Found.Keys.Order());

    [Fact]
    public async Task A_failing_seed_says_how_to_see_it_again()
    {
        var (_, output) = await Harness.RunAsync("run", 1, 1000, "--mutation", "check-then-add");
        var replay = Replay().Match(output);
        Assert.True(replay.Success, output);

        var (exitCode, trace) = await Harness.RunAsync(replay.Groups[1].Value.Split(' '));

        Assert.Equal(1, exitCode);
        Assert.Contains("BROKEN: m-", trace, StringComparison.Ordinal);
        Assert.Contains("ledger: AcceptAsync answers First", trace, StringComparison.Ordinal);
    }

    [GeneratedRegex("Vss.Interlink.Exchange.Simulation -- (replay .*)")]
    private static partial Regex Replay();
}
