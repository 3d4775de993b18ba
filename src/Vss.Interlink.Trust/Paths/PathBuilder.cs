using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Finds the ways from a certificate up to an anchor, the shortest first. There can be several, of which only one is good (cross certificates, renewed keys, an old and a new authority of
/// one name), and the platform tries one alone: RFC 4158. Nothing is fetched.
/// </summary>
/// <remarks>
/// Authorities that certify each other make more ways than can be walked. So the search goes by length, turns back where the names alone say that an anchor is too far away, and verifies no
/// signature twice.
/// </remarks>
internal sealed class PathBuilder
{
    private const int MaxPaths = 1024;
    private const int MaxSignatures = 4096;   // of all searches together: one validation makes many where lists are signed by others
    private const int MaxMoves = 200_000;     // likewise
    private const int MaxLength = 34;

    private readonly CertificateIndex _known;
    private readonly CertificateIndex? _sent;
    private readonly Dictionary<(PathCertificate Certificate, string Key), bool> _links = [];   // an authority has many certificates with one key
    private readonly Dictionary<PathCertificate, PathCertificate[]> _issuers = [];
    private int _moves;

    /// <param name="known">Anchors, and what is at hand to stand between.</param>
    /// <param name="sent">What came along and may stand between too.</param>
    public PathBuilder(CertificateIndex known, IReadOnlyCollection<X509Certificate2> sent) => (_known, _sent) = (known, sent.Count == 0 ? null : new CertificateIndex([], sent));

    /// <summary>Paths, each from the certificate to an anchor: those whose certificates could stand there at that time, then, for whoever must say what is wrong, the others.</summary>
    public IEnumerable<IReadOnlyList<PathCertificate>> PathsOf(PathCertificate leaf, DateTimeOffset at)
    {
        if (IsAnchor(leaf)) return [[leaf]];
        var distances = DistancesFrom(leaf.Issuer);
        return new[] { true, false }
            .SelectMany(isFit => Enumerable.Range(2, MaxLength - 1).SelectMany(length => Up([leaf], length, isFit)))
            .Take(MaxPaths);

        // Those of exactly this length.
        IEnumerable<IReadOnlyList<PathCertificate>> Up(List<PathCertificate> path, int length, bool onlyFit)
        {
            var last = path[^1];
            if (!distances.TryGetValue(last.Issuer, out var distance) || path.Count + distance > length) yield break;
            foreach (var issuer in IssuersOf(last))
            {
                if (_moves++ >= (onlyFit ? MaxMoves / 2 : MaxMoves)) yield break;
                var isAnchor = IsAnchor(issuer);
                if (isAnchor != (path.Count + 1 == length) || (onlyFit && !IsFit(issuer, path, isAnchor))) continue;

                // The same key under the same name again leads nowhere that was not tried from it before.
                if (path.Exists(known => known.Subject == issuer.Subject && known.KeyDigest == issuer.KeyDigest) || !IsLink(last, issuer)) continue;
                path.Add(issuer);
                if (isAnchor)
                {
                    if (onlyFit || !IsAllFit(path)) yield return [.. path];
                }
                else
                {
                    foreach (var complete in Up(path, length, onlyFit)) yield return complete;
                }

                path.RemoveAt(path.Count - 1);
            }
        }

        bool IsFit(PathCertificate issuer, List<PathCertificate> below, bool isAnchor) =>
            issuer.IsValidAt(at) && (isAnchor || PathRules.Problem(issuer, below.Skip(1).Count(certificate => !certificate.IsSelfIssued)) is null);

        // Then it came before.
        bool IsAllFit(List<PathCertificate> path) => Enumerable.Range(1, path.Count - 1).All(index => IsFit(path[index], path[..index], isAnchor: index == path.Count - 1));
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

    private PathCertificate[] IssuersOf(PathCertificate certificate)
    {
        if (_issuers.TryGetValue(certificate, out var known)) return known;
        return _issuers[certificate] = [.. Named(certificate.Issuer).OrderByDescending(IsAnchor).ThenBy(certificate.PointsPast).ThenByDescending(issuer => issuer.NotBefore)];
    }

    // A key that cannot be computed with goes on, so that the refusal names it.
    private bool IsLink(PathCertificate certificate, PathCertificate issuer)
    {
        var link = (certificate, issuer.KeyDigest);
        if (_links.TryGetValue(link, out var known)) return known;
        if (_links.Count >= MaxSignatures) return false;
        return _links[link] = !certificate.Method.IsKnown || certificate.IsSignedBy(issuer) || !certificate.Method.Takes(issuer.Certificate.PublicKey);
    }

    // For each name above: how many certificates a path has at least from one of that name to an anchor, going by the names alone. Names from which no anchor is reached are not there.
    private Dictionary<string, int> DistancesFrom(string name)
    {
        Dictionary<string, List<string>> below = new(StringComparer.Ordinal);
        Dictionary<string, int> distances = new(StringComparer.Ordinal);
        HashSet<string> seen = new([name], StringComparer.Ordinal);
        Queue<string> upwards = new([name]), downwards = new();
        while (upwards.TryDequeue(out var next))
        {
            foreach (var certificate in Named(next))
            {
                if (IsAnchor(certificate))
                {
                    if (distances.TryAdd(next, 1)) downwards.Enqueue(next);
                    continue;
                }

                if (!below.TryGetValue(certificate.Issuer, out var all)) below[certificate.Issuer] = all = [];
                all.Add(next);
                if (seen.Add(certificate.Issuer)) upwards.Enqueue(certificate.Issuer);
            }
        }

        while (downwards.TryDequeue(out var next))
        {
            foreach (var lower in below.GetValueOrDefault(next) ?? [])
            {
                if (distances.TryAdd(lower, distances[next] + 1)) downwards.Enqueue(lower);
            }
        }

        return distances;
    }
}
