using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Trust.Tests.Online;

/// <summary>Answers in use are renewed before anybody has to wait for them.</summary>
public sealed class RevocationRefresherTests : IAsyncLifetime
{
    private OnlineAuthority _authority = null!;
    private OnlineNode _node = null!;
    private RevocationRefresher _refresher = null!;

    private AuthorityHost Host => _authority.Host;

    public async ValueTask InitializeAsync()
    {
        _authority = await OnlineAuthority.StartAsync();
        _authority.ServeList();
        _node = new OnlineNode(_authority.Root, Host);
        _refresher = Refresher(_node, _authority.Leaf(ocsp: null, list: "/hub-list"));
        Host.Serve("/hub-list", () => _authority.Root.List());
    }

    public async ValueTask DisposeAsync()
    {
        _refresher.Dispose();
        _node.Dispose();
        await _authority.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_in_use_is_renewed_before_it_ends_and_no_document_waits()
    {
        var leaf = _authority.Leaf(list: null);
        ServeFor(leaf, TimeSpan.FromHours(6));
        await _node.AcceptsAsync(leaf);
        await RoundAsync();
        await _node.AcceptsAsync(leaf);
        Assert.Equal(1, Host.CountOf("/ocsp"));
        await RoundAsync(after: TimeSpan.FromHours(2.9));
        Assert.Equal(1, Host.CountOf("/ocsp"));   // not before half its life
        await RoundAsync(after: TimeSpan.FromHours(1.7));
        Assert.Equal(2, Host.CountOf("/ocsp"));   // before three quarters of it
        _node.Clock.Advance(TimeSpan.FromHours(5));
        await _node.AcceptsAsync(leaf);           // long after the first would have ended
        Assert.Equal(2, Host.CountOf("/ocsp"));
    }

    [Fact]
    public async Task An_answer_that_nobody_needed_since_it_came_is_left_to_end()
    {
        var leaf = _authority.Leaf(list: null);
        ServeFor(leaf, TimeSpan.FromHours(6));
        await _node.AcceptsAsync(leaf);
        await RoundAsync();
        await RoundAsync(after: TimeSpan.FromHours(5));   // renewed, for it was used when it came
        await RoundAsync();
        await RoundAsync(after: TimeSpan.FromHours(5));   // nobody used that one
        Assert.Equal(2, Host.CountOf("/ocsp"));
        await RoundAsync(after: TimeSpan.FromHours(2));
        Assert.DoesNotContain(_node.Source.Known.All, answer => answer.Ocsp is not null);
    }

    [Fact]
    public async Task A_list_that_did_not_change_is_not_sent_again()
    {
        var leaf = _authority.Leaf(ocsp: null, list: "/tagged");
        Host.ServeTagged("/tagged", "seven", () => _authority.Root.List());
        await _node.AcceptsAsync(leaf);
        await RoundAsync();
        var store = _node.Source.Current;
        await RoundAsync(after: TimeSpan.FromDays(5));
        Assert.Equal(2, Host.CountOf("/tagged"));
        Assert.Empty(_node.Source.Endangered());
        Assert.Contains(store.Lists[0], _node.Source.Current.Lists);
    }

    [Fact]
    public async Task While_an_authority_is_down_fresh_answers_go_on_serving_and_it_is_told_what_will_end()
    {
        var leaf = _authority.Leaf(list: null);
        ServeFor(leaf, TimeSpan.FromHours(6));
        await _node.AcceptsAsync(leaf);
        await RoundAsync();
        Host.Refuse("/ocsp", 503);
        await RoundAsync(after: TimeSpan.FromHours(5));
        await _node.AcceptsAsync(leaf);
        var sentence = Assert.Single(_node.Source.Endangered());
        Assert.Equal($"An OCSP answer of {Host.At("/ocsp")} of the issuer CN=Root expires at 2026-11-20T18:00:00Z and could not be renewed.", sentence);

        var asked = Host.CountOf("/ocsp");
        await RoundAsync(after: TimeSpan.FromSeconds(1));
        Assert.Equal(asked, Host.CountOf("/ocsp"));   // it is not pressed
        ServeFor(leaf, TimeSpan.FromHours(6));
        await RoundAsync(after: TimeSpan.FromMinutes(1));
        Assert.Empty(_node.Source.Endangered());
        await RoundAsync(after: TimeSpan.FromHours(2));
        await _node.AcceptsAsync(leaf);
    }

    [Fact]
    public async Task When_it_has_ended_nothing_is_accepted_by_it()
    {
        var leaf = _authority.Leaf(list: null);
        ServeFor(leaf, TimeSpan.FromHours(6));
        await _node.AcceptsAsync(leaf);
        Host.Refuse("/ocsp", 503);
        _node.Clock.Advance(TimeSpan.FromHours(7));
        Assert.Contains("ended at 2026-11-20T18:00:00Z", (await _node.RefusesAsync(leaf, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(1), _node.Source.Known.All[0].Ocsp!.Lines[0].StaleBy(_node.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_revocation_that_counts_is_in_use_too()
    {
        var leaf = _authority.Leaf(list: null);
        _authority.ServeOcsp(leaf, answer => answer.RevokedAt = Holder.Now.AddDays(-1));
        await _node.RefusesAsync(leaf, Rules.Revoked);
        await RoundAsync();
        Host.Refuse("/ocsp", 503);
        await RoundAsync(after: TimeSpan.FromDays(1));
        await _node.RefusesAsync(leaf, Rules.Revoked);   // it stands in an answer that ended too
    }

    [Fact]
    public async Task A_node_takes_what_another_has_renewed()
    {
        var leaf = _authority.Leaf(list: null);
        ServeFor(leaf, TimeSpan.FromHours(6));
        using var other = new OnlineNode(_authority.Root, Host, library: _node.Library, clock: _node.Clock);
        using var others = Refresher(other, _authority.Leaf(ocsp: null, list: "/hub-list"));
        await _node.AcceptsAsync(leaf);
        await SharedAsync();
        await other.AcceptsAsync(leaf);
        await RoundAsync();
        await others.RoundAsync(CancellationToken.None);
        await _node.AcceptsAsync(leaf);
        await RoundAsync(after: TimeSpan.FromHours(5));
        await SharedAsync();
        await others.RoundAsync(CancellationToken.None);
        Assert.Equal(2, Host.CountOf("/ocsp"));
        Assert.Equal(_node.Clock.GetUtcNow() + TimeSpan.FromHours(6), other.Source.Known.All.Single(answer => answer.Ocsp is not null).EndsAt);
    }

    [Fact]
    public async Task What_the_hub_needs_to_sign_is_fetched_before_anybody_asks()
    {
        await _refresher.StartAsync(CancellationToken.None);
        await _refresher.StopAsync(CancellationToken.None);
        Assert.Equal(["GET /hub-list"], Host.Asked);
        await RoundAsync(after: TimeSpan.FromHours(1));
        Assert.Equal(["GET /hub-list"], Host.Asked);
    }

    [Fact]
    public async Task A_cancellation_of_nobody_s_ends_a_round_and_not_the_refreshing()
    {
        var asked = 0;
        using var refresher = new RevocationRefresher(
            _node.Source, _node.Options, _node.Library, () => ++asked == 1 ? [] : throw new TaskCanceledException("Something else's time ran out."), _node.Clock, new Random(1), NullLogger<RevocationRefresher>.Instance);
        await refresher.StartAsync(CancellationToken.None);
        await Task.WhenAny(refresher.ExecuteTask!, Task.Delay(TimeSpan.FromSeconds(1)));
        Assert.True(asked > 1);
        Assert.False(refresher.ExecuteTask!.IsCompleted);
        await refresher.StopAsync(CancellationToken.None);
    }

    private void ServeFor(Holder leaf, TimeSpan life) => Host.Serve("/ocsp", () =>
    {
        var now = _node.Clock.GetUtcNow();
        return _authority.Root.Answer(leaf, _authority.Root, answer => (answer.ProducedAt, answer.ThisUpdate, answer.NextUpdate) = (now, now, now + life));
    });

    // The library is written behind the answer's back.
    private async Task SharedAsync()
    {
        var known = _node.Source.Known.All.Single(answer => answer.Ocsp is not null);
        for (var patience = 0; patience < 100; patience++)
        {
            if (await _node.Library.FindAsync(known.Question.Key, CancellationToken.None) is { } there && there.EndsAt == known.EndsAt) return;
            await Task.Delay(20);
        }

        Assert.Fail("The answer did not reach the library.");
    }

    private async Task RoundAsync(TimeSpan after = default)
    {
        _node.Clock.Advance(after);
        await _refresher.RoundAsync(CancellationToken.None);
    }

    private static RevocationRefresher Refresher(OnlineNode node, Holder hub) =>
        new(node.Source, node.Options, node.Library, () => [new HubKey(hub.Certificate)], node.Clock, new Random(1), NullLogger<RevocationRefresher>.Instance);

    private sealed class HubKey(X509Certificate2 certificate) : SigningKey(certificate, [])
    {
        protected override Task<byte[]> SignCoreAsync(ReadOnlyMemory<byte> digest, SignatureAlgorithm algorithm, CancellationToken cancellation) => throw new CryptographicException("It signs nothing here.");
    }
}
