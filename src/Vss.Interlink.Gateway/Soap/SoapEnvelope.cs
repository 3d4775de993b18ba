using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>An envelope of the one shape that is accepted: at most one Header, then exactly one Body with exactly one element in it, and nothing else.</summary>
/// <param name="Version">By the envelope's namespace.</param>
/// <param name="HeaderBlocks">Children of Header, in order.</param>
/// <param name="Request">Name of the Body's one child.</param>
internal sealed record SoapEnvelope(SoapVersion Version, IReadOnlyList<HeaderBlock> HeaderBlocks, XmlQualifiedName Request)
{
    /// <summary>The version to answer in: the envelope's own, 1.1 for an unknown one (SOAP 1.2 part 1 appendix A), null for a document that is no envelope.</summary>
    public static SoapVersion? AnswerVersion(EnvelopeOutline document) => document.Root.Name == "Envelope" ? SoapVersion.OfNamespace(document.Root.Namespace) ?? SoapVersion.V11 : null;

    /// <summary>A document to an envelope.</summary>
    /// <exception cref="ExchangeFault">VERSION_MISMATCH, MALFORMED.</exception>
    public static SoapEnvelope Of(EnvelopeOutline document)
    {
        if (document.Root.Name != "Envelope") throw Malformed("the document is no SOAP envelope", "soap.envelope");
        var version = SoapVersion.OfNamespace(document.Root.Namespace) ?? throw new ExchangeFault(Fault.VersionMismatch, "the envelope's namespace is neither that of SOAP 1.1 nor that of SOAP 1.2", "soap.version");

        // SOAP 1.1 §3, SOAP 1.2 part 1 §5.
        if (document.HasInstruction) throw Malformed("a SOAP message must not contain processing instructions", "soap.instruction");
        RefuseText(document.HasText, "the Envelope");
        var header = document.Parts is [var first, ..] && Is(first, version, "Header") ? first : null;
        var rest = header is null ? document.Parts : document.Parts[1..];
        if (rest.Count == 0 || !Is(rest[0], version, "Body")) throw Malformed("the envelope has no Body where it must stand", "soap.body");
        if (rest.Count > 1) throw Malformed("something follows the Body; there must be exactly one Body, and it must be the last", "soap.body");
        RefuseText(rest[0].HasText, "the Body");
        if (rest[0].Elements is not [var request]) throw Malformed("the Body must have exactly one element", "soap.body.one");
        RefuseText(header is { HasText: true }, "the Header");
        return new SoapEnvelope(version, header?.Elements ?? [], request.Name);
    }

    private static void RefuseText(bool hasText, string where)
    {
        if (hasText) throw Malformed($"text stands in {where}, where only elements may", "soap.text");
    }

    private static bool Is(OutlinedPart part, SoapVersion version, string name) => part.Name.Name == name && part.Name.Namespace == version.Namespace;

    private static ExchangeFault Malformed(string detail, string rule) => new(Fault.Malformed, detail, rule);
}
