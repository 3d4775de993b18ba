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
    private const int MaxKept = 1024;
    private const int MaxOctets = 16 * 1024;   // what is kept of a stranger's certificates stays small

    private static readonly ConcurrentDictionary<ReadOnlyMemory<byte>, X509Certificate2> s_kept = new(new ByContent());

    /// <summary>A certificate; null where the octets are none, or one whose names cannot be decoded.</summary>
    public static X509Certificate2? Read(ReadOnlyMemory<byte> der)
    {
        if (der.IsEmpty) return null;
        if (s_kept.TryGetValue(der, out var kept)) return kept;
        try
        {
            var certificate = X509CertificateLoader.LoadCertificate(der.Span);
            _ = CertificateJudge.Name(certificate);   // decoded when asked for
            if (der.Length > MaxOctets) return certificate;
            if (s_kept.Count >= MaxKept) s_kept.Clear();
            return s_kept.GetOrAdd(certificate.RawDataMemory.Span.SequenceEqual(der.Span) ? certificate.RawDataMemory : der.ToArray(), certificate);
        }
        catch (CryptographicException)
        {
            return null;
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
