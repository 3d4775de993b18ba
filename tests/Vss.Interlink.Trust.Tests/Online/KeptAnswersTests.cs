using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Online;

/// <summary>What is kept of what was fetched: for the next document, for other nodes, and no more than is allowed.</summary>
public sealed class KeptAnswersTests : IAsyncLifetime
{
    private OnlineAuthority _authority = null!;

    private AuthorityHost Host => _authority.Host;

    public async ValueTask InitializeAsync() => _authority = await OnlineAuthority.StartAsync();

    public ValueTask DisposeAsync() => _authority.DisposeAsync();

    [Fact]
    public async Task What_a_connection_lacks_is_waited_for_once()
    {
        var client = _authority.Leaf();
        _authority.ServeOcsp(client);
        using var node = Node();
        var channel = new ChannelVerifier(() => node.Source.Current, [], node.Clock);
        Assert.False(channel.Accepts(client.Certificate, out var lacks));
        Assert.Empty(Host.Asked);
        Assert.NotEmpty(lacks);
        await node.Source.ObtainAsync(() => channel.Accepts(client.Certificate, out var still) ? [] : still, CancellationToken.None);
        Assert.True(channel.Accepts(client.Certificate, out lacks));
        Assert.Empty(lacks);
    }

    [Fact]
    public async Task Another_node_finds_what_one_has_fetched_and_so_does_one_that_starts_while_the_authority_is_down()
    {
        var leaf = _authority.Leaf();
        _authority.ServeOcsp(leaf);
        using var first = Node();
        await first.AcceptsAsync(leaf);
        for (var patience = 0; await first.Library.FindAsync(first.Source.Known.All[0].Question.Key, CancellationToken.None) is null && patience < 100; patience++) await Task.Delay(20);
        await Host.DisposeAsync();
        using var second = Node(library: first.Library);
        await second.AcceptsAsync(leaf);
        Assert.Single(Host.Asked);
    }

    [Fact]
    public async Task What_the_library_gives_is_judged_as_if_it_had_just_come()
    {
        var leaf = _authority.Leaf(list: null);
        _authority.ServeOcsp(leaf);
        using var first = Node();
        await first.AcceptsAsync(leaf);
        var forged = new MemoryLibrary();
        await forged.KeepAsync(first.Source.Known.All[0].ForLibrary() with { Der = Holder.Root("CN=Root").Answer(leaf, _authority.Root) }, CancellationToken.None);
        Host.Refuse("/ocsp", 404);
        using var second = Node(library: forged);
        await second.RefusesAsync(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public async Task No_more_is_kept_than_is_allowed_and_what_was_used_last_stays()
    {
        var leaves = Enumerable.Range(0, 3).Select(_ => _authority.Leaf(list: null)).ToList();
        using var node = Node(options => options.MaxAnswers = 2);
        foreach (var leaf in leaves)
        {
            _authority.ServeOcsp(leaf);
            await node.AcceptsAsync(leaf);
            await node.AcceptsAsync(leaves[0]);
            node.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([leaves[0].Certificate.SerialNumber, leaves[2].Certificate.SerialNumber], node.Source.Known.All.Select(answer => answer.Question.Path[0].Certificate.SerialNumber).Order());
    }

    [Fact]
    public async Task No_more_questions_are_on_the_way_than_is_allowed()
    {
        Host.Serve("/ocsp", async call =>
        {
            await Task.Delay(100, call.Http.RequestAborted);
            return [];
        });
        using var node = Node(options => options.MaxParallel = 3);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => node.RefusesAsync(_authority.Leaf(list: null), Rules.RevocationKnown))));
        Assert.Equal((12, 3), (Host.Asked.Count, Host.MostAtOnce));
    }

    [Fact]
    public async Task The_store_that_judges_see_is_the_same_until_something_changes()
    {
        var leaf = _authority.Leaf();
        _authority.ServeOcsp(leaf);
        using var node = Node();
        var before = node.Source.Current;
        Assert.Same(before, node.Source.Current);
        await node.AcceptsAsync(leaf);
        var after = node.Source.Current;
        Assert.NotSame(before, after);
        await node.AcceptsAsync(leaf);
        Assert.Same(after, node.Source.Current);
    }

    [Fact]
    public async Task What_is_asked_is_metered_by_kind_host_and_outcome()
    {
        var seen = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument is { Meter.Name: "Vss.Interlink.Trust", Name: "interlink.trust.fetch.duration" }) to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => seen.Enqueue(string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
        listener.Start();
        var leaf = _authority.Leaf();
        Host.Serve("/ocsp", () => [0x30, 3, 10, 1, 6]);
        _authority.ServeList();
        using var node = Node();
        await node.AcceptsAsync(leaf);
        Assert.Equal([$"ocsp {Host.Name} refused", $"list {Host.Name} good"], seen.Where(line => line.Contains(Host.Name, StringComparison.Ordinal)));
    }

    private OnlineNode Node(Action<OnlineOptions>? set = null, IRevocationLibrary? library = null) => new(_authority.Root, Host, set, library);
}
