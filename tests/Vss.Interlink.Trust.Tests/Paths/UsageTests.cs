using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>Key usage, extended key usage along the path, and names.</summary>
public sealed class UsageTests
{
    private readonly Holder _root = Holder.Root();

    [Fact]
    public void A_signer_needs_a_key_usage_that_signs_where_it_has_one()
    {
        var judging = For(CertificatePurpose.Signing);
        judging.Accepts(_root.Issue("CN=Leaf", settings => settings.Without("2.5.29.15")));
        judging.Accepts(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.NonRepudiation))));
        judging.Refuses(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.KeyEncipherment))), Rules.Usage);
    }

    [Fact]
    public void An_authority_signs_no_documents_unless_its_key_usage_says_so_or_it_is_the_anchor()
    {
        var judging = For(CertificatePurpose.Signing);
        judging.Refuses(_root.Authority("CN=Authority"), Rules.Usage);
        judging.Refuses(_root.Authority("CN=Authority", settings => settings.Without("2.5.29.15")), Rules.Usage);
        judging.Accepts(_root.Authority("CN=Authority", settings => settings.With(Extensions.Usage(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature))));
        var self = Holder.Root("CN=Self", settings => settings.Without("2.5.29.15"));
        Judging.Below(self).Asking(request => request with { Purpose = CertificatePurpose.Signing }).Accepts(self);
    }

    [Theory]
    [InlineData(true)]                                                                                      // none: for whatever key usage allows
    [InlineData(true, Extensions.ClientAuth, Extensions.EmailProtection, "1.3.6.1.4.1.311.10.3.12")]               // as public authorities issue them
    [InlineData(true, "1.3.6.1.5.5.7.3.36")]
    [InlineData(true, "1.2.840.113583.1.1.5")]
    [InlineData(true, "2.5.29.37.0")]
    [InlineData(false, Extensions.ServerAuth)]
    [InlineData(false, Extensions.ClientAuth)]
    [InlineData(false, "1.3.6.1.5.5.7.3.3")]
    [InlineData(false, Extensions.TimeStamping)]
    [InlineData(false, Extensions.OcspSigning)]
    public void A_signer_with_extended_key_usages_has_one_that_is_for_documents(bool isGood, params string[] oids)
    {
        foreach (var isCritical in new[] { false, true })
        {
            void Usages(CertificateSettings settings) => _ = oids.Length == 0 ? settings : settings.With(Extensions.Extended(isCritical, oids));
            var authority = _root.Authority("CN=Limited", Usages);
            var judging = For(CertificatePurpose.Signing);
            judging.Others.Add(authority);
            if (isGood)
            {
                judging.Accepts(_root.Issue("CN=Leaf", Usages));
                judging.Accepts(authority.Issue());
            }
            else
            {
                judging.Refuses(_root.Issue("CN=Leaf", Usages), Rules.Usage);
                judging.Refuses(authority.Issue(), Rules.Usage);
            }
        }
    }

    [Theory]
    [InlineData(CertificatePurpose.ServerAuth, Extensions.ServerAuth, Extensions.ClientAuth)]
    [InlineData(CertificatePurpose.ClientAuth, Extensions.ClientAuth, Extensions.ServerAuth)]
    [InlineData(CertificatePurpose.EmailProtection, Extensions.EmailProtection, Extensions.ServerAuth)]
    [InlineData(CertificatePurpose.CodeSigning, "1.3.6.1.5.5.7.3.3", Extensions.ServerAuth)]
    [InlineData(CertificatePurpose.OcspSigning, Extensions.OcspSigning, Extensions.ServerAuth)]
    public void A_purpose_is_allowed_by_its_extended_key_usage_along_the_whole_path(CertificatePurpose purpose, string oid, string other)
    {
        var judging = For(purpose);
        judging.Accepts(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Extended(oid, other))));
        judging.Refuses(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Extended(other))), Rules.Usage);
        var limited = _root.Authority("CN=Limited", settings => settings.With(Extensions.Extended(other)));
        judging.Others.Add(limited);
        judging.Refuses(limited.Issue("CN=Leaf", settings => settings.With(Extensions.Extended(oid))), Rules.Usage);
    }

    [Fact]
    public void AnyExtendedKeyUsage_and_none_at_all_do_for_connections_and_not_for_those_who_vouch()
    {
        foreach (var purpose in new[] { CertificatePurpose.ServerAuth, CertificatePurpose.ClientAuth, CertificatePurpose.EmailProtection })
        {
            For(purpose).Accepts(_root.Issue());
            For(purpose).Accepts(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Extended("2.5.29.37.0"))));
        }

        foreach (var purpose in new[] { CertificatePurpose.TimeStamping, CertificatePurpose.OcspSigning, CertificatePurpose.CodeSigning })
        {
            For(purpose).Refuses(_root.Issue(), Rules.Usage);
            For(purpose).Refuses(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Extended(true, "2.5.29.37.0"))), Rules.Usage);
        }
    }

    [Fact]
    public void A_time_stamping_certificate_is_for_nothing_else_and_says_so_critically()
    {
        var judging = For(CertificatePurpose.TimeStamping);
        judging.Accepts(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Extended(true, Extensions.TimeStamping))));
        judging.Refuses(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Extended(false, Extensions.TimeStamping))), Rules.Usage);
        judging.Refuses(_root.Issue("CN=Leaf", settings => settings.With(Extensions.Extended(true, Extensions.TimeStamping, Extensions.ServerAuth))), Rules.Usage);
    }

    [Theory]
    [InlineData("hub.example.vn", "hub.example.vn", true)]
    [InlineData("HUB.example.vn", "hub.EXAMPLE.vn", true)]
    [InlineData("*.example.vn", "hub.example.vn", true)]
    [InlineData("*.example.vn", "a.hub.example.vn", false)]
    [InlineData("*.example.vn", "example.vn", false)]
    [InlineData("*.vn", "example.vn", false)]
    [InlineData("h*.example.vn", "hub.example.vn", false)]
    [InlineData("hub.example.vn", "hub.example.com", false)]
    public void A_host_is_matched_by_RFC_9525(string name, string host, bool isFor)
    {
        var judging = Judging.Below(_root).Asking(request => request with { DnsName = host });
        var leaf = _root.Issue("CN=" + host, settings => settings.With(Extensions.DnsNames(name)));
        if (isFor) judging.Accepts(leaf);
        else judging.Refuses(leaf, Rules.Name);
    }

    [Fact]
    public void The_common_name_is_no_host() => Judging.Below(_root).Asking(request => request with { DnsName = "hub.example.vn" }).Refuses(_root.Issue("CN=hub.example.vn"), Rules.Name);

    private Judging For(CertificatePurpose purpose) => Judging.Below(_root).Asking(request => request with { Purpose = purpose });
}
