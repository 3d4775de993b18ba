using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>RFC 5280 section 6.1 without policies, in the order of NIST PKITS's sections 4.1 to 4.7, 4.13 and 4.16.</summary>
public sealed class PathValidationTests
{
    private readonly Holder _root = Holder.Root();

    [Fact]
    public void A_path_over_two_authorities_leads_to_the_anchor()
    {
        var upper = _root.Authority("CN=Upper");
        var lower = upper.Authority("CN=Lower");
        Judging.Below(_root, lower, upper).Accepts(lower.Issue());
    }

    [Fact]
    public void Without_an_anchor_and_without_the_intermediate_there_is_no_path()
    {
        var authority = _root.Authority("CN=Authority");
        new Judging().Refuses(authority.Issue(), Rules.Chain);
        Judging.Below(_root).Refuses(authority.Issue(), Rules.Chain);
        Judging.Below(Holder.Root("CN=Other"), authority).Refuses(authority.Issue(), Rules.Chain);
    }

    [Fact]
    public void An_anchor_may_be_an_authority_that_is_not_self_signed_and_the_certificate_itself()
    {
        var authority = _root.Authority("CN=Authority");
        var leaf = authority.Issue();
        Judging.Below(authority).Accepts(leaf);
        Judging.Below(leaf).Accepts(leaf);
    }

    [Fact]
    public void A_signature_by_another_key_of_the_same_name_is_no_path()
    {
        var authority = _root.Authority("CN=Authority");
        var impostor = Holder.Root("CN=Authority");
        Judging.Below(_root, authority).Refuses(impostor.Issue(), Rules.Chain);
        Judging.Below(_root, authority, impostor).Refuses(impostor.Issue(), Rules.Chain);
    }

    [Fact]
    public void The_good_one_of_several_candidates_is_found_in_whatever_order_they_come()
    {
        var good = _root.Authority("CN=Authority");
        var ofOtherKey = _root.Authority("CN=Authority");
        var expired = _root.Authority("CN=Authority", settings => (settings.Key, settings.NotAfter) = (good.Key, Holder.Now.AddDays(-1)));
        var belowAnotherRoot = Holder.Root("CN=Other").Authority("CN=Authority", settings => settings.Key = good.Key);
        var leaf = good.Issue("CN=Leaf", settings => settings.Without("2.5.29.35"));
        Judging.Below(_root, ofOtherKey, expired, belowAnotherRoot, good).Accepts(leaf);
        Judging.Below(_root, good, belowAnotherRoot, expired, ofOtherKey).Accepts(leaf);
        Judging.Below(_root, ofOtherKey, expired, belowAnotherRoot).Refuses(leaf, Rules.ChainValidity);
    }

    [Fact]
    public void Authorities_that_certify_each_other_without_end_are_no_path_and_take_no_time()
    {
        var keys = Enumerable.Range(0, 6).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToArray();
        var all = Enumerable.Range(0, 6).Select(number => Holder.Root($"CN=A{number}", settings => settings.Key = keys[number])).ToArray();
        var crossed = all.SelectMany((issuer, from) => Enumerable.Range(0, 6).Where(to => to != from).Select(to => issuer.Authority($"CN=A{to}", settings => settings.Key = keys[to]))).ToArray();
        Judging.Below(_root, crossed).Refuses(all[0].Issue(), Rules.Chain);
    }

    [Theory]
    [InlineData(-400, -1, Rules.Validity)]
    [InlineData(1, 400, Rules.Validity)]
    public void A_certificate_that_is_not_valid_now_is_refused(int from, int to, string rule) =>
        Judging.Below(_root).Refuses(_root.Issue("CN=Leaf", settings => (settings.NotBefore, settings.NotAfter) = (Holder.Now.AddDays(from), Holder.Now.AddDays(to))), rule);

    [Theory]
    [InlineData(-400, -1)]
    [InlineData(1, 400)]
    public void So_is_one_of_an_authority_that_is_not_valid_now(int from, int to)
    {
        var authority = _root.Authority("CN=Authority", settings => (settings.NotBefore, settings.NotAfter) = (Holder.Now.AddDays(from), Holder.Now.AddDays(to)));
        Judging.Below(_root, authority).Refuses(authority.Issue(), Rules.ChainValidity);
    }

    [Fact]
    public void A_moment_that_is_proved_counts_and_not_the_time_of_judging()
    {
        var leaf = _root.Issue("CN=Leaf", settings => settings.NotAfter = Holder.Now.AddDays(-10));
        Judging.Below(_root).Asking(request => request with { ProvedAt = Holder.Now.AddDays(-20) }).Accepts(leaf);
    }

    [Theory]
    [InlineData("CN= the   AUTHORITY ")]
    [InlineData("CN=The Authority")]
    public void Names_are_compared_without_case_and_superfluous_spaces(string written)
    {
        var authority = _root.Authority("CN=The Authority");
        Judging.Below(_root, authority).Accepts(authority.Issue("CN=Leaf", settings => settings.IssuerName = new X500DistinguishedName(written)));
    }

    [Fact]
    public void Another_name_is_no_issuer_though_its_key_signed()
    {
        var authority = _root.Authority("CN=The Authority");
        Judging.Below(_root, authority).Refuses(authority.Issue("CN=Leaf", settings => settings.IssuerName = new X500DistinguishedName("CN=The Other")), Rules.Chain);
    }

    [Fact]
    public void An_authority_needs_basic_constraints_that_say_so()
    {
        var without = _root.Authority("CN=Authority", settings => settings.Without("2.5.29.19"));
        var denied = _root.Authority("CN=Authority", settings => settings.With(Extensions.Constraints(false)));
        Judging.Below(_root, without).Refuses(without.Issue(), Rules.ChainConstraints);
        Judging.Below(_root, denied).Refuses(denied.Issue(), Rules.ChainConstraints);
    }

