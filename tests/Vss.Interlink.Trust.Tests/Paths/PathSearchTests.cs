using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>Paths that are there and that the platform by itself would not find: RFC 5280 sections 4.2.1.1 and 7.1, RFC 4158.</summary>
public sealed class PathSearchTests
{
    private readonly Holder _root = Holder.Root();

    [Theory]
    [InlineData("CN=B\u1ea3o hi\u1ec3m", "CN=B\u1ea2O HI\u1ec2M")]             // case beyond ASCII
    [InlineData("CN=B\u1ea3o hi\u1ec3m", "CN=Ba\u0309o hie\u0302\u0309m")]     // marks typed after their letters
    [InlineData("CN=B\u1ed9", "CN=Bo\u0302\u0323")]                            // in whatever order
    [InlineData("CN=The Authority", "CN=The\u00a0Authority")]                   // a space is a space
    [InlineData("CN=The Authority", "CN=The Auth\u00adority")]                  // and what is not seen is not there
    [InlineData("CN=Stra\u00dfe", "CN=STRASSE")]
    [InlineData("CN=Authority", "CN=\uff21uthority")]
    public void Names_are_prepared_as_RFC_4518_has_it(string written, string asIssuer)
    {
        var authority = _root.Authority(written);
        var leaf = authority.Issue("CN=Leaf", settings => settings.IssuerName = new X500DistinguishedName(asIssuer));
        Judging.Below(_root, authority).Accepts(leaf);
        Judging.Below(authority).Accepts(leaf);
        var below = authority.Authority("CN=Below", settings => settings.IssuerName = new X500DistinguishedName(asIssuer));
        Judging.Below(_root, authority, below).Accepts(below.Issue());
    }

    [Theory]
    [InlineData("CN=Bao hiem")]
    [InlineData("CN=B\u00e1o hi\u1ec3m")]
    [InlineData("CN=Ba\u0309o hie\u0309\u0302m")]   // marks of one place do have an order
    public void Other_letters_and_other_marks_are_other_names(string asIssuer)
    {
        var authority = _root.Authority("CN=B\u1ea3o hi\u1ec3m");
        Judging.Below(_root, authority).Refuses(authority.Issue("CN=Leaf", settings => settings.IssuerName = new X500DistinguishedName(asIssuer)), Rules.Chain);
    }

