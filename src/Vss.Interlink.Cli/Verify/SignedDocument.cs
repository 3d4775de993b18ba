using Vss.Interlink.Trust.Cms;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signatures of a document of any format. Every outcome is a report; what a stranger wrote never makes it throw.</summary>
internal static class SignedDocument
{
    private const int HeadOctets = 1024;   // within which a PDF must say what it is: ISO 32000-1 annex H.3.4.1

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
        if (MessageArmour.LooksLikeOne(first)) return SignedMessage.JudgeArmoured(request, document);
        var isXml = first.TrimStart("\xEF\xBB\xBF\xFE\xFF \t\r\n\0"u8) is [(byte)'<', ..];
        if (!isXml && first.IndexOf("%PDF-"u8) >= 0) return SignedPdf.Judge(request, document);
        return first is [0x30, ..] ? SignedMessage.Judge(request, document) : SignedXml.Judge(request, document);
    }
}
