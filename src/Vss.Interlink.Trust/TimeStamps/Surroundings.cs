using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>A time stamp that passed.</summary>
/// <param name="Token">The token.</param>
/// <param name="Certificate">The authority's.</param>
internal sealed record PassedTimeStamp(TimeStampToken Token, X509Certificate2 Certificate)
{
    public DateTimeOffset Time => Token.Time;

    /// <summary>Whether it was made before another one, however wrong both may be about the time (RFC 3161 section 2.4.2, accuracy).</summary>
    public bool IsSurelyBefore(TimeStampToken other) => Times.Plus(Time, Token.Accuracy) < Times.Plus(other.Time, -other.Accuracy);
}

/// <summary>What stands around a signature in its file and proves something of it: document time stamps before and behind it, archive manifests over it, a store of validation material.</summary>
internal sealed record Surroundings
{
    public static Surroundings None { get; } = new();

    /// <summary>Time stamps over the signature and all that it carries; each passed.</summary>
    public IReadOnlyList<PassedTimeStamp> Over { get; init; } = [];

    /// <summary>Time stamps that the signature itself is over: it was made after them.</summary>
    public IReadOnlyList<PassedTimeStamp> Under { get; init; } = [];

    /// <summary>Whether some of them contradict each other: what is over another one says that it is the earlier.</summary>
    public bool IsInDisorder { get; init; }

    /// <summary>What lies beside the signature.</summary>
    public ValidationMaterial Material { get; init; } = ValidationMaterial.None;

    /// <summary>Lists and answers that are proved to have been there by what stands around.</summary>
    public ProofSet Proved { get; init; } = new();

    /// <summary>When the signature is proved to have been there; null where nothing here proves it.</summary>
    public DateTimeOffset? ProvedAt => Over.Count == 0 ? null : Over.Min(stamp => stamp.Time);
}

/// <summary>Certificates, revocation lists and OCSP answers that come along with what is judged. They help to find a path and to know of revocations, and are trusted for nothing.</summary>
internal sealed record ValidationMaterial(IReadOnlyCollection<X509Certificate2> Certificates, IReadOnlyCollection<CertificateList> Lists, IReadOnlyCollection<OcspAnswer> Answers)
{
    public static ValidationMaterial None { get; } = new([], [], []);

    public bool HasRevocation => Lists.Count + Answers.Count > 0;

    /// <summary>What tells of revocations, as it came.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Octets => Lists.Select(list => list.Der).Concat(Answers.Select(answer => answer.Der));

    public ValidationMaterial And(ValidationMaterial other) => new([.. Certificates, .. other.Certificates], [.. Lists, .. other.Lists], [.. Answers, .. other.Answers]);

    /// <summary>That which is proved to have been there; of certificates that makes no difference.</summary>
    public ValidationMaterial ProvedBy(ProofSet proofs) =>
        this with { Lists = [.. Lists.Where(list => proofs.Of(list.Der) is not null)], Answers = [.. Answers.Where(answer => proofs.Of(answer.Der) is not null)] };
}