    [Fact]
    public void What_the_platform_cannot_follow_is_still_held_to_every_rule()
    {
        var capitals = new X500DistinguishedName("CN=B\u1ea2O");
        void AsCapitals(CertificateSettings settings) => settings.IssuerName = capitals;
        var authority = _root.Authority("CN=b\u1ea3o", settings => settings.With(Extensions.Constraints(true, 0)));
        var below = authority.Authority("CN=Below", AsCapitals);
        Judging.Below(_root, authority, below).Refuses(below.Issue(), Rules.ChainConstraints);
        var limited = _root.Authority("CN=b\u1ea3o", settings => settings.With(Extensions.NameConstraints(["example.vn"], [])));
        var between = limited.Authority("CN=Between", AsCapitals);
        Judging.Below(_root, limited, between).Refuses(between.Issue(set: settings => settings.With(Extensions.DnsNames("example.com"))), Rules.ChainNames);
        var none = _root.Authority("CN=b\u1ea3o", settings => settings.With(Extensions.Constraints(false)));
        Judging.Below(_root, none).Refuses(none.Issue("CN=Leaf", AsCapitals), Rules.ChainConstraints);
        var impostor = _root.Authority("CN=b\u1ea3o");
        Judging.Below(_root, impostor).Refuses(authority.Issue("CN=Leaf", AsCapitals), Rules.Chain);
        var old = _root.Authority("CN=b\u1ea3o", settings => settings.NotAfter = Holder.Now.AddDays(-1));
        Judging.Below(_root, old).Refuses(old.Issue("CN=Leaf", AsCapitals), Rules.ChainValidity);
        var unknown = _root.Authority("CN=b\u1ea3o", settings => settings.With(Extensions.Unknown(isCritical: true)));
        Judging.Below(_root, unknown).Refuses(unknown.Issue("CN=Leaf", AsCapitals), Rules.ChainExtension);
        var silent = _root.Authority("CN=b\u1ea3o", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.CrlSign)));
        Judging.Below(_root, silent).Refuses(silent.Issue("CN=Leaf", AsCapitals), Rules.ChainConstraints);
    }

    [Fact]
    public void A_renewed_key_is_found_though_no_identifier_tells_it_from_the_old_one()
    {
        var old = Holder.Root("CN=Authority", settings => settings.HasKeyIds = false);
        var renewed = Holder.Root("CN=Authority", settings => settings.HasKeyIds = false);
        var newWithOld = old.Authority("CN=Authority", settings => (settings.Key, settings.HasKeyIds) = (renewed.Key, false));
        var leaf = renewed.Issue(set: settings => settings.HasKeyIds = false);
        Judging.Below(old, newWithOld).Accepts(leaf);
        Judging.Below(old, renewed, newWithOld).Accepts(leaf);
        Judging.Below(old, renewed).Refuses(leaf, Rules.Chain);
        Judging.Below(old, newWithOld).Refuses(Holder.Root("CN=Authority").Issue(set: settings => settings.HasKeyIds = false), Rules.Chain);
    }

    [Fact]
    public void An_authority_key_identifier_is_a_help_and_no_condition()
    {
        var authority = _root.Authority("CN=Authority");
        var wrong = X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier((byte[])[1, 2, 3]);
        var elsewhere = X509AuthorityKeyIdentifierExtension.Create([1, 2, 3], new X500DistinguishedName("CN=Elsewhere"), [7]);
        foreach (var pointer in new[] { wrong, elsewhere })
        {
            Judging.Below(_root, authority).Accepts(authority.Issue(set: settings => settings.With(pointer)));
            var below = authority.Authority("CN=Below", settings => settings.With(pointer));
            Judging.Below(_root, authority, below).Accepts(below.Issue());
        }
    }

    [Fact]
    public void The_short_path_through_thirty_authorities_that_certify_each_other_is_found_soon()
    {
        const int many = 30;
        var keys = Enumerable.Range(0, many).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToArray();
        var all = keys.Select((key, number) => Holder.Root($"CN=A{number}", settings => settings.Key = key)).ToArray();
        var crossed = all.SelectMany((issuer, from) => Enumerable.Range(0, many).Where(to => to != from).Select(to => issuer.Authority($"CN=A{to}", settings => settings.Key = keys[to]))).ToArray();
        var entry = _root.Authority("CN=A0", settings => settings.Key = keys[0]);
        var watch = Stopwatch.StartNew();
        Judging.Below(_root, [.. crossed, entry]).Accepts(all[^1].Issue());

        // The way in is for those alone who have nobody below them, and a longer way is the good one.
        var limited = _root.Authority("CN=A0", settings => (settings.Key, _) = (keys[0], settings.With(Extensions.Constraints(true, 0))));
        var door = _root.Authority("CN=Door");
        Judging.Below(_root, [.. crossed, limited, door, door.Authority("CN=A1", settings => settings.Key = keys[1])]).Accepts(all[^1].Issue());
        Judging.Below(_root, [.. crossed, limited]).Refuses(all[^1].Issue(), Rules.ChainConstraints);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"It took {watch.Elapsed}.");
    }

    [Theory]
    [InlineData("1.3.6.1.5.5.7.11.2", true)]
    [InlineData("0.4.0.1862.1.1", true)]
    [InlineData("1.3.6.1.4.1.55555.3", false)]   // of a critical extension every statement is critical
    public void Qualified_certificate_statements_may_be_critical(string statement, bool isGood)
    {
        var leaf = _root.Issue(set: settings => settings.With(Extensions.Statements(true, "0.4.0.1862.1.4", statement)));
        if (isGood) Judging.Below(_root).Accepts(leaf);
        else Judging.Below(_root).Refuses(leaf, Rules.ChainExtension);
        Judging.Below(_root).Accepts(_root.Issue(set: settings => settings.With(Extensions.Statements(false, statement))));
    }
}
