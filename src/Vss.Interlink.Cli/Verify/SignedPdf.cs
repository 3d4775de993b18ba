using Vss.Interlink.Trust.Pdf;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signatures and document time stamps of a PDF.</summary>
internal static class SignedPdf
{
    /// <exception cref="UsageException">A content beside the document is given: a PDF's signatures are over the PDF.</exception>
    public static VerifyReport Judge(VerifyRequest request, SpooledInput document)
    {
        if (request.Content is not null || request.Detached.Count > 0) throw new UsageException("--content and --detached are for signatures beside their content; those of a PDF are over the PDF itself.");
        var report = new PdfVerifier(request.Store, request.Policy, request.Algorithms, request.At) { Key = request.Key }.Judge(document.Read());
        if (report.Refusal is { } refusal) return VerifyReport.NotReadable(Error(refusal));
        var unreached = report.Unreached.Select(Unreached).ToList();
        var judged = report.Signatures.Count == 0
            ? VerifyReport.NotThere(new ReportError(PdfRules.Dictionary, "", "no signature field of the document has a signature", "Give the signed document."))
            : VerifyReport.Of(CoverageRequirement.Applied(request, report.Signatures, []), request.At);
        return judged with { Errors = [.. judged.Errors, .. unreached] };
    }

    private static ReportError Error(PdfRefusal refusal) => refusal.Kind switch
    {
        PdfFaultKind.Encrypted => new ReportError("pdf.encrypted", $"octet {refusal.At}", refusal.Detail, "Give the document without encryption, as it was signed; who has the password can tell whether there is one."),
        PdfFaultKind.Limit => new ReportError("pdf.limit", $"octet {refusal.At}", refusal.Detail, "Keep below the limit that is named."),
        _ => new ReportError(PdfRules.Structure, $"octet {refusal.At}", refusal.Detail, "Give a PDF that follows ISO 32000; a reader that repairs this one may show another document than the next."),
    };

    private static ReportError Unreached(long at) =>
        new(PdfRules.Unreached, $"octet {at}", "here stands a signature that no signature field of the document reaches; it is not counted", "Ask who took it out of its field, and for the document from before.");
}
