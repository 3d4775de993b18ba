using System.Xml;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>
/// The parts of a secured envelope, each found by its place below its parent. They are known by their position among all start tags of the document, which is what references are
/// compared with: no name and no identifier decides what is the Body.
/// </summary>
/// <param name="Timestamp">The wsu:Timestamp of the Security header.</param>
/// <param name="Signature">Its ds:Signature.</param>
/// <param name="Body">The Body of the envelope.</param>
/// <param name="HeaderBlocks">Children of Header.</param>
/// <param name="Tokens">The wsse:BinarySecurityToken elements of the Security header.</param>
internal sealed record SecuredEnvelope(int Timestamp, int Signature, int Body, IReadOnlyList<PlacedElement> HeaderBlocks, IReadOnlyList<PlacedElement> Tokens)
{
    private const string Remedy = "Send one wsse:Security header with one wsu:Timestamp, one wsse:BinarySecurityToken and one ds:Signature.";

    /// <summary>Reads an envelope to its end; null after a broken rung.</summary>
    public static SecuredEnvelope? Find(Stream envelope, XmlLimits limits, Ladder ladder)
    {
        try
        {
            using var reader = SafeXml.Reader(envelope, limits);
            return Of(Read(reader), ladder);
        }
        catch (XmlException broken)
        {
            var refusal = SafeXml.Refusal(broken);
            return Nothing(ladder.Fail(Rules.Structure, refusal.At, refusal.Detail, "Send well-formed XML within the limits."));
        }
    }

    private static SecuredEnvelope? Of(List<PlacedElement> elements, Ladder ladder)
    {
        var root = elements[0];
        var soap = root.NamespaceUri;
        if (root.LocalName != "Envelope" || soap is not (Wss.Soap11 or Wss.Soap12)) return Nothing(ladder.Fail(Rules.Structure, "", "the root is no SOAP envelope", "Send a SOAP envelope."));
        if (In(root, "Body", soap) is not [var body]) return Nothing(ladder.Fail(Rules.Structure, root.Name, "expected one Body", "Send one Body."));
        var headers = In(root, "Header", soap);
        var securities = headers is [var single] ? In(single, "Security", Wss.Security).FindAll(block => block.IsForUs) : [];
        if (headers is not [var header] || securities.Count == 0) return Nothing(ladder.Fail(Rules.Present, root.Name, "there is no wsse:Security header", Remedy));
        if (securities is not [var security]) return Nothing(ladder.Fail(Rules.Structure, "soap:Header", "there is more than one wsse:Security header", Remedy));
        var signatures = In(security, "Signature", Wss.Signature);
        if (signatures.Count == 0) return Nothing(ladder.Fail(Rules.Present, "wsse:Security", "there is no ds:Signature in the Security header", Remedy));
        if (signatures is not [var signature] || In(security, "Timestamp", Wss.Utility) is not [var timestamp])
        {
            return Nothing(ladder.Fail(Rules.Structure, "wsse:Security", "expected exactly one ds:Signature and one wsu:Timestamp", Remedy));
        }

        ladder.Pass(Rules.Present, "wsse:Security", "a signature and a timestamp");
        return new SecuredEnvelope(timestamp.Ordinal, signature.Ordinal, body.Ordinal, elements.FindAll(element => element.Parent == header.Ordinal), In(security, "BinarySecurityToken", Wss.Security));

        List<PlacedElement> In(PlacedElement parent, string name, string ns) => elements.FindAll(element => element.Parent == parent.Ordinal && element.LocalName == name && element.NamespaceUri == ns);
    }

    // The root, its children, and what stands in Headers two levels deep; the rest is only counted.
    private static List<PlacedElement> Read(XmlReader reader)
    {
        List<PlacedElement> elements = [];
        Span<int> ancestors = [0, 0, 0, 0];
        var ordinal = 0;
        var isInHeader = false;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            ordinal++;
            var depth = reader.Depth;
            if (depth > 3 || (depth > 1 && !isInHeader)) continue;
            var element = new PlacedElement(ordinal, depth == 0 ? 0 : ancestors[depth - 1], reader.LocalName, reader.NamespaceURI, depth == 2 && IsForUs(reader, elements[0].NamespaceUri));
            if (depth == 1) isInHeader = element.LocalName == "Header" && element.NamespaceUri == elements[0].NamespaceUri;
            ancestors[depth] = ordinal;
            elements.Add(element);
        }

        return elements;
    }

    // WSS 1.1 §5: one Security block per actor. Those for others are theirs.
    private static bool IsForUs(XmlReader block, string soap) => ((soap == Wss.Soap11 ? block.GetAttribute("actor", soap) : block.GetAttribute("role", soap)) ?? "") is
        "" or "http://schemas.xmlsoap.org/soap/actor/next" or Wss.Soap12 + "/role/next" or Wss.Soap12 + "/role/ultimateReceiver";

    private static SecuredEnvelope? Nothing(bool _) => null;
}

/// <summary>An element by its place.</summary>
/// <param name="Ordinal">Position among all start tags of the document, the root's being 1.</param>
/// <param name="Parent">That of its parent, 0 for the root.</param>
/// <param name="LocalName">Its name.</param>
/// <param name="NamespaceUri">The namespace of that.</param>
/// <param name="IsForUs">Of a header block: whether its actor or role is the hub.</param>
internal sealed record PlacedElement(int Ordinal, int Parent, string LocalName, string NamespaceUri, bool IsForUs)
{
    /// <summary>For people: the place's own prefix is of no interest.</summary>
    public string Name => NamespaceUri is Wss.Soap11 or Wss.Soap12 ? "soap:" + LocalName : LocalName;
}
