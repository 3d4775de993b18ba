using System.Diagnostics;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Online;

/// <summary>What is fetched for a document, from whom, and what is believed of it.</summary>
public sealed class RevocationSourceTests : IAsyncLifetime
{
    private OnlineAuthority _authority = null!;

    private AuthorityHost Host => _authority.Host;

    public async ValueTask InitializeAsync() => _authority = await OnlineAuthority.StartAsync();

    public ValueTask DisposeAsync() => _authority.DisposeAsync();

    [Fact]
    public async Task A_cold_answer_costs_one_request_and_a_fresh_one_none()
    {
        var leaf = _authority.Leaf();
        _authority.ServeOcsp(leaf);
        using var node = Node();
        await node.AcceptsAsync(leaf);
        Assert.Single(Host.Asked);
        for (var time = 0; time < 10; time++) await node.AcceptsAsync(leaf);
        Assert.Single(Host.Asked);
    }

    [Fact]
    public async Task The_verdict_says_how_old_the_answer_is_and_until_when_it_is_good()
    {
        var leaf = _authority.Leaf();
        _authority.ServeOcsp(leaf);
        using var node = Node();
        var passed = Assert.IsType<VerificationResult.Passed>(await node.VerifyAsync(leaf));
        var rung = passed.Document.Verdict.Ladder.Single(step => step.Rule == Rules.RevocationKnown);
        Assert.Contains("the OCSP answer of 2026-11-20T11:50:00Z, good until 2026-11-20T18:00:00Z", rung.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_many_wait_for_an_answer_it_is_asked_for_once()
    {
        var leaf = _authority.Leaf();
        _authority.ServeOcsp(leaf, delay: TimeSpan.FromMilliseconds(300));
        using var node = Node();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => node.AcceptsAsync(leaf))));
        Assert.Single(Host.Asked);
    }

    [Fact]
    public async Task Who_is_asked_first_is_policy_and_the_other_is_asked_when_that_brings_nothing()
    {
        var leaf = _authority.Leaf();
        _authority.ServeOcsp(leaf);
        _authority.ServeList();
        using (var node = Node(options => options.Order = StatusOrder.ListsFirst)) await node.AcceptsAsync(leaf);
        Assert.Equal((1, 0), (Host.CountOf("/list"), Host.CountOf("/ocsp")));
        Host.Refuse("/list", 404);
        using (var node = Node(options => options.Order = StatusOrder.ListsFirst)) await node.AcceptsAsync(leaf);
        Assert.Equal((2, 1), (Host.CountOf("/list"), Host.CountOf("/ocsp")));
        Host.Refuse("/ocsp", 404);
        _authority.ServeList();
        using (var node = Node()) await node.AcceptsAsync(leaf);
        Assert.Equal((3, 2), (Host.CountOf("/list"), Host.CountOf("/ocsp")));
    }

    [Fact]
    public async Task A_revocation_that_is_fetched_refuses_whoever_says_it()
    {
        var leaf = _authority.Leaf();
        _authority.ServeOcsp(leaf, answer => answer.RevokedAt = Holder.Now.AddDays(-1));
        using (var node = Node()) await node.RefusesAsync(leaf, Rules.Revoked);
        _authority.ServeList(list => list.Revoke(leaf));
        using (var node = Node(options => options.Order = StatusOrder.ListsFirst)) await node.RefusesAsync(leaf, Rules.Revoked);
    }

    [Fact]
    public async Task Without_a_nonce_a_short_question_goes_by_GET_for_caches_to_answer()
    {
        var leaf = _authority.Leaf(list: null);
        _authority.ServeOcsp(leaf);
        using (var node = Node()) await node.AcceptsAsync(leaf);
        using (var node = Node(options => options.Nonce = NonceRule.IfEchoed)) await node.AcceptsAsync(leaf);
        Assert.StartsWith("GET /ocsp/", Host.Asked[0], StringComparison.Ordinal);
        Assert.Equal("POST /ocsp", Host.Asked[1]);
    }

    [Theory]
    [InlineData(NonceRule.Required, true, true)]
    [InlineData(NonceRule.Required, false, false)]
    [InlineData(NonceRule.IfEchoed, true, true)]
    [InlineData(NonceRule.IfEchoed, false, true)]
    [InlineData(NonceRule.NotSent, false, true)]
    public async Task A_nonce_is_held_to_the_rule(NonceRule rule, bool isEchoed, bool isGood)
    {
        var leaf = _authority.Leaf(list: null);
        _authority.ServeOcsp(leaf, answer => answer.Other = isEchoed ? answer.Other : null);
        using var node = Node(options => options.Nonce = rule);
        if (isGood) await node.AcceptsAsync(leaf);
        else Assert.Contains("nonce", (await node.RefusesAsync(leaf, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NonceRule.Required)]
    [InlineData(NonceRule.IfEchoed)]
    public async Task A_nonce_of_another_request_is_refused(NonceRule rule)
    {
        var leaf = _authority.Leaf(list: null);
        _authority.ServeOcsp(leaf, answer => answer.Other = new X509Extension("1.3.6.1.5.5.7.48.1.2", [4, 4, 1, 2, 3, 4], false));
        using var node = Node(options => options.Nonce = rule);
        Assert.Contains("another nonce", (await node.RefusesAsync(leaf, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage", "no OCSP answer")]
    [InlineData("truncated", "no OCSP answer")]
    [InlineData("try later", "tryLater")]
    [InlineData("expired", "ended at")]
    [InlineData("of tomorrow", "later time")]
    [InlineData("unknown", "does not know the certificate")]
    [InlineData("about another", "another certificate")]
    [InlineData("by a stranger", "no certificate is at hand")]
    [InlineData("huge", "more than 4096 octets")]
    [InlineData("redirect", "HTTP 302")]
    [InlineData("gone", "HTTP 404")]
    [InlineData("broken", "could not be asked")]
    [InlineData("unavailable", "HTTP 503")]
    public async Task What_is_no_good_answer_is_not_kept_and_the_refusal_says_what_came(string fault, string reason)
    {
        var leaf = _authority.Leaf(list: null);
        var good = _authority.Root.Answer(leaf, _authority.Root);
        switch (fault)
        {
            case "garbage": Host.Serve("/ocsp", () => "<html>It works!</html>"u8.ToArray()); break;
            case "truncated": Host.Serve("/ocsp", () => good[..^7]); break;
            case "try later": Host.Serve("/ocsp", () => [0x30, 3, 10, 1, 3]); break;
            case "expired": _authority.ServeOcsp(leaf, answer => answer.NextUpdate = Holder.Now.AddMinutes(-1)); break;
            case "of tomorrow": _authority.ServeOcsp(leaf, answer => (answer.ThisUpdate, answer.NextUpdate) = (Holder.Now.AddDays(1), Holder.Now.AddDays(2))); break;
            case "unknown": _authority.ServeOcsp(leaf, answer => answer.IsUnknown = true); break;
            case "about another": _authority.ServeOcsp(_authority.Root.Issue()); break;
            case "by a stranger": Host.Serve("/ocsp", () => Holder.Root("CN=Stranger").Answer(leaf, _authority.Root)); break;
            case "huge": Host.Serve("/ocsp", () => new byte[5000]); break;
            case "redirect": Host.Refuse("/ocsp", 302, Host.At("/elsewhere")); break;
            case "broken": Host.Break("/ocsp"); break;
            case "unavailable": Host.Refuse("/ocsp", 503); break;
        }

        Host.Serve("/elsewhere", () => good);
        using var node = Node(options => options.MaxAnswerOctets = 4096);
        Assert.Contains(reason, (await node.RefusesAsync(leaf, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
        Assert.Equal((0, 0), (node.Source.Known.Count, Host.CountOf("/elsewhere")));
    }

    [Fact]
    public async Task Only_hosts_of_the_list_are_asked()
    {
        await using var other = await OnlineAuthority.StartAsync();
        var leaf = _authority.Leaf(elsewhere: other.Host.At(""));
        using var node = Node();
        var refused = await node.RefusesAsync(leaf, Rules.RevocationKnown);
        Assert.Contains($"{other.Host.Name} is not in Trust:Online:Hosts", refused.Detail, StringComparison.Ordinal);
        Assert.Empty(other.Host.Asked);
        Assert.Empty(Host.Asked);
    }

    [Fact]
    public async Task This_machine_is_asked_where_the_list_names_it_and_not_where_another_name_leads_to_it()
    {
        var local = $"localhost:{new Uri(Host.At("/")).Port}";
        var leaf = _authority.Leaf(list: null, elsewhere: $"http://{local}");
        _authority.ServeOcsp(leaf);
        using (var node = Node(options => options.Hosts.Add(local))) await node.AcceptsAsync(leaf);

        // The machine's own name leads to a loopback address on many; the authority listens at no other.
        var hidden = local.Replace("localhost", Dns.GetHostName(), StringComparison.Ordinal);
        var other = _authority.Leaf(list: null, elsewhere: $"http://{hidden}");
        _authority.ServeOcsp(other);
        using (var node = Node(options => options.Hosts.Add(hidden))) Assert.Contains($"{hidden} could not be asked", (await node.RefusesAsync(other, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
        Assert.Single(Host.Asked);
    }

    [Fact]
    public async Task Without_a_list_of_hosts_nothing_is_fetched_and_the_refusal_says_so()
    {
        var leaf = _authority.Leaf();
        using var node = Node(options => options.Hosts.Clear());
        Assert.Contains("nothing is fetched, for Trust:Online:Hosts is empty", (await node.RefusesAsync(leaf, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
        Assert.Empty(Host.Asked);
    }

    [Fact]
    public async Task A_document_waits_no_longer_than_the_limit_and_what_comes_later_serves_the_next()
    {
        var leaf = _authority.Leaf(list: null);
        _authority.ServeOcsp(leaf, delay: TimeSpan.FromMilliseconds(1000));
        using var node = Node(options => options.LimitMilliseconds = 100);
        var began = Stopwatch.GetTimestamp();
        Assert.Contains("within the limit of 100 ms", (await node.RefusesAsync(leaf, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 90, 900);
        for (var patience = 0; node.Source.Known.Count == 0 && patience < 100; patience++) await Task.Delay(50);
        await node.AcceptsAsync(leaf);
        Assert.Single(Host.Asked);
    }

    [Fact]
    public async Task A_slow_host_is_given_up_after_its_attempts()
    {
        var leaf = _authority.Leaf(list: null);
        _authority.ServeOcsp(leaf, delay: TimeSpan.FromSeconds(30));
        using var node = Node(options => options.AttemptMilliseconds = 50);
        Assert.Contains("did not answer within 50 ms", (await node.RefusesAsync(leaf, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_question_that_failed_rests_and_a_host_that_is_down_is_left_in_peace_no_longer_where_the_clock_is_set_back_meanwhile(int hoursAhead)
    {
        var leaf = _authority.Leaf(list: null);
        Host.Refuse("/ocsp", 503);
        using var node = Node();
        node.Clock.Step(TimeSpan.FromHours(hoursAhead));
        for (var time = 0; time < 20; time++) await node.RefusesAsync(leaf, Rules.RevocationKnown);
        Assert.Equal(3, Host.Asked.Count);   // one question, three attempts
        for (var time = 0; time < 20; time++) await node.RefusesAsync(_authority.Leaf(list: null), Rules.RevocationKnown);
        Assert.InRange(Host.Asked.Count, 4, 6);   // then the breaker is open, whoever is asked about
        _authority.ServeOcsp(leaf);
        node.Clock.Step(-TimeSpan.FromHours(hoursAhead));
        node.Clock.Advance(TimeSpan.FromSeconds(31));
        await node.AcceptsAsync(leaf);
    }

    [Fact]
    public async Task An_older_state_never_takes_the_place_of_a_newer_one()
    {
        var (leaf, other) = (_authority.Leaf(ocsp: null), _authority.Leaf(ocsp: null));
        _authority.ServeList(list => (list.Revoke(leaf).Number, list.ThisUpdate) = (7, Holder.Now.AddHours(-2)));
        using var node = Node();
        await node.RefusesAsync(leaf, Rules.Revoked);
        _authority.ServeList(list => (list.Number, list.ThisUpdate) = (6, Holder.Now.AddHours(-3)));
        var known = Assert.Single(node.Source.Known.All);
        Assert.Contains("older state", await node.Source.Fetcher.RenewAsync(known), StringComparison.Ordinal);
        Assert.Same(known, Assert.Single(node.Source.Known.All));
        await node.RefusesAsync(leaf, Rules.Revoked);
        await node.AcceptsAsync(other);
    }

    [Fact]
    public async Task The_lists_of_all_points_that_are_for_different_reasons_are_fetched()
    {
        byte[] compromises = [0b0110_0000], others = [0b0001_1111, 0b1000_0000];
        var leaf = _authority.Root.Issue("CN=Leaf", settings => settings.With(Extensions.Points((Host.At("/one"), compromises), (Host.At("/two"), others))));
        _authority.ServeList(list => list.Scope = RevocationLists.Scope(Host.At("/one"), reasons: compromises), "/one");
        _authority.ServeList(list => list.Scope = RevocationLists.Scope(Host.At("/two"), reasons: others), "/two");
        using var node = Node();
        await node.AcceptsAsync(leaf);
        Assert.Equal(["GET /one", "GET /two"], Host.Asked);
    }

    [Fact]
    public async Task A_delta_is_fetched_where_the_complete_list_says_that_there_is_one()
    {
        var leaf = _authority.Leaf(ocsp: null);
        var freshest = new X509Extension("2.5.29.46", Extensions.Point(Host.At("/delta")).RawData, false);
        _authority.ServeList(list => list.Others.Add(freshest));
        _authority.ServeList(list => (list.Number, list.Base, list.ThisUpdate) = (2, 1, list.Revoke(leaf, Holder.Now.AddHours(-1)).ThisUpdate.AddHours(23)), "/delta");
        using var node = Node();
        await node.RefusesAsync(leaf, Rules.Revoked);
        Host.Refuse("/delta", 404);
        using var another = Node();
        await another.AcceptsAsync(leaf);   // it was not revoked then
    }

    [Fact]
    public async Task A_delta_is_fetched_where_the_certificate_says_that_there_is_one()
    {
        var leaf = _authority.Root.Issue("CN=Leaf", settings => settings.With(Extensions.Point(Host.At("/list")), new X509Extension("2.5.29.46", Extensions.Point(Host.At("/delta")).RawData, false)));
        _authority.ServeList();
        _authority.ServeList(list => (list.Number, list.Base, list.ThisUpdate) = (2, 1, list.Revoke(leaf, Holder.Now.AddHours(-1)).ThisUpdate.AddHours(23)), "/delta");
        using var node = Node();
        await node.RefusesAsync(leaf, Rules.Revoked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_missing_issuer_is_fetched_where_that_is_allowed_and_then_the_statuses_along_the_path(bool asMessage)
    {
        var between = _authority.Root.Authority("CN=Between", settings => settings.With(Extensions.Point(Host.At("/list"))));
        var leaf = _authority.Leaf(ocsp: null, list: "/between", issuer: between, issuerAt: "/issuer");
        Host.Serve("/issuer", () => asMessage ? CertsOnly(between.Certificate) : between.Certificate.RawData);
        _authority.ServeList();
        _authority.ServeList(null, "/between", between);
        using (var node = Node(options => options.FetchIssuers = false)) Assert.Equal("no path leads to a trust anchor", (await node.RefusesAsync(leaf, Rules.Chain)).Detail);
        Assert.Empty(Host.Asked);
        using (var node = Node()) await node.AcceptsAsync(leaf);
        Assert.Equal((1, 1, 1), (Host.CountOf("/issuer"), Host.CountOf("/list"), Host.CountOf("/between")));
    }

    [Fact]
    public async Task An_issuer_that_did_not_issue_is_not_taken()
    {
        var between = _authority.Root.Authority("CN=Between");
        var leaf = _authority.Leaf(issuer: between, issuerAt: "/issuer");
        Host.Serve("/issuer", () => _authority.Root.Authority("CN=Between").Certificate.RawData);   // its name, another key
        using var node = Node();
        Assert.Contains("not the certificate of the issuer", (await node.RefusesAsync(leaf, Rules.Chain)).Detail, StringComparison.Ordinal);
        Assert.Equal(0, node.Source.Known.Count);
    }

    [Fact]
    public async Task Strangers_cannot_make_the_hub_fetch_without_end()
    {
        using var node = Node();
        var stranger = Holder.Root("CN=Stranger");
        for (var number = 0; number < 80; number++) await node.RefusesAsync(_authority.Leaf(issuer: stranger, issuerAt: $"/issuer-{number}"), Rules.Chain);
        Assert.Equal(60, Host.Asked.Count);
    }

    // RFC 5272 section 4.1: SignedData without content and signers.
    private static byte[] CertsOnly(X509Certificate2 certificate)
    {
        Asn1Tag zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (writer.PushSequence(zero))
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                writer.PushSetOf().Dispose();
                using (writer.PushSequence()) writer.WriteObjectIdentifier("1.2.840.113549.1.7.1");
                using (writer.PushSetOf(zero)) writer.WriteEncodedValue(certificate.RawData);
                writer.PushSetOf().Dispose();
            }
        }

        return writer.Encode();
    }

    private OnlineNode Node(Action<OnlineOptions>? set = null, IRevocationLibrary? library = null) => new(_authority.Root, Host, set, library);
}
