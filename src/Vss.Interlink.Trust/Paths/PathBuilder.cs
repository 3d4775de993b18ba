using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Finds the ways from a certificate up to an anchor. There can be several, of which only one is good (cross certificates, renewed keys, an old and a new authority of one name),
/// and the platform tries one alone: RFC 4158. Nothing is fetched.
/// </summary>
internal sealed class PathBuilder
{
    private const int MaxPaths = 32;
    private const int MaxSteps = 512;      // signatures that are verified in the search
    private const int MaxLength = 12;

    private readonly HashSet<string> _anchors = [];
    private readonly Dictionary<string, List<PathCertificate>> _bySubject = [];

    /// <param name="anchors">Where paths end.</param>
    /// <param name="others">What may stand between; certificates that cannot be read are passed over.</param>
    public PathBuilder(IEnumerable<X509Certificate2> anchors, IEnumerable<X509Certificate2> others)
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

    /// <summary>Paths, each from the certificate to an anchor, the likeliest first.</summary>
    public IEnumerable<IReadOnlyList<PathCertificate>> PathsOf(PathCertificate leaf, DateTimeOffset at)
    {
        var found = 0;
        var steps = 0;
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
                if (found >= MaxPaths || steps >= MaxSteps) yield break;
                // The same key under the same name again leads nowhere that was not tried from it before.
                if (path.Exists(known => known.Subject == issuer.Subject && known.KeyInfo.Span.SequenceEqual(issuer.KeyInfo.Span))) continue;
                steps++;

                // A key that cannot be computed with goes on, so that the refusal names it.
                var isBy = !last.Method.IsKnown || last.Method.Verifies(issuer.Certificate, last.Signed.Span, last.Signature) || !last.Method.Takes(issuer.Certificate.PublicKey);
                if (!isBy) continue;
                path.Add(issuer);
                foreach (var complete in Up(path)) yield return complete;
                path.RemoveAt(path.Count - 1);
            }
        }
    }

    public bool IsAnchor(PathCertificate certificate) => _anchors.Contains(certificate.Certificate.Thumbprint);

    /// <summary>Certificates of a subject, by <see cref="NameForm"/>.</summary>
    public IReadOnlyList<PathCertificate> Named(string subject) => _bySubject.TryGetValue(subject, out var all) ? all : [];

    private IEnumerable<PathCertificate> IssuersOf(PathCertificate certificate, DateTimeOffset at) => Named(certificate.Issuer)
        .OrderByDescending(IsAnchor)
        .ThenByDescending(issuer => certificate.AuthorityKeyId is not null && issuer.SubjectKeyId is not null && certificate.AuthorityKeyId.AsSpan().SequenceEqual(issuer.SubjectKeyId))
        .ThenByDescending(issuer => issuer.IsValidAt(at))
        .ThenByDescending(issuer => issuer.Certificate.NotBefore);

    private void Add(X509Certificate2 certificate)
    {
        if (PathCertificate.TryRead(certificate) is not { } read) return;
        if (!_bySubject.TryGetValue(read.Subject, out var all)) _bySubject[read.Subject] = all = [];
        if (!all.Exists(read.IsSame)) all.Add(read);
    }
}
