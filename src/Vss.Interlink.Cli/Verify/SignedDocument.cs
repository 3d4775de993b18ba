using System.Xml;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges a document by the verifier that its root element calls for. Every outcome is a report; what a stranger wrote never makes it throw.</summary>
internal static class SignedDocument
{
    private const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    private const string Xop = "http://www.w3.org/2004/08/xop/include";

    // A message that is judged from a file was admitted or refused by its receiver long ago; its own Expires binds it, and a day is the most that any site can be set to.
    private static readonly TimestampWindow Window = new(TimeSpan.FromSeconds(60), TimeSpan.FromDays(1));

    /// <exception cref="UsageException">The request gives parts of a seal for a document that is none.</exception>
    public static VerifyReport Judge(VerifyRequest request)
    {
        var input = InputFile.Read(request.File);
        if (input.Octets is not { } octets) return VerifyReport.NotReadable(input.Error!);
        var read = SafeXml.Load(octets, new XmlLimits());
        if (!read.TryGetDocument(out var document)) return VerifyReport.NotReadable(Error(read.Refusal!));
        try
        {
            return Judge(request, octets, document);
        }
        catch (Exception failed) when (failed is not (UsageException or OutOfMemoryException))
        {
            // Neither passed nor failed is known: EN 319 102-1 has INDETERMINATE without a more exact reason for that.
            return VerifyReport.NotJudged(new ReportError("verify.completed", "", $"the validation broke off: {failed.GetType().Name}", "Report this document to the makers of interlink."));
        }
    }

    private static VerifyReport Judge(VerifyRequest request, byte[] octets, XmlDocument document)
    {
        TrustStore Store() => request.Store;
        var clock = new FixedClock(request.At);
        var root = document.DocumentElement!;
        var isSeal = root is { LocalName: "Signature", NamespaceURI: "http://www.w3.org/2000/09/xmldsig#" };
        if (!isSeal && (request.Parts.Count > 0 || request.Header is not null)) throw new UsageException("--detached and --header are for detached seals, and this document is none.");

        if (isSeal)
        {
            var seals = new SealVerifier(Store, request.Policy, clock);
            return VerifyReport.Of(request.Header is null ? seals.VerifyCarriedHeader(octets, request.Parts) : seals.Verify(octets, request.Header, request.Parts), SignedForm.DetachedSeal, request.At);
        }

        if (root is not { LocalName: "Envelope", NamespaceURI: Soap11 or Soap12 }) return VerifyReport.Of(new EnvelopedVerifier(Store, request.Policy, clock).Verify(octets), SignedForm.EnvelopedDocument, request.At);

        // The signature covers the content, not the xop:Include that stands for it: without the MIME parts every digest would look wrong.
        return root.GetElementsByTagName("Include", Xop).Count == 0
            ? VerifyReport.Of(new SoapVerifier(Store, request.Policy, Window, clock).Verify(document), SignedForm.SoapEnvelope, request.At)
            : VerifyReport.NotReadable(new ReportError("soap.inline", "xop:Include", "the envelope refers to MTOM parts that are not in this file", "Give the envelope with its content inline."));
    }

    private static ReportError Error(XmlRefusal refusal)
    {
        var (rule, remedy) = refusal.Kind switch
        {
            XmlRefusalKind.ForbiddenConstruct => ("xml.forbidden", "Remove the document type declaration and every entity but the five predefined ones."),
            XmlRefusalKind.LimitExceeded => ("xml.limit", "Keep below the limit that is named."),
            XmlRefusalKind.UnsupportedEncoding => ("xml.encoding", "Give UTF-8 or UTF-16."),
            XmlRefusalKind.Truncated => ("xml.truncated", "Give the whole document."),
            _ => ("xml.well-formed", "Give well-formed XML 1.0."),
        };
        return new ReportError(rule, refusal.At, refusal.Detail, remedy);
    }

    private sealed class FixedClock(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}
