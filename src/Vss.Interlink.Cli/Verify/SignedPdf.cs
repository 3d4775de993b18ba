namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signatures of a PDF.</summary>
internal static class SignedPdf
{
    public static VerifyReport Judge(VerifyRequest request, SpooledInput document) =>
        VerifyReport.NotReadable(new ReportError("pdf.readable", "", $"'{request.File}' is a PDF of {document.Read().Length} octets, whose signatures are not judged by this version", "Judge its CMS by itself, or by another tool."));
}
