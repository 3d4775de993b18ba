using System.Buffers;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

/// <summary>What the product writes.</summary>
internal static class Ours
{
    public static readonly XmlLimits Wide = new() { MaxDepth = 10_000, MaxNamespaces = 10_000 };

    public static byte[] Write(byte[] octets, CanonicalizationMethod method, XmlSelection? selection = null, string? prefixes = null)
    {
        var memory = new ArrayBufferWriter<byte>();
        var refusal = Canonicalization.Write(octets, Wide, method, selection ?? XmlSelection.Document, OctetSink.To(memory), InclusivePrefixes.Parse(prefixes));
        Assert.Null(refusal);
        return memory.WrittenSpan.ToArray();
    }
}
