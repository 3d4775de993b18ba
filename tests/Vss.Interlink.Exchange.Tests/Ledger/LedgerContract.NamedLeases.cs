namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>Leases of work that one node at a time does.</summary>
public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_lease_of_work_is_its_owners_until_it_runs_out_or_is_given_back()
    {
        Assert.True(await LeaseOf("one"));
        Assert.False(await LeaseOf("two"));
        Assert.True(await _ledger.TakeLeaseAsync("other work", "two", Lease, CancellationToken.None));

        Clock.Advance(Lease / 2);
        Assert.True(await LeaseOf("one"));
        Clock.Advance(Lease / 2);
        Assert.False(await LeaseOf("two"));   // renewed in between
        Clock.Advance(Lease / 2);
        Assert.True(await LeaseOf("two"));

        await _ledger.GiveLeaseBackAsync("work", "one", CancellationToken.None);   // not its own any more
        Assert.False(await LeaseOf("one"));
        await _ledger.GiveLeaseBackAsync("work", "two", CancellationToken.None);
        Assert.True(await LeaseOf("one"));
    }

    [Fact]
    public async Task A_lease_of_work_that_a_clock_ahead_wrote_binds_nobody()
    {
        Clock.Step(TimeSpan.FromDays(2));
        Assert.True(await LeaseOf("ahead"));
        Clock.Step(TimeSpan.FromDays(-2));

        Assert.True(await LeaseOf("right"));
        Assert.False(await LeaseOf("ahead"));
    }

    [Fact]
    public async Task Of_many_nodes_that_take_a_lease_of_work_at_once_one_has_it()
    {
        await using var other = Open();
        for (var round = 0; round < 10; round++)
        {
            var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(node => Task.Run(() => (node % 2 == 0 ? _ledger : other).TakeLeaseAsync($"work-{round}", $"node-{node}", Lease, CancellationToken.None))));
            Assert.Single(taken, mine => mine);
        }
    }

    private Task<bool> LeaseOf(string owner) => _ledger.TakeLeaseAsync("work", owner, Lease, CancellationToken.None);
}
