namespace Vss.Interlink.Exchange.Simulation.Tests;

/// <summary>What holds over every fault that can be scripted: see docs/simulation.md for the list of promises.</summary>
public sealed class PromiseTests(ManySeeds seeds) : IClassFixture<ManySeeds>
{
    // Each must happen so often that what hides behind it had its chances.
    private const int Often = 500;
    private const int Seldom = 10;

    [Fact]
    public void Ten_thousand_seeds_of_faults_break_no_promise()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(seeds.Output);
        Assert.True(seeds.Kept, seeds.Output);
    }

    [Theory]
    [InlineData("crash between awaits")]
    [InlineData("crash after commit")]
    [InlineData("crash after sending")]
    [InlineData("node stands still")]
    [InlineData("node is stopped")]
    [InlineData("clock steps")]
    [InlineData("an hour passes")]
    [InlineData("no room for more")]
    [InlineData("store fails")]
    [InlineData("store loses answer")]
    [InlineData("store runs twice")]
    [InlineData("store slow")]
    [InlineData("write of a dead node arrives")]
    [InlineData("bell lost")]
    [InlineData("guard away")]
    [InlineData("guard wiped")]
    [InlineData("guard goes back to a stale replica")]
    [InlineData("key fails")]
    [InlineData("network loses")]
    [InlineData("network doubles")]
    [InlineData("caller hangs up")]
    [InlineData("receiver Down")]
    [InlineData("receiver Hanging")]
    [InlineData("receiver Slow")]
    [InlineData("receiver Busy")]
    [InlineData("receiver dies before its answer")]
    [InlineData("body damaged")]
    [InlineData("bodies collected")]
    [InlineData("crash of a collection")]
    [InlineData("dead letter redriven")]
    [InlineData("exchange archived")]
    [InlineData("hold placed")]
    public void Every_kind_of_fault_happens_often(string kind) => Assert.InRange(seeds.Faults.GetValueOrDefault(kind), Often, long.MaxValue);

    [Theory]
    [InlineData("dead letter discarded")]
    [InlineData("submission took too long")]
    [InlineData("deadline of Pending")]
    [InlineData("deadline of Leased")]
    [InlineData("deadline of Available")]
    [InlineData("deadline of Dead")]
    public void What_is_seldom_happens_too(string kind) => Assert.InRange(seeds.Faults.GetValueOrDefault(kind), Seldom, long.MaxValue);

    [Fact]
    public async Task A_seed_is_the_same_run_in_every_process()
    {
        var (first, again) = (await Harness.RunAsync("run", 1, 60), await Harness.RunAsync("run", 1, 60));

        Assert.Equal(HashOf(first.Output), HashOf(again.Output));
        Assert.NotEqual(HashOf(first.Output), HashOf((await Harness.RunAsync("run", 2, 60)).Output));
        var (one, other) = (await Harness.RunAsync("replay", 17), await Harness.RunAsync("replay", 17));
        Assert.Equal(one.Output, other.Output);
        Assert.Contains("every promise kept", one.Output, StringComparison.Ordinal);
    }

    private static string HashOf(string output)
    {
        var last = output.TrimEnd().Split('\n')[^1];
        Assert.Contains(", hash ", last, StringComparison.Ordinal);
        return last[..last.LastIndexOf(',')];
    }
}
