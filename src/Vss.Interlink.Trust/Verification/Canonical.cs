using System.Security.Cryptography.Xml;
using System.Xml;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Exclusive XML canonicalisation without comments (W3C xml-exc-c14n) of one element, by the platform's transform.</summary>
internal static class Canonical
{
    private const string XmlnsNamespace = "http://www.w3.org/2000/xmlns/";

    /// <summary>
    /// The canonical octets of an element. <paramref name="without"/>, a descendant, is left out as the enveloped-signature transform does. Throws
    /// <see cref="System.Security.Cryptography.CryptographicException"/> where the platform gives up; never returns empty octets.
    /// </summary>
    public static byte[] Exclusive(XmlElement element, string? inclusivePrefixes = null, XmlElement? without = null)
    {
        // The element becomes a document of its own that declares what was in scope: exclusive canonicalisation looks no further.
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        var copy = (XmlElement)document.ImportNode(element, deep: true);
        document.AppendChild(copy);
        for (var ancestor = element.ParentNode as XmlElement; ancestor is not null; ancestor = ancestor.ParentNode as XmlElement)
        {
            foreach (XmlAttribute attribute in ancestor.Attributes)
            {
                if (attribute.NamespaceURI == XmlnsNamespace && !copy.HasAttribute(attribute.LocalName, XmlnsNamespace))
                {
                    copy.SetAttributeNode((XmlAttribute)document.ImportNode(attribute, deep: true));
                }
            }
        }

        if (without is not null)
        {
            var twin = Counterpart(copy, element, without);
            twin.ParentNode!.RemoveChild(twin);
        }

        var transform = new XmlDsigExcC14NTransform(includeComments: false, inclusivePrefixes);
        transform.LoadInput(document);
        using var output = (MemoryStream)transform.GetOutput(typeof(Stream));
        return output.Length > 0 ? output.ToArray() : throw new System.Security.Cryptography.CryptographicException("Canonicalisation gave nothing.");
    }

    // The same node in the copy: found by its path of child numbers, not by anything that the document says.
    private static XmlNode Counterpart(XmlNode copy, XmlNode original, XmlNode wanted)
    {
        if (ReferenceEquals(original, wanted)) return copy;
        var path = new Stack<int>();
        for (var at = wanted; !ReferenceEquals(at, original); at = at.ParentNode!)
        {
            // Forward: to step back, this tree looks for the predecessor from the first sibling on.
            var number = 0;
            for (var before = at.ParentNode!.FirstChild; !ReferenceEquals(before, at); before = before!.NextSibling) number++;
            path.Push(number);
        }

        return path.Aggregate(copy, (node, number) => node.ChildNodes[number]!);
    }
}
