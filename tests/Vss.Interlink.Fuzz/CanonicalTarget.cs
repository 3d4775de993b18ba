using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Fuzz;

/// <summary>A canonical form is its own canonical form, and the same however the octets arrive.</summary>
internal static class CanonicalTarget
{
    public static void Check(byte[] input)
    {
        foreach (var method in CanonicalizationMethod.All)
        {
            var (octets, refusal) = Canonical(() => new MemoryStream(input, writable: false), method, XmlSelection.Document);
            var (slow, slowRefusal) = Canonical(() => new SlowStream(input, 1 + (input.Length % 7)), method, XmlSelection.Document);
            if (refusal?.Kind != slowRefusal?.Kind || (refusal is null && !octets.AsSpan().SequenceEqual(slow))) throw new FuzzFailure($"{method.Uri}: other octets when they arrive slowly");
            if (refusal is not null) continue;
            var (again, againRefusal) = Canonical(() => new MemoryStream(octets, writable: false), method, XmlSelection.Document, XmlLimits.None);
            if (againRefusal is not null || !again.AsSpan().SequenceEqual(octets)) throw new FuzzFailure($"{method.Uri}: the canonical form has another one: {againRefusal?.Detail}");
            Subset(octets, method);
            Element(input, method);
        }
    }

    // The root element alone is the document without what stands around it.
    private static void Subset(byte[] octets, CanonicalizationMethod method)
    {
        var (root, refusal) = Canonical(() => new MemoryStream(octets, writable: false), method, XmlSelection.Element(1), XmlLimits.None);
        if (refusal is not null || octets.AsSpan().IndexOf(root) < 0) throw new FuzzFailure($"{method.Uri}: the root element is not in its document: {refusal?.Detail}");
    }

    // The canonical form of an element is that of a document, its own: what it took over from around it stands on it.
    private static void Element(byte[] input, CanonicalizationMethod method)
    {
        var (octets, refusal) = Canonical(() => new MemoryStream(input, writable: false), method, XmlSelection.Element(1 + (input.Length % 11)));
        if (refusal is { Kind: XmlRefusalKind.NothingSelected }) return;
        var (again, againRefusal) = Canonical(() => new SlowStream(octets, 7), method, XmlSelection.Document, XmlLimits.None);
        if (refusal is not null || againRefusal is not null || !again.AsSpan().SequenceEqual(octets)) throw new FuzzFailure($"{method.Uri}: the canonical form of an element has another one: {refusal?.Detail ?? againRefusal?.Detail}");
    }

    private static (byte[] Octets, XmlRefusal? Refusal) Canonical(Func<Stream> open, CanonicalizationMethod method, XmlSelection selection, XmlLimits? limits = null)
    {
        using var written = new MemoryStream();
        using var input = open();
        var refusal = Canonicalization.Write(input, limits ?? VerifierTarget.Limits, method, selection, OctetSink.To(written));
        return (written.ToArray(), refusal);
    }
}
