using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>What stands around the signature's parts: the start tags of the elements that it comes to stand in, and its own.</summary>
internal sealed class SignatureContext : IDisposable
{
    private readonly PooledOctets _outside = new(256);
    private readonly PooledOctets _own = new(256);
    private byte[] _endTags = [];

    public SignatureContext(string id)
    {
        Id = id;
        using var tag = new XmlText(size: 256);
        tag.Open("ds:Signature"u8).Raw(" xmlns:ds=\""u8).Raw(DsigNames.Dsig).Raw("\""u8).Attribute("Id"u8, id).Close();
        _own.Write(tag.Octets.Span);
    }

    public string Id { get; }

    /// <summary>Elements around the signature.</summary>
    public int Depth { get; private set; }

    /// <summary>The signature's own start tag.</summary>
    public ReadOnlyMemory<byte> StartTag => _own.Memory;

    public void StandIn(AncestorTags tags)
    {
        _outside.Write(tags.Octets.Span);
        (_endTags, Depth) = (tags.EndTags(), tags.Count);
    }

    /// <summary>Start tags up to the signature's own.</summary>
    public ReadOnlyMemory<byte> Before => _before ??= Joined(_outside.Span, _own.Span);

    /// <summary>End tags from the signature's own on.</summary>
    public ReadOnlyMemory<byte> After => _after ??= Joined("</ds:Signature>"u8, _endTags);

    private byte[]? _before;
    private byte[]? _after;

    /// <summary>Canonicalises an element of a part of the signature as it comes to stand.</summary>
    /// <param name="part">One or more children of the signature.</param>
    /// <param name="element">The element, by its position among the start tags of the part, from 1.</param>
    /// <param name="method">Canonical form.</param>
    /// <param name="sink">Where the octets go.</param>
    public void Canonicalize(ReadOnlySpan<byte> part, int element, CanonicalizationMethod method, OctetSink sink)
    {
        // Exclusive canonicalisation is what does not depend on the elements around; the signature binds what it uses.
        var (before, depth) = method.IsExclusive ? (StartTag, 0) : (Before, Depth);
        var after = method.IsExclusive ? "</ds:Signature>"u8 : After.Span;
        using var whole = new PooledOctets(before.Length + part.Length + after.Length);
        whole.Write(before.Span);
        whole.Write(part);
        whole.Write(after);
        var refusal = Canonicalization.Write(whole.Memory, XmlLimits.None, method, XmlSelection.Element(depth + 1 + element), sink);
        if (refusal is not null) throw new InvalidOperationException($"What was written of the signature is no XML: {refusal.Detail}.");
    }

    public void Dispose()
    {
        _outside.Dispose();
        _own.Dispose();
    }

    private static byte[] Joined(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => [.. first, .. second];
}
