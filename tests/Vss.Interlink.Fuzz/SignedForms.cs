using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Fuzz;

/// <summary>
/// Everything that an intact signature makes a receiver believe, each as a text: octets handed on, parts called signed, a document called covered, claims. Of a changed document there
/// may be none that the corpus does not have: who changed it has no key.
/// </summary>
internal static class SignedForms
{
    private const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    private const int MaxParts = 16;

    public static IEnumerable<string> Of(byte[] document, SignatureReport signature)
    {
        if (signature.Integrity != SignatureIntegrity.Intact) yield break;
        foreach (var reference in signature.References.Concat(signature.Manifests.Where(manifest => manifest.IsSigned).SelectMany(manifest => manifest.References)))
        {
            if (reference.Octets is not { } octets) continue;
            using var stream = octets.Open();
            yield return $"octets {Convert.ToHexStringLower(SHA256.HashData(stream))}";
        }

        foreach (var part in signature.Parts.Where(part => part.Standing == PartStanding.Signed).Take(MaxParts)) yield return $"part {part.LocalName} {Canonical(document, XmlSelection.Element(part.Ordinal))}";
        if (signature.Claims is { } claims && signature.Verdict.Ladder.All(step => step.Ok)) yield return $"claims {claims.SigningTime} {claims.PolicyId} {string.Join(' ', claims.Roles.Concat(claims.Commitments))} of {Convert.ToHexStringLower(SHA256.HashData(signature.SigningCertificate.Span))}";
        if (signature.Scope != SignatureScope.Full) yield break;
        if (signature.Ordinal > 1) yield return $"document {Canonical(document, XmlSelection.Document)}";
        else foreach (var content in Objects(document)) yield return content;
    }

    // Without signatures in it, whose own parts are listed by themselves; with instructions beside the root.
    private static string Canonical(byte[] document, XmlSelection selection)
    {
        using var written = new MemoryStream();
        var without = selection with { LeaveOut = element => element.Ordinal > selection.Ordinal && element.LocalName.SequenceEqual("Signature"u8) && element.NamespaceName.SequenceEqual("http://www.w3.org/2000/09/xmldsig#"u8) };
        var refusal = Canonicalization.Write(document, VerifierTarget.Limits, CanonicalizationMethod.Exclusive, without, OctetSink.To(written));
        return refusal?.Detail ?? Convert.ToHexStringLower(SHA256.HashData(written.ToArray()));
    }

    // What a signature that is the root carries: an Object of text by that, for attributes of an Object say nothing; properties are claims.
    private static IEnumerable<string> Objects(byte[] document)
    {
        using var xml = SafeXml.Reader(new MemoryStream(document, writable: false), VerifierTarget.Limits);
        StringBuilder text = new();
        var (ordinal, current, names) = (0, 0, new List<string>());
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                ordinal++;
                if (xml is { Depth: 1, LocalName: "Object", NamespaceURI: Dsig })
                {
                    (current, names) = (ordinal, []);
                    text.Clear();
                }
                else if (xml.Depth > 1)
                {
                    names.Add(xml.LocalName);
                }
            }
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && xml.Depth == 2)
            {
                text.Append(xml.Value);
            }

            var isEnd = xml.NodeType == XmlNodeType.EndElement || (xml.NodeType == XmlNodeType.Element && xml.IsEmptyElement);
            if (!isEnd || xml is not { Depth: 1, LocalName: "Object", NamespaceURI: Dsig }) continue;
            var own = string.Concat(text.ToString().Where(letter => !char.IsWhiteSpace(letter)));
            if (own.Length == 0 && names is ["QualifyingProperties", ..]) continue;
            yield return names.Count == 0 ? $"object {own}" : $"part Object {Canonical(document, XmlSelection.Element(current))}";
        }
    }
}
