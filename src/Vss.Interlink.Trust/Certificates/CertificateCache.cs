using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>
/// Certificates that were read lately, by their octets. The platform takes some hundred microseconds to read one, more than the rest of a signature's verification, and the same few
/// partners sign all day. They are shared: nobody disposes of one.
/// </summary>
internal static class CertificateCache
{
    /// <summary>Octets of all that is kept; the platform holds a certificate in some four times as many.</summary>
    internal const long MaxOctets = 4 * 1024 * 1024;

    private const int MaxKept = 1024;   // a small one takes more than its octets
    private const int MaxOctetsOfOne = 16 * 1024;

    private static readonly Lock s_change = new();
    private static readonly ConcurrentDictionary<ReadOnlyMemory<byte>, X509Certificate2> s_kept = new(new ByContent());
    private static (int Count, long Octets) s_total;

    internal static IEnumerable<ReadOnlyMemory<byte>> Kept => s_kept.Keys;

    /// <summary>A certificate; null where the octets are none, or one whose names cannot be decoded.</summary>
    public static X509Certificate2? Read(ReadOnlyMemory<byte> der)
    {
        if (der.IsEmpty) return null;
        if (s_kept.TryGetValue(der, out var kept)) return kept;
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            _ = CertificateJudge.Name(certificate);   // decoded when asked for
            return der.Length > MaxOctetsOfOne ? certificate : Keep(der, certificate);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // Strangers may fill it before anything of theirs is verified.
    private static X509Certificate2 Keep(ReadOnlyMemory<byte> der, X509Certificate2 certificate)
    {
        lock (s_change)
        {
            if (s_kept.TryGetValue(der, out var kept)) return kept;   // another thread was first
            if (s_total.Count >= MaxKept || s_total.Octets + der.Length > MaxOctets)
            {
                s_kept.Clear();
                s_total = default;
            }

            s_kept[certificate.RawDataMemory.Span.SequenceEqual(der.Span) ? certificate.RawDataMemory : der.ToArray()] = certificate;
            s_total = (s_total.Count + 1, s_total.Octets + der.Length);
            return certificate;
        }
    }

    private sealed class ByContent : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> obj)
        {
            var hash = default(HashCode);   // seeded for each process
            hash.AddBytes(obj.Span);
            return hash.ToHashCode();
        }
    }
}
