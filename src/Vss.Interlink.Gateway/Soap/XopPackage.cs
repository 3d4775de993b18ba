using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Puts optimised content back where it came from (XML-binary Optimized Packaging 1.0 §3.2).</summary>
internal static class XopPackage
{
    /// <summary>
    /// Replaces each xop:Include by the base64 text of the part that it names. Each part is named exactly once: one part behind a thousand
    /// Includes would grow a small message without bound, and a part that nothing names would be carried unsigned.
    /// </summary>
    /// <exception cref="ExchangeFault">ATTACHMENT_MISMATCH, MALFORMED.</exception>
    public static void Expand(XmlDocument envelope, IReadOnlyDictionary<string, byte[]> parts)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (var include in envelope.GetElementsByTagName("Include", SoapNames.Xop).Cast<XmlElement>().ToArray())
        {
            var id = IdOf(include.GetAttribute("href"));
            if (!parts.TryGetValue(id, out var content)) throw Mismatch("an xop:Include names a part that is not in the message");
            if (!used.Add(id)) throw Mismatch("two xop:Include elements name the same part");
            var parent = include.ParentNode as XmlElement;
            if (parent?.ChildNodes.Count != 1) throw new ExchangeFault(Fault.Malformed, "an xop:Include is not the only content of its element", "xop.only-child");
            parent.ReplaceChild(envelope.CreateTextNode(Convert.ToBase64String(content)), include);
        }

        if (used.Count != parts.Count) throw Mismatch("a part of the message is named by no xop:Include");
    }

    // RFC 2392 §2: the Content-ID, percent-encoded as URLs are.
    private static string IdOf(string href) => href.StartsWith("cid:", StringComparison.OrdinalIgnoreCase)
        ? Uri.UnescapeDataString(href[4..])
        : throw Mismatch("an xop:Include does not name a part of this message by cid:");

    private static ExchangeFault Mismatch(string detail) => new(Fault.AttachmentMismatch, detail, "xop.include");
}
