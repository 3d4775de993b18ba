using Vss.Interlink.Trust.Cms;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signatures of a document of any format. Every outcome is a report; what a stranger wrote never makes it throw.</summary>
internal static class SignedDocument
{
    private const int HeadOctets = 64 * 1024;
    private const int PdfHead = 1024;   // within which a PDF must say what it is: ISO 32000-1 annex H.3.4.1

    private static readonly byte[] s_beforeXml = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0, 9, 10, 13, 32];   // byte order marks, the zeros of UTF-16 and UTF-32, white space

    /// <exception cref="UsageException">The request gives contents that the document has no use for.</exception>
    public static VerifyReport Judge(VerifyRequest request)
    {
        try
        {
            using var document = SpooledInput.Open(request.File);
            return Judge(request, document);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return VerifyReport.NotReadable(new ReportError("input.readable", "", unreadable.Message, "Name a file that can be read, or - for standard input."));
        }
        catch (OutOfMemoryException)
        {
            return VerifyReport.NotReadable(new ReportError("input.limit", "", "judging the document takes more memory than there is", "Judge it where there is more memory."));
        }
        catch (Exception failed) when (failed is not UsageException)
        {
            // Neither passed nor failed is known: EN 319 102-1 has INDETERMINATE without a more exact reason for that.
            return VerifyReport.NotJudged(new ReportError("verify.completed", "", $"the validation broke off: {failed.GetType().Name}", "Report this document to the makers of interlink."));
        }
    }

    // By the octets, never by the name. A container may hold a PDF near its beginning, and so may a message or an XML document: each of them is known by its very first octets.
    private static VerifyReport Judge(VerifyRequest request, SpooledInput document)
    {
        var head = new byte[HeadOctets];
        var count = document.Read().ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> first = head.AsSpan(0, count);
        if (first.StartsWith("PK\x03\x04"u8) || first.StartsWith("PK\x05\x06"u8)) return SignedContainer.Judge(request, document);
        if (CmsFile.LooksLikeOne(first)) return SignedMessage.Judge(request, document);
        if (first.TrimStart(s_beforeXml) is [] or [(byte)'<', ..]) return SignedXml.Judge(request, document);
        if (first.StartsWith("%PDF-"u8)) return SignedPdf.Judge(request, document);
        if (MessageArmour.LooksLikeOne(first)) return SignedMessage.JudgeArmoured(request, document);
        if (first[..Math.Min(count, PdfHead)].IndexOf("%PDF-"u8) >= 0) return SignedPdf.Judge(request, document);
        return first is [0x30, ..] ? SignedMessage.Judge(request, document) : VerifyReport.NotReadable(new ReportError("input.format", "octet 0", "the file is neither XML nor CMS (DER, PEM, base64, S/MIME), a container or a PDF", "Give the signed document itself, decoded from what it was sent in."));
    }
}
