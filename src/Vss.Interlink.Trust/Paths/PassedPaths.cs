using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Paths that were found good over one store, each with the time for which nothing changes that it was judged by (<see cref="PathWindow"/>). A store is immutable, so what was
/// good over it stays good in that time; refusals are not kept, for they are rare and what a stranger sends must not fill the memory. Safe for many threads.
/// </summary>
internal sealed class PassedPaths
{
    private const int MaxKept = 4096;

    // Judging anew now and then shows which lists and answers are in use, for whoever keeps those fresh.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Key, Kept> _kept = new();

    /// <summary>What is kept under this key and holds at this time; null where nothing is.</summary>
    public Kept? Find(Key key, DateTimeOffset at) => _kept.TryGetValue(key, out var kept) && kept.From <= at && at < kept.End && at - kept.From < s_longest ? kept : null;

    public void Keep(Key key, Kept kept)
    {
        if (kept.From >= kept.End) return;
        if (_kept.Count >= MaxKept) _kept.Clear();   // a full one is judged anew in a few seconds; who came last is not worth a list
        _kept[key] = kept;
    }

    /// <summary>A question: this certificate, with what came along, judged by these rules at whatever time.</summary>
    public static Key KeyOf(X509Certificate2 certificate, IReadOnlyCollection<X509Certificate2> sent, PathRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(certificate.RawDataMemory.Span);   // DER says where it ends, so no two lists of certificates are the same octets
        foreach (var other in sent) hash.AppendData(other.RawDataMemory.Span);
        return new Key(Convert.ToHexString(hash.GetHashAndReset()), request with { Now = default });
    }

    /// <param name="Certificates">SHA-256 over the certificates, the judged one first.</param>
    /// <param name="Rules">The request without its time.</param>
    internal sealed record Key(string Certificates, PathRequest Rules);

    /// <param name="From">When it was judged.</param>
    /// <param name="End">When something that it was judged by changes.</param>
    /// <param name="Path">From the certificate to the anchor.</param>
    /// <param name="Rungs">What was found.</param>
    internal sealed record Kept(DateTimeOffset From, DateTimeOffset End, IReadOnlyList<PathCertificate> Path, IReadOnlyList<Step> Rungs);
}
