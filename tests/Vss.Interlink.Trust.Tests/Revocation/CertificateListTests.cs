using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Tests.Paths;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Revocation;

/// <summary>RFC 5280 section 6.3.3, in the order of NIST PKITS's sections 4.4, 4.5, 4.14 and 4.15.</summary>
public sealed class CertificateListTests
{
    private const string Here = "http://crl.example/a.crl";
    private readonly Holder _root = Holder.Root();

    [Fact]
    public void A_fresh_list_of_the_issuer_shows_that_a_certificate_is_not_revoked()
    {
        var leaf = _root.Issue();
        Judging.Below(_root).With(_root.List()).Accepts(leaf);
        Judging.Below(_root).With(_root.List(list => list.Revoke(leaf))).Refuses(leaf, Rules.Revoked);
        Judging.Below(_root).With().Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root).With(Holder.Root("CN=Other").List()).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void Each_authority_of_the_path_must_be_unrevoked_too()
    {
        var authority = _root.Authority("CN=Authority");
        var leaf = authority.Issue();
        Judging.Below(_root, authority).With(_root.List(), authority.List()).Accepts(leaf);
        Judging.Below(_root, authority).With(authority.List()).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root, authority).With(_root.List(list => list.Revoke(authority)), authority.List()).Refuses(leaf, Rules.AuthorityRevoked);
    }

    [Fact]
    public void A_list_that_ended_or_promises_nothing_shows_nothing()
    {
        var leaf = _root.Issue();
        Judging.Below(_root).With(_root.List(list => list.NextUpdate = Holder.Now.AddHours(-1))).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root).With(_root.List(list => list.NextUpdate = null)).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void A_revocation_stands_in_a_list_that_ended_too()
    {
        var leaf = _root.Issue();
        Judging.Below(_root).With(_root.List(list => list.Revoke(leaf).NextUpdate = Holder.Now.AddHours(-1))).Refuses(leaf, Rules.Revoked);
    }

    [Fact]
    public void Where_an_answer_is_not_required_what_is_known_counts_all_the_same()
    {
        var leaf = _root.Issue();
        Judging.Below(_root).With().Asking(IfAvailable).Accepts(leaf);
        Judging.Below(_root).With(_root.List(list => list.Revoke(leaf))).Asking(IfAvailable).Refuses(leaf, Rules.Revoked);
        static PathRequest IfAvailable(PathRequest request) => request with { Revocation = RevocationRule.IfAvailable };
    }

    [Fact]
    public void A_revocation_after_the_moment_that_is_proved_does_not_reach_back()
    {
        var leaf = _root.Issue();
        var list = _root.List(list => list.Revoke(leaf, Holder.Now.AddDays(-2)));
        Judging.Below(_root).With(list).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-3) }).Accepts(leaf);
        Judging.Below(_root).With(list).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-2).AddHours(1) }).Refuses(leaf, Rules.Revoked);
    }

    [Fact]
    public void A_list_made_after_the_moment_that_is_proved_shows_it_though_it_ended_since()
    {
        var leaf = _root.Issue();
        var list = _root.List(list => (list.ThisUpdate, list.NextUpdate) = (Holder.Now.AddDays(-30), Holder.Now.AddDays(-20)));
        Judging.Below(_root).With(list).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-31) }).Accepts(leaf);
        Judging.Below(_root).With(list).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-10) }).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void A_list_of_a_later_time_tells_of_revocations_before_and_after()
    {
        var leaf = _root.Issue();
        byte[] Later(DateTimeOffset? revoked) => _root.List(list =>
        {
            list.ThisUpdate = Holder.Now.AddDays(1);
            if (revoked is { } at) list.Revoke(leaf, at);
        });
        Judging.Below(_root).With(Later(null)).Accepts(leaf);
        Judging.Below(_root).With(Later(Holder.Now.AddHours(1))).Accepts(leaf);
        Judging.Below(_root).With(Later(Holder.Now.AddHours(-1))).Refuses(leaf, Rules.Revoked);
    }

    [Fact]
    public void A_list_of_after_the_end_of_the_certificate_counts_only_where_it_keeps_those_that_expired()
    {
        var old = _root.Issue("CN=Old", settings => settings.NotAfter = Holder.Now.AddDays(-10));
        Judging For(DateTimeOffset made, DateTimeOffset? keepsSince = null) => Judging.Below(_root).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-20) }).With(_root.List(list =>
        {
            list.ThisUpdate = made;
            if (keepsSince is { } since) list.Others.Add(Extensions.Write("2.5.29.60", false, writer => writer.WriteGeneralizedTime(since, omitFractionalSeconds: true)));
        }));
        For(Holder.Now.AddDays(-11)).Accepts(old);
        For(Holder.Now.AddDays(-1)).Refuses(old, Rules.RevocationKnown);
        For(Holder.Now.AddDays(-1), Holder.Now.AddDays(-5)).Refuses(old, Rules.RevocationKnown);
        For(Holder.Now.AddDays(-1), Holder.Now.AddYears(-1)).Accepts(old);
    }

    [Fact]
    public void A_list_counts_at_the_moment_that_is_proved_when_it_was_in_force_then_however_long_ago_it_ended()
    {
        var leaf = _root.Issue();
        var list = _root.List(list => (list.ThisUpdate, list.NextUpdate) = (Holder.Now.AddDays(-30), Holder.Now.AddDays(-20)));
        Judging.Below(_root).With(list).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-21) }).Accepts(leaf);
        Judging.Below(_root).With(list).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-19) }).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void A_list_of_an_authority_whose_certificate_ended_counts_only_where_it_is_proved_to_have_been_there_before()
    {
        var root = Holder.Root("CN=Short", settings => settings.NotAfter = Holder.Now.AddDays(-10));
        var leaf = root.Issue("CN=Leaf", settings => settings.NotAfter = Holder.Now.AddDays(-10));
        var list = root.List(list => (list.ThisUpdate, list.NextUpdate) = (Holder.Now.AddDays(-30), Holder.Now.AddDays(-15)));
        Judging For(DateTimeOffset? proved, byte[] of) => Judging.Below(root).With(of).Asking(request =>
        {
            var proofs = new ProofSet();
            if (proved is { } at) proofs.Add([of], at);
            return request with { ProvedAt = Holder.Now.AddDays(-25), Proofs = proofs };
        });
        For(null, list).Refuses(leaf, Rules.RevocationKnown);
        For(Holder.Now.AddDays(-9), list).Refuses(leaf, Rules.RevocationKnown);
        For(Holder.Now.AddDays(-11), list).Accepts(leaf);
        For(Holder.Now.AddDays(-11), root.List(list => list.ThisUpdate = Holder.Now.AddDays(-9))).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void A_list_by_another_key_of_the_issuers_name_is_none()
    {
        var leaf = _root.Issue();
        Judging.Below(_root).With(Holder.Root().List()).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void Whoever_signs_lists_must_be_allowed_to()
    {
        var authority = _root.Authority("CN=Authority", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.KeyCertSign)));
        Judging.Below(_root, authority).With(_root.List(), authority.List()).Refuses(authority.Issue(), Rules.RevocationKnown);
    }

    [Fact]
    public void An_authority_may_sign_lists_with_another_key_below_the_same_anchor()
    {
        var authority = _root.Authority("CN=Authority");
        var signer = _root.Authority("CN=Authority", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.CrlSign)));
        var leaf = authority.Issue();
        Judging.Below(_root, authority, signer).With(_root.List(), signer.List()).Accepts(leaf);
        Judging.Below(_root, authority, signer).With(_root.List(list => list.Revoke(signer)), signer.List()).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root, authority).With(_root.List(), signer.List()).Refuses(leaf, Rules.RevocationKnown);

        var stranger = Holder.Root("CN=Elsewhere").Authority("CN=Authority");
        Judging.Below(_root, authority, stranger).With(_root.List(), stranger.List()).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void A_list_with_a_critical_extension_that_is_not_known_shows_nothing_and_spoils_no_other()
    {
        var leaf = _root.Issue();
        var strange = _root.List(list => list.Others.Add(Extensions.Unknown(isCritical: true)));
        Judging.Below(_root).With(strange).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root).With(strange, _root.List(list => list.Number = 2)).Accepts(leaf);
        Judging.Below(_root).With(_root.List(list => list.Others.Add(Extensions.Unknown(isCritical: false)))).Accepts(leaf);
    }

    [Fact]
    public void A_list_of_one_distribution_point_is_for_certificates_that_name_it()
    {
        var there = _root.Issue("CN=Leaf", settings => settings.With(Extensions.Point("http://crl.example/b.crl")));
        var here = _root.Issue("CN=Leaf", settings => settings.With(Extensions.Point(Here)));
        var list = _root.List(list => list.Scope = RevocationLists.Scope(Here));
        Judging.Below(_root).With(list).Accepts(here);
        Judging.Below(_root).With(list).Refuses(there, Rules.RevocationKnown);
        Judging.Below(_root).With(list).Refuses(_root.Issue(), Rules.RevocationKnown);
        Judging.Below(_root).With(_root.List()).Accepts(here);   // a list of everything is of this point too
    }

    [Fact]
    public void A_list_of_users_is_not_for_authorities_and_the_other_way_round()
    {
        var authority = _root.Authority("CN=Authority");
        var leaf = _root.Issue();
        var users = _root.List(list => list.Scope = RevocationLists.Scope(onlyUsers: true));
        var authorities = _root.List(list => list.Scope = RevocationLists.Scope(onlyAuthorities: true));
        Judging.Below(_root).With(users).Accepts(leaf);
        Judging.Below(_root).With(authorities).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root).With(authorities).Accepts(authority);
        Judging.Below(_root).With(users).Refuses(authority, Rules.RevocationKnown);
    }

    [Fact]
    public void Lists_of_some_reasons_show_nothing_until_together_they_are_of_all()
    {
        byte[] compromise = [0b0110_0000], rest = [0b0001_1111, 0b1000_0000];   // keyCompromise and cACompromise; the others
        var leaf = _root.Issue("CN=Leaf", settings => settings.With(Extensions.Point(Here)));
        var first = _root.List(list => list.Scope = RevocationLists.Scope(Here, reasons: compromise));
        var second = _root.List(list => list.Scope = RevocationLists.Scope(Here, reasons: rest));
        Judging.Below(_root).With(first).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root).With(second).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root).With(first, second).Accepts(leaf);
        var revoking = _root.List(list => (list.Revoke(leaf, reason: 4).Scope) = RevocationLists.Scope(Here, reasons: rest));
        Judging.Below(_root).With(first, revoking).Refuses(leaf, Rules.Revoked);
    }

    [Fact]
    public void A_delta_list_adds_to_its_base_and_takes_off_it()
    {
        var leaf = _root.Issue();
        var whole = _root.List(list => list.Number = 5);
        var holding = _root.List(list => list.Revoke(leaf, reason: 6).Number = 5);
        var adds = _root.List(list => (list.Revoke(leaf).Number, list.Base) = (7, 5));
        var removes = _root.List(list => (list.Revoke(leaf, reason: 8).Number, list.Base) = (7, 5));
        Judging.Below(_root).With(whole, adds).Refuses(leaf, Rules.Revoked);
        Judging.Below(_root).With(holding).Refuses(leaf, Rules.Revoked);
        Judging.Below(_root).With(holding, removes).Accepts(leaf);
        Judging.Below(_root).With(adds).Refuses(leaf, Rules.RevocationKnown);   // a delta alone is no list
    }

    [Fact]
    public void A_delta_of_another_base_scope_or_age_does_not_count()
    {
        var leaf = _root.Issue();
        var whole = _root.List(list => list.Number = 5);
        Judging.Below(_root).With(whole, _root.List(list => (list.Revoke(leaf).Number, list.Base) = (9, 6))).Accepts(leaf);
        Judging.Below(_root).With(whole, _root.List(list => (list.Revoke(leaf).Number, list.Base) = (4, 3))).Accepts(leaf);
        Judging.Below(_root).With(whole, _root.List(list => (list.Revoke(leaf).Number, list.Base, list.Scope) = (7, 5, RevocationLists.Scope(Here)))).Accepts(leaf);
        Judging.Below(_root).With(whole, _root.List(list => (list.Revoke(leaf).Number, list.Base, list.NextUpdate) = (7, 5, Holder.Now.AddHours(-1)))).Refuses(leaf, Rules.Revoked);   // a revocation stands in a delta that ended too
        Judging.Below(_root).With(whole, _root.List(list => (list.Number, list.Base, list.NextUpdate) = (7, 5, Holder.Now.AddHours(-1)))).Accepts(leaf);
    }

    [Fact]
    public void A_certificate_that_is_listed_twice_is_revoked_by_the_worse_of_the_two()
    {
        var leaf = _root.Issue();
        Judging.Below(_root).With(_root.List(list => list.Revoke(leaf, reason: 1).Revoke(leaf, reason: 8))).Refuses(leaf, Rules.Revoked);
        Judging.Below(_root).With(_root.List(list => list.Revoke(leaf, Holder.Now.AddYears(1)).Revoke(leaf))).Refuses(leaf, Rules.Revoked);
        Judging.Below(_root).With(_root.List(list => list.Revoke(leaf).Revoke(leaf, Holder.Now.AddYears(1)))).Refuses(leaf, Rules.Revoked);
    }

    [Fact]
    public void A_revocation_that_a_newer_list_leaves_out_still_stands_and_a_hold_is_lifted()
    {
        var leaf = _root.Issue();
        byte[] Older(int? reason) => _root.List(list =>
        {
            list.ThisUpdate = Holder.Now.AddDays(-3);
            list.Revoke(leaf, Holder.Now.AddDays(-4), reason);
        });
        var newer = _root.List(list => list.Number = 2);
        foreach (var reason in new int?[] { null, 0, 1 }) Judging.Below(_root).With(Older(reason), newer).Refuses(leaf, Rules.Revoked);
        Judging.Below(_root).With(Older(6), newer).Accepts(leaf);
        Judging.Below(_root).With(Older(1), newer).Accepts(_root.Issue());
    }

    [Fact]
    public void A_list_that_is_not_indirect_and_names_issuers_shows_nothing()
    {
        var leaf = _root.Issue();
        var other = new X500DistinguishedName("CN=Somebody");
        Judging.Below(_root).With(_root.List(list => list.Revoke(_root.Issue(), issuer: other).Revoke(leaf))).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void Whoever_signs_lists_has_a_key_that_the_policy_admits()
    {
        var leaf = _root.Issue();
        var weak = _root.Issue("CN=Root", settings => (settings.Key, _) = (System.Security.Cryptography.RSA.Create(1024), settings.With(Extensions.Usage(X509KeyUsageFlags.CrlSign))));
        Judging.Below(_root, weak).With(weak.List()).Refuses(leaf, Rules.RevocationKnown);
    }

    [Fact]
    public void A_fresh_delta_makes_a_base_fresh_that_ended()
    {
        var leaf = _root.Issue();
        var whole = _root.List(list => (list.Number, list.NextUpdate) = (5, Holder.Now.AddHours(-1)));
        Judging.Below(_root).With(whole).Refuses(leaf, Rules.RevocationKnown);
        Judging.Below(_root).With(whole, _root.List(list => (list.Number, list.Base) = (7, 5))).Accepts(leaf);
    }

    [Fact]
    public void An_indirect_list_is_of_those_whose_distribution_point_names_its_issuer()
    {
        var lister = _root.Authority("CN=Lister", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.CrlSign)));
        var authority = _root.Authority("CN=Authority");
        var leaf = authority.Issue("CN=Leaf", settings => settings.With(Extensions.Point(null, listIssuer: lister.Certificate.SubjectName)));
        var name = authority.Certificate.SubjectName;
        var judging = Judging.Below(_root, authority, lister);
        judging.With(_root.List());
        Again().With(Indirect(_ => { })).Accepts(leaf);
        Again().With(Indirect(list => list.Revoke(leaf, issuer: name))).Refuses(leaf, Rules.Revoked);
        Again().With(Indirect(list => list.Revoke(leaf))).Accepts(leaf);   // of that serial number, but Lister's own
        Again().With(Indirect(list => list.Revoke(_root.Issue(), issuer: name).Revoke(leaf))).Refuses(leaf, Rules.Revoked);   // an entry is of the issuer before it
        Again().With(lister.List()).Refuses(leaf, Rules.RevocationKnown);   // it does not say that it is indirect
        Again().With(Indirect(_ => { })).Refuses(authority.Issue(), Rules.RevocationKnown);   // its certificate does not name Lister

        Judging Again() => Judging.Below(_root, authority, lister).With(_root.List());
        byte[] Indirect(Action<ListSettings> set) => lister.List(list =>
        {
            list.Scope = RevocationLists.Scope(isIndirect: true);
            set(list);
        });
    }

    [Fact]
    public void What_is_no_list_is_not_read()
    {
        Assert.Null(CertificateList.TryRead("no list"u8.ToArray()));
        Assert.Null(CertificateList.TryRead(_root.List().AsMemory()[..^1]));
        Assert.Null(CertificateList.TryRead(Array.Empty<byte>()));
    }
}