    [Fact]
    public void An_authority_whose_key_usage_lacks_keyCertSign_issues_nothing()
    {
        var authority = _root.Authority("CN=Authority", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.CrlSign)));
        Judging.Below(_root, authority).RefusesAny(authority.Issue());
    }

    [Fact]
    public void A_path_length_is_kept_and_self_issued_certificates_do_not_count()
    {
        var limited = _root.Authority("CN=Limited", settings => settings.With(Extensions.Constraints(true, 0)));
        var below = limited.Authority("CN=Below");
        var renewed = limited.Authority("CN=Limited");
        Judging.Below(_root, limited).Accepts(limited.Issue());
        Judging.Below(_root, limited, below).Refuses(below.Issue(), Rules.ChainConstraints);
        Judging.Below(_root, limited, renewed).Accepts(renewed.Issue());
    }

    [Fact]
    public void The_caller_may_allow_fewer_authorities_between()
    {
        var upper = _root.Authority("CN=Upper");
        var lower = upper.Authority("CN=Lower");
        Judging.Below(_root, upper, lower).Asking(request => request with { MaxIntermediates = 2 }).Accepts(lower.Issue());
        Judging.Below(_root, upper, lower).Asking(request => request with { MaxIntermediates = 1 }).Refuses(lower.Issue(), Rules.Chain);
    }

    [Fact]
    public void An_extension_that_is_not_known_is_passed_over_unless_it_is_critical()
    {
        Judging.Below(_root).Accepts(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Unknown(isCritical: false))));
        Judging.Below(_root).Refuses(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Unknown(isCritical: true))), Rules.ChainExtension);
        var authority = _root.Authority("CN=Authority", settings => settings.With(Extensions.Unknown(isCritical: true)));
        Judging.Below(_root, authority).Refuses(authority.Issue(), Rules.ChainExtension);
    }

    [Fact]
    public void Name_constraints_bind_what_stands_below()
    {
        var authority = _root.Authority("CN=Authority", settings => settings.With(Extensions.NameConstraints(["example.vn"], ["secret.example.vn"])));
        var wild = authority.Issue(set: settings => settings.With(Extensions.DnsNames("*.example.vn")));
        Judging.Below(_root, authority).Asking(request => request with { DnsName = "open.example.vn" }).Accepts(wild);
        Judging.Below(_root, authority).Asking(request => request with { DnsName = "secret.example.vn" }).Refuses(wild, Rules.ChainNames);
        var below = authority.Authority("CN=Below");
        var judging = Judging.Below(_root, authority, below);
        judging.Accepts(below.Issue("CN=Leaf", settings => settings.With(Extensions.DnsNames("a.example.vn"))));
        judging.Refuses(below.Issue("CN=Leaf", settings => settings.With(Extensions.DnsNames("a.example.com"))), Rules.ChainNames);
        judging.Refuses(below.Issue("CN=Leaf", settings => settings.With(Extensions.DnsNames("a.secret.example.vn"))), Rules.ChainNames);
    }

    [Fact]
    public void Old_digests_and_short_keys_are_for_the_policy_that_admits_them()
    {
        using var shortKey = RSA.Create(1024);
        using var key = RSA.Create(2048);
        var old = Holder.Root("CN=Old", settings => settings.Key = shortKey);
        Judging.Below(old).Refuses(old.Issue(), Rules.Key);
        Judging.Below(old).Asking(request => request with { Algorithms = SignaturePolicy.Legacy }).Accepts(old.Issue());
        Judging.Below(_root).Refuses(_root.Issue("CN=Leaf", settings => settings.Key = shortKey), Rules.Key);
    }

    [Fact]
    public void A_chain_that_is_signed_by_RSA_is_as_good()
    {
        using var key = RSA.Create(2048);
        var root = Holder.Root("CN=Rsa", settings => settings.Key = key);
        Judging.Below(root).Accepts(root.Issue());
    }

    [Theory]
    [InlineData("O=\u00c9cole, C=VN", "CN=Leaf, O=\u00e9cole, C=VN", false)]   // letters have no case, in any script
    [InlineData("O=Ecole, C=VN", "CN=Leaf, O=Other, C=VN", true)]
    public void A_distinguished_name_is_excluded_however_it_is_written(string excluded, string name, bool isGood)
    {
        var authority = _root.Authority("CN=Authority", settings => settings.With(Extensions.Excluded(new X500DistinguishedName(excluded, X500DistinguishedNameFlags.Reversed))));
        var leaf = authority.Issue(new X500DistinguishedName(name, X500DistinguishedNameFlags.Reversed).Name);
        if (isGood) Judging.Below(_root, authority).Accepts(leaf);
        else Judging.Below(_root, authority).RefusesAny(leaf);
    }

    [Theory]
    [InlineData("http://user@EXAMPLE.vn/", false)]
    [InlineData("http://10.0.0.1/", false)]   // "MUST reject" what has no host name
    [InlineData("http://other.vn/", true)]
    public void An_address_is_held_to_the_constraint_by_its_host(string address, bool isGood)
    {
        var authority = _root.Authority("CN=Authority", settings => settings.With(Extensions.Excluded(uri: "example.vn")));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(address));
        var leaf = authority.Issue(set: settings => settings.With(names.Build()));
        if (isGood) Judging.Below(_root, authority).Accepts(leaf);
        else Judging.Below(_root, authority).RefusesAny(leaf);
    }
}
