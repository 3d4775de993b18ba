using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Finds the ways from a certificate up to an anchor. There can be several, of which only one is good (cross certificates, renewed keys, an old and a new authority of one name),
/// and the platform tries one alone: RFC 4158. Nothing is fetched.
/// </summary>
internal sealed class PathBuilder
{
    private const int MaxPaths = 128;
    private const int MaxSteps = 4096;     // signatures that are verified in the search
    private const int MaxLength = 34;

    private readonly CertificateIndex _known;
    private readonly CertificateIndex? _sent;
    private int _steps;   // of all searches together: one validation makes many where lists are signed by others

    /// <param name="known">Anchors, and what is at hand to stand between.</param>
    /// <param name="sent">What came along and may stand between too.</param>
    public PathBuilder(CertificateIndex known, IReadOnlyCollection<X509Certificate2> sent) => (_known, _sent) = (known, sent.Count == 0 ? null : new CertificateIndex([], sent));

    /// <summary>Paths, each from the certificate to an anchor, the likeliest first.</summary>
    public IEnumerable<IReadOnlyList<PathCertificate>> PathsOf(PathCertificate leaf, DateTimeOffset at)
    {
        var found = 0;
        return Up([leaf]);

        IEnumerable<IReadOnlyList<PathCertificate>> Up(List<PathCertificate> path)
        {
            var last = path[^1];
            if (IsAnchor(last))
            {
                found++;
                yield return [.. path];
                yield break;
            }

            if (path.Count == MaxLength) yield break;
            foreach (var issuer in IssuersOf(last, at))
            {
                if (found >= MaxPaths || _steps >= MaxSteps) yield break;
                // The same key under the same name again leads nowhere that was not tried from it before.
                if (path.Exists(known => known.Subject == issuer.Subject && known.KeyInfo.Span.SequenceEqual(issuer.KeyInfo.Span))) continue;
                _steps++;

                // A key that cannot be computed with goes on, so that the refusal names it.
                if (last.Method.IsKnown && !last.IsSignedBy(issuer) && last.Method.Takes(issuer.Certificate.PublicKey)) continue;
                path.Add(issuer);
                foreach (var complete in Up(path)) yield return complete;
                path.RemoveAt(path.Count - 1);
            }
        }
    }

    public bool IsAnchor(PathCertificate certificate) => _known.IsAnchor(certificate);

    /// <summary>Certificates of a subject, by <see cref="NameForm"/>.</summary>
    public IReadOnlyList<PathCertificate> Named(string subject)
    {
        var known = _known.Named(subject);
        var sent = _sent?.Named(subject) ?? [];
        return sent.Count == 0 ? known : [.. known, .. sent.Where(one => !known.Any(one.IsSame))];
    }

    /// <summary>Certificates of an issuer, by <see cref="NameForm"/>.</summary>
    public IEnumerable<PathCertificate> IssuedBy(string issuer) => _known.IssuedBy(issuer).Concat(_sent?.IssuedBy(issuer) ?? []);

    private IEnumerable<PathCertificate> IssuersOf(PathCertificate certificate, DateTimeOffset at) => Named(certificate.Issuer)
        .OrderByDescending(IsAnchor)
        .ThenByDescending(issuer => certificate.AuthorityKeyId is not null && issuer.SubjectKeyId is not null && certificate.AuthorityKeyId.AsSpan().SequenceEqual(issuer.SubjectKeyId))
        .ThenByDescending(issuer => issuer.IsValidAt(at))
        .ThenByDescending(issuer => issuer.NotBefore);
}
