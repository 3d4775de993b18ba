using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Online;

/// <summary>Holds what was fetched to the rules by which documents are judged, before it is kept: what would convince nobody displaces nothing.</summary>
internal sealed class AnswerJudge(TrustStore store, DateTimeOffset now)
{
    private readonly RevocationJudge _judge = new(store, new PathBuilder(store.Index, []), RequestAt(now), new PathValidator(store, []), 0);

    public DateTimeOffset Now => now;

    /// <inheritdoc cref="RevocationJudge.Objection(OcspAnswer, IReadOnlyList{PathCertificate})"/>
    public string? Objection(OcspAnswer answer, IReadOnlyList<PathCertificate> path) => _judge.Objection(answer, path);

    /// <inheritdoc cref="RevocationJudge.Objection(CertificateList, IReadOnlyList{PathCertificate})"/>
    public string? Objection(CertificateList list, IReadOnlyList<PathCertificate> path) => _judge.Objection(list, path);

    private static PathRequest RequestAt(DateTimeOffset now) => new() { Purpose = CertificatePurpose.Any, Now = now, Revocation = RevocationRule.Required };
}
