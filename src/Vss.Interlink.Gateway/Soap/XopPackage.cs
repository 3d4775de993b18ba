using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Puts optimised content back where it came from (XML-binary Optimized Packaging 1.0 §3.2).</summary>
internal static class XopPackage
{
    /// <summary>
    /// The envelope with the base64 text of the part in the place of each xop:Include. Each part is named exactly once: one part behind a thousand
    /// Includes would grow a small message without bound, and a part that nothing names would be carried unsigned.
    /// </summary>
    /// <exception cref="ExchangeFault">ATTACHMENT_MISMATCH, MALFORMED.</exception>
    public static Stream Expand(ReadOnlyMemory<byte> root, IReadOnlyList<XopInclude> includes, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        var (isUtf16, isBigEndian) = EnvelopeOutline.EncodingOf(root.Span);
        var expanded = new ExpandedEnvelope(isUtf16, isBigEndian);
        var at = 0;
        foreach (var include in includes)
        {
            var id = IdOf(include.Href);
            if (!parts.TryGetValue(id, out var content)) throw Mismatch("an xop:Include names a part that is not in the message");
            if (!used.Add(id)) throw Mismatch("two xop:Include elements name the same part");
            if (!include.IsOnlyChild) throw new ExchangeFault(Fault.Malformed, "an xop:Include is not the only content of its element", "xop.only-child");
            expanded.Add(root[at..(int)include.Start]);
            expanded.AddBase64(content);
            at = (int)include.End;
        }

        if (used.Count != parts.Count) throw Mismatch("a part of the message is named by no xop:Include");
        expanded.Add(root[at..]);
        return expanded;
    }

    // RFC 2392 §2: the Content-ID, percent-encoded as URLs are.
    private static string IdOf(string href) => href.StartsWith("cid:", StringComparison.OrdinalIgnoreCase)
        ? Uri.UnescapeDataString(href[4..])
        : throw Mismatch("an xop:Include does not name a part of this message by cid:");

    private static ExchangeFault Mismatch(string detail) => new(Fault.AttachmentMismatch, detail, "xop.include");
}
