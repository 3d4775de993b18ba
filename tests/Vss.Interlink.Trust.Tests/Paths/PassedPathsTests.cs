using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>A verdict that is kept is the verdict that judging anew gives, whatever the times.</summary>
public sealed class PassedPathsTests
{
    private readonly Holder _root = Holder.Root();

    public static TheoryData<string> Situations => ["lists", "delta", "revoked later", "indirect", "answer", "responder", "short lives"];

    [Theory]
    [MemberData(nameof(Situations))]
    public void What_is_kept_is_what_judging_anew_gives_at_any_time(string situation)
    {
        var (judging, leaf) = Situation(situation);
        var kept = judging.Store();
        var random = new Random(20261122);
        var now = Holder.Now;
        var passed = 0;
        var hits = 0;
        for (var turn = 0; turn < 600; turn++)
        {
            // Near each other, so that many fall into one window, and over the borders of all that begins and ends.
            now = random.Next(4) switch { 0 => Holder.Now.AddMinutes(random.Next(-3000, 20000)), 1 => Holder.Now.AddMinutes(random.Next(-60, 500)), _ => now.AddSeconds(random.Next(200)) };
            if (random.Next(4) == 0) judging.Asking(request => request with { RevocationGrace = TimeSpan.FromMinutes(random.Next(2) * 90) });
            judging.Asking(request => request with { Now = now });
            hits += kept.Passed.Find(PassedPaths.KeyOf(leaf.Certificate, [.. judging.Others.Select(other => other.Certificate)], judging.Request), now) is null ? 0 : 1;
            var anew = judging.Judge(leaf);
            var over = judging.Judge(leaf, kept);
            Assert.Equal((now, anew.Indication, anew.SubIndication), (now, over.Indication, over.SubIndication));
            Assert.Equal(anew.Ladder, over.Ladder);
            passed += anew.Passed ? 1 : 0;
        }

        Assert.InRange(passed, 40, 599);   // both came
        Assert.InRange(hits, 20, 599);     // and something was kept
    }

    [Fact]
    public void A_verdict_is_kept_for_what_was_asked_and_for_nothing_else()
    {
        var authority = _root.Authority("CN=Authority");
        var leaf = authority.Issue(set: settings => settings.With(Extensions.Extended(Extensions.ServerAuth)));
        var judging = Judging.Below(_root, authority);
        var store = judging.Store();
        Assert.True(judging.Judge(leaf, store).Passed);

        Assert.False(judging.Asking(request => request with { Purpose = CertificatePurpose.TimeStamping }).Judge(leaf, store).Passed);
        Assert.False(judging.Asking(request => request with { Purpose = CertificatePurpose.Any, Revocation = RevocationRule.Required }).Judge(leaf, store).Passed);
        Assert.False(judging.Asking(request => request with { Revocation = RevocationRule.NotChecked, MaxIntermediates = 0 }).Judge(leaf, store).Passed);
        Assert.False(judging.Asking(request => request with { MaxIntermediates = 8, DnsName = "other.example" }).Judge(leaf, store).Passed);
        judging.Asking(request => request with { DnsName = null });
        judging.Others.Clear();
        Assert.False(judging.Judge(leaf, store).Passed, "The intermediate came with another message.");
        Assert.False(judging.Judge(_root.Authority("CN=Authority").Issue(), store).Passed, "Another key of the same name.");
    }

    [Fact]
    public void Another_store_knows_nothing_of_it()
    {
        var leaf = _root.Issue();
        var judging = Judging.Below(_root).With(_root.List());
        var store = judging.Store();
        Assert.True(judging.Judge(leaf, store).Passed);
        var list = Trust.Revocation.CertificateList.TryRead(_root.List(settings => settings.Revoke(leaf).Number = 2))!;
        Assert.False(judging.Judge(leaf, store.With([list], [])).Passed);
        Assert.Same(store, store.With([], []));
    }

    [Fact]
    public void Refusals_are_not_kept_and_the_memory_is_bounded()
    {
        var judging = Judging.Below(_root).With();
        var store = judging.Store();
        var leaf = _root.Issue();
        Assert.False(judging.Judge(leaf, store).Passed);
        Assert.Null(store.Passed.Find(PassedPaths.KeyOf(leaf.Certificate, [], judging.Request), judging.Request.Now));

        var kept = new PassedPaths();
        var first = new PassedPaths.Key("first", judging.Request);
        kept.Keep(first, new(Holder.Now, Holder.Now.AddHours(1), [], []));
        Assert.NotNull(kept.Find(first, Holder.Now));
        for (var number = 0; number < 5000; number++) kept.Keep(first with { Certificates = $"{number}" }, new(Holder.Now, Holder.Now.AddHours(1), [], []));
        Assert.Null(kept.Find(first, Holder.Now));
    }

    private (Judging, Holder) Situation(string situation)
    {
        var authority = _root.Authority("CN=Authority");
        var leaf = authority.Issue();
        var judging = Judging.Below(_root, authority);
        switch (situation)
        {
            case "lists":
                judging.With(_root.List(), authority.List(list => list.NextUpdate = Holder.Now.AddHours(3)));
                break;
            case "delta":
                judging.With(_root.List(), authority.List(list => list.Number = 5), authority.List(list => (list.Number, list.Base, list.ThisUpdate, list.NextUpdate) = (6, 5, Holder.Now.AddHours(-1), Holder.Now.AddHours(2))),
                    authority.List(list => (list.Revoke(leaf, Holder.Now.AddHours(5)).Number, list.Base, list.ThisUpdate, list.NextUpdate) = (7, 5, Holder.Now.AddHours(5), Holder.Now.AddHours(9))));
                break;
            case "revoked later":
                judging.With(_root.List(), authority.List(list => list.Revoke(leaf, Holder.Now.AddHours(4))));
                break;
            case "indirect":
                var lister = _root.Issue("CN=Lister", settings => (settings.NotAfter, _) = (Holder.Now.AddHours(5), settings.With(Extensions.Usage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign))));
                leaf = authority.Issue(set: settings => settings.With(Extensions.Point(null, listIssuer: lister.Certificate.SubjectName)));
                judging.Others.Add(lister);
                judging.With(_root.List(), lister.List(list => (list.Scope, list.NextUpdate) = (RevocationLists.Scope(isIndirect: true), Holder.Now.AddHours(7))));
                break;
            case "answer":
                judging.With(_root.List()).WithAnswers(authority.Answer(leaf, authority, answer => answer.NextUpdate = null), authority.Answer(leaf, authority, answer => (answer.ThisUpdate, answer.NextUpdate) = (Holder.Now.AddHours(2), Holder.Now.AddHours(4))));
                break;
            case "responder":
                var responder = authority.Issue("CN=Responder", settings => (settings.NotAfter, _) = (Holder.Now.AddHours(4), settings.With(Extensions.Extended(Extensions.OcspSigning))));
                judging.With(_root.List()).WithAnswers(responder.Answer(leaf, authority, answer => answer.Certificates.Add(responder.Certificate)));
                break;
            default:
                leaf = authority.Issue(set: settings => (settings.NotBefore, settings.NotAfter) = (Holder.Now.AddMinutes(-30), Holder.Now.AddHours(3)));
                judging.With(_root.List(), authority.List());
                break;
        }

        return (judging, leaf);
    }
}
