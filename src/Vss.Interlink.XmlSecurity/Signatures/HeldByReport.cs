using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What lives as long as a report: certificates, each parsed once for the document, and kept octets.</summary>
internal sealed class HeldByReport : IDisposable
{
    private readonly List<Parsed> _certificates = [];
    private readonly List<IDisposable> _others = [];

    /// <summary>The certificate of these octets and its key; null where it is none, or its key is of another kind.</summary>
    public (X509Certificate2? Certificate, VerificationKey? Key) Certificate(ReadOnlyMemory<byte> octets)
    {
        foreach (var known in _certificates)
        {
            if (known.Octets.Span.SequenceEqual(octets.Span)) return (known.Certificate, known.Key);
        }

        var parsed = Parse(octets);
        _certificates.Add(parsed);
        return (parsed.Certificate, parsed.Key);
    }

    public T Hold<T>(T disposable)
        where T : IDisposable
    {
        _others.Add(disposable);
        return disposable;
    }

    public void Dispose()
    {
        foreach (var (_, certificate, key) in _certificates)
        {
            certificate?.Dispose();
            key?.Dispose();
        }

        foreach (var other in _others) other.Dispose();
    }

    private static Parsed Parse(ReadOnlyMemory<byte> octets)
    {
        X509Certificate2? certificate = null;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(octets.Span);
            if (certificate.RawDataMemory.Span.SequenceEqual(octets.Span)) return new Parsed(octets, certificate, VerificationKey.Of(certificate));
        }
        catch (CryptographicException)
        {
            // Parts are decoded when they are asked for; one that cannot be is no certificate.
        }

        certificate?.Dispose();
        return new Parsed(octets, null, null);
    }

    private sealed record Parsed(ReadOnlyMemory<byte> Octets, X509Certificate2? Certificate, VerificationKey? Key);
}
