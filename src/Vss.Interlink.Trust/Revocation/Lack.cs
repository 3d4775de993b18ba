using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.Revocation;

/// <summary>
/// What was not at hand when a certificate was judged and could perhaps be had: the status of a certificate, or the issuer of one from which no path leads on. Judges note it;
/// nothing is fetched by them.
/// </summary>
public sealed class Lack
{
    private Lack(IReadOnlyList<ReadOnlyMemory<byte>> path) => Path = path;

    /// <summary>Certificates, DER: the one whose status is wanted, then those above it up to its anchor; or one alone, whose issuer is wanted.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Path { get; }

    /// <summary>Whether the issuer is wanted; else the status.</summary>
    public bool IsOfIssuer => Path.Count == 1;

    /// <summary>Whether both are of the same certificate and want the same of it.</summary>
    public bool IsSame(Lack other) => IsOfIssuer == other.IsOfIssuer && Path[0].Span.SequenceEqual(other.Path[0].Span);

    internal static Lack OfStatus(IEnumerable<PathCertificate> path) => new([.. path.Select(certificate => certificate.Certificate.RawDataMemory)]);

    internal static Lack OfIssuer(ReadOnlyMemory<byte> certificate) => new([certificate]);
}
