using Vss.Interlink.Trust.Asic;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signatures of an ASiC container.</summary>
internal static class SignedContainer
{
    /// <exception cref="UsageException">A content is given, which the container has itself.</exception>
    public static VerifyReport Judge(VerifyRequest request, SpooledInput document)
    {
        if (request.Content is not null || request.Detached.Count > 0) throw new UsageException("--content and --detached are for signatures beside their content; a container holds what it signs.");
        var judged = new AsicVerifier(request.Store, request.Policy, request.Algorithms, request.At).Judge(document.Read(), request.Key);
        if (judged.Problem is { } problem) return VerifyReport.NotReadable(problem);
        return judged.Signatures.Count == 0 ? VerifyReport.NotSigned : VerifyReport.Of(CoverageRequirement.Applied(request, judged.Signatures, judged.Unsigned), request.At);
    }
}
