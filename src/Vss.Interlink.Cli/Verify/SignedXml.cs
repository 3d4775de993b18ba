using System.Xml;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signatures of an XML document.</summary>
internal static class SignedXml
{
    private const string Xop = "http://www.w3.org/2004/08/xop/include";

    /// <exception cref="UsageException">The request gives contents that the document has no use for.</exception>
    public static VerifyReport Judge(VerifyRequest request, SpooledInput document)
    {
        using var report = Verify(request, document);
        if (report.Refusal is { } refusal) return VerifyReport.NotReadable(Error(refusal));
        if (report.Signatures.Count == 0) return VerifyReport.NotSigned;
        if (LacksItsParts(report, document))
            return VerifyReport.NotReadable(new ReportError("soap.inline", "xop:Include", "the envelope refers to MTOM parts that are not in this file", "Give the envelope with its content inline."));

        var judged = new DocumentVerifier(request.Store, request.Policy, request.At).Judge(report, request.Algorithms);
        var unsigned = request.Detached.Keys.Where(name => !report.Signatures.SelectMany(one => one.References).Any(reference => IsOf(reference, name)));
        return VerifyReport.Of(CoverageRequirement.Applied(request, judged, unsigned), request.At);
    }

    private static DocumentReport Verify(VerifyRequest request, SpooledInput document)
    {
        var contents = GivenContents.ByUri(request.Detached);
        var verification = new VerificationRequest { Policy = request.Algorithms, Xml = XmlLimits.OwnFiles, Key = request.Key, Contents = contents };
        if (request.Content is not { } only) return SignatureVerifier.Verify(document.Read(), verification);

        // The name of the one content is the document's affair: read it off the references first.
        using (var first = SignatureVerifier.Verify(document.Read(), verification))
        {
            var missing = first.Signatures.SelectMany(signature => signature.References).Where(reference => reference.Coverage.Kind == CoverageKind.External && !contents.ContainsKey(reference.Reference.Uri))
                .Select(reference => reference.Reference.Uri).Distinct(StringComparer.Ordinal).ToList();
            if (first.Signatures.Count > 0 && missing is not [_]) throw new UsageException($"--content is for one content beside the document, and it refers to {missing.Count}; name them by --detached NAME=FILE.");
            foreach (var uri in missing) contents[uri] = DetachedContent.Of(() => File.OpenRead(only));
        }

        return SignatureVerifier.Verify(document.Read(), verification);
    }

    private static bool IsOf(ReferenceReport reference, string name) => reference.Reference.Uri == name || reference.Reference.Uri == SealVerifier.PartUri(name);

    // The signature covers the content, not the xop:Include that stands for it: without the MIME parts every digest looks wrong.
    private static bool LacksItsParts(DocumentReport report, SpooledInput document)
    {
        if (!report.Signatures.Any(signature => signature.Integrity == SignatureIntegrity.Broken && CoverageRequirement.IsEnvelope(signature))) return false;
        using var reader = SafeXml.Reader(document.Read(), XmlLimits.OwnFiles);
        while (reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "Include", NamespaceURI: Xop }) return true;
        }

        return false;
    }

    private static ReportError Error(XmlRefusal refusal)
    {
        var (rule, remedy) = refusal.Kind switch
        {
            XmlRefusalKind.ForbiddenConstruct => ("xml.forbidden", "Remove the document type declaration, and give each signed element an identifier of its own."),
            XmlRefusalKind.LimitExceeded => ("xml.limit", "Keep below the limit that is named."),
            XmlRefusalKind.UnsupportedEncoding => ("xml.encoding", "Give UTF-8 or UTF-16."),
            XmlRefusalKind.Truncated => ("xml.truncated", "Give the whole document."),
            _ => ("xml.well-formed", "Give well-formed XML 1.0."),
        };
        return new ReportError(rule, refusal.At, refusal.Detail, remedy);
    }
}
