using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>Anchors and other certificates, read and found by their subjects. Immutable, so that one serves every validation over the same store.</summary>
internal sealed class CertificateIndex
{
    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PathCertificate>> _bySubject = new(StringComparer.Ordinal);

    /// <param name="anchors">Where paths end.</param>
    /// <param name="others">What may stand between; certificates that cannot be read are passed over.</param>
    public CertificateIndex(IEnumerable<X509Certificate2> anchors, IEnumerable<X509Certificate2> others)
    {
        foreach (var anchor in anchors)
        {
            if (_anchors.Add(anchor.Thumbprint)) Add(anchor);
        }

        foreach (var other in others)
        {
            if (!_anchors.Contains(other.Thumbprint)) Add(other);
        }
    }

    public bool IsAnchor(PathCertificate certificate) => _anchors.Contains(certificate.Certificate.Thumbprint);

    /// <summary>Certificates of a subject, by <see cref="NameForm"/>.</summary>
    public IReadOnlyList<PathCertificate> Named(string subject) => _bySubject.TryGetValue(subject, out var all) ? all : [];

    /// <summary>Certificates of an issuer, by <see cref="NameForm"/>.</summary>
    public IEnumerable<PathCertificate> IssuedBy(string issuer) => _bySubject.Values.SelectMany(all => all).Where(certificate => certificate.Issuer == issuer);

    private void Add(X509Certificate2 certificate)
    {
        if (PathCertificate.TryRead(certificate) is not { } read) return;
        if (!_bySubject.TryGetValue(read.Subject, out var all)) _bySubject[read.Subject] = all = [];
        if (!all.Exists(read.IsSame)) all.Add(read);
    }
}
