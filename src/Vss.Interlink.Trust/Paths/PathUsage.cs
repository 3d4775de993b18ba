using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Paths;

/// <summary>Key usage, extended key usage and names: RFC 5280 sections 4.2.1.3 and 4.2.1.12, RFC 3161 section 2.3, RFC 6960 section 4.2.2.2, RFC 9525.</summary>
internal static class PathUsage
{
    private const string AnyUsage = "2.5.29.37.0";
    private const string Remedy = "Use a certificate that was issued for this.";

    public static bool Check(IReadOnlyList<PathCertificate> path, PathRequest request, Ladder ladder)
    {
        var leaf = path[0];
        var signer = leaf.KeyUsage is not { } usage || (usage & Usages(request.Purpose)) != 0 || request.Purpose == CertificatePurpose.Any;
        if (!signer) return ladder.Fail(Rules.Usage, "certificate", $"its key usage does not allow {Name(request.Purpose)}", Remedy);

        // An authority signs certificates and lists. When it is the anchor itself, whoever trusts it says otherwise.
        if (request.Purpose == CertificatePurpose.Signing && leaf.IsAuthority && path.Count > 1 && leaf.KeyUsage is null)
            return ladder.Fail(Rules.Usage, "certificate", "it is an authority's certificate, and its key usage does not say that it signs anything else", Remedy);
        if (Extended(path, request.Purpose) is { } broken) return ladder.Fail(Rules.Usage, broken.At, broken.Detail, Remedy);
        if (request.DnsName is { } host && !leaf.DnsNames.Any(name => IsFor(name, host)))
            return ladder.Fail(Rules.Name, "certificate", "the certificate has no DNS name that this host matches", "Use a certificate with the host in its subject alternative names.");
        return ladder.Pass(Rules.Usage, "certificate", "its usage fits");
    }

    private static X509KeyUsageFlags Usages(CertificatePurpose purpose) => purpose switch
    {
        CertificatePurpose.ServerAuth => X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement,
        CertificatePurpose.ClientAuth => X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement,
        CertificatePurpose.EmailProtection => X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement,
        CertificatePurpose.CodeSigning => X509KeyUsageFlags.DigitalSignature,
        _ => X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
    };

    private static string Name(CertificatePurpose purpose) => purpose switch
    {
        CertificatePurpose.Signing => "signing",
        CertificatePurpose.ServerAuth => "serverAuth",
        CertificatePurpose.ClientAuth => "clientAuth",
        CertificatePurpose.EmailProtection => "emailProtection",
        CertificatePurpose.CodeSigning => "codeSigning",
        CertificatePurpose.TimeStamping => "timeStamping",
        CertificatePurpose.OcspSigning => "ocspSigning",
        _ => "any use",
    };

    private static (string At, string Detail)? Extended(IReadOnlyList<PathCertificate> path, CertificatePurpose purpose)
    {
        string? wanted = purpose switch
        {
            CertificatePurpose.ServerAuth => "1.3.6.1.5.5.7.3.1",
            CertificatePurpose.ClientAuth => "1.3.6.1.5.5.7.3.2",
            CertificatePurpose.CodeSigning => "1.3.6.1.5.5.7.3.3",
            CertificatePurpose.EmailProtection => "1.3.6.1.5.5.7.3.4",
            CertificatePurpose.TimeStamping => "1.3.6.1.5.5.7.3.8",
            CertificatePurpose.OcspSigning => "1.3.6.1.5.5.7.3.9",
            _ => null,
        };
        if (purpose == CertificatePurpose.Signing) return NotForSigning(path);
        if (wanted is null) return null;

        // Those who speak for an authority or vouch for times and programs must be named for it; "any" names nothing.
        var isExplicit = purpose is CertificatePurpose.TimeStamping or CertificatePurpose.OcspSigning or CertificatePurpose.CodeSigning;
        if (isExplicit && path[0].ExtendedUsages?.Contains(wanted) != true) return ("certificate", $"its extended key usage does not name {Name(purpose)}");
        if (purpose == CertificatePurpose.TimeStamping && (path[0].ExtendedUsages!.Count != 1 || !path[0].HasCriticalExtendedUsages))
            return ("certificate", "its extended key usage is not critical, or names more than timeStamping (RFC 3161 section 2.3)");

        // Of an authority it limits what is issued below it. The anchor is trusted for what it is.
        for (var index = 0; index < Math.Max(1, path.Count - 1); index++)
        {
            if (path[index].ExtendedUsages is { } usages && !usages.Contains(wanted) && !usages.Contains(AnyUsage))
                return (PathValidator.At(index, path.Count), $"its extended key usage does not allow {Name(purpose)}");
        }

        return null;
    }

    private static (string At, string Detail)? NotForSigning(IReadOnlyList<PathCertificate> path)
    {
        // An anchor that signs itself is trusted for what it is.
        for (var index = 0; index < path.Count - 1; index++)
        {
            if (path[index].ExtendedUsages is { } usages && !usages.Any(SigningUsages.All.Contains))
                return (PathValidator.At(index, path.Count), $"its extended key usage ({string.Join(", ", usages.Take(4))}) does not allow signing documents (RFC 5280 section 4.2.1.12)");
        }

        return null;
    }

    // RFC 9525 section 6.3: labels are compared without case; a wildcard stands for one whole label, the leftmost.
    private static bool IsFor(string name, string host)
    {
        // A certificate's name has no dot at its end (RFC 5280 section 4.2.1.6): one that has would slip past the constraints above it.
        host = host.TrimEnd('.');
        if (string.Equals(name, host, StringComparison.OrdinalIgnoreCase)) return !name.Contains('*', StringComparison.Ordinal);
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && name.StartsWith("*.", StringComparison.Ordinal) && name.IndexOf('.', 2) > 0 && string.Equals(name[1..], host[dot..], StringComparison.OrdinalIgnoreCase);
    }
}
