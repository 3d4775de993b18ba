namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>
/// Something that is signed: one <c>ds:Reference</c>. The enveloped-signature transform is written exactly where the signature stands within what is referenced.
/// </summary>
public abstract record SignatureReference
{
    private SignatureReference()
    {
    }

    /// <summary>Id of the <c>ds:Reference</c>; made from the signature's Id when null.</summary>
    public string? Id { get; init; }

    /// <summary>Its Type attribute.</summary>
    public string? Type { get; init; }

    /// <summary>What the signed data is, for <c>xades:DataObjectFormat</c>: "text/xml" for XML and "application/octet-stream" for octets when null.</summary>
    public string? MimeType { get; init; }

    internal virtual bool IsXml => true;

    /// <summary>Of XML: its canonical form.</summary>
    public CanonicalizationMethod Canonicalization { get; init; } = CanonicalizationMethod.Exclusive;

    /// <summary>The PrefixList of exclusive canonicalisation; null for none.</summary>
    public string? InclusivePrefixes { get; init; }

    /// <summary>The document that the signature stands in, <c>URI=""</c>; comments are no part of that.</summary>
    public sealed record WholeDocument : SignatureReference;

    /// <summary>The element of that document with an identifier, <c>URI="#…"</c>.</summary>
    public sealed record Element(string ElementId) : SignatureReference;

    /// <summary>XML that the signature carries along in a <c>ds:Object</c>: the document without its XML declaration, its octets else as they are (as UTF-8).</summary>
    public sealed record XmlObject(OctetSource Content) : SignatureReference
    {
        /// <summary>Id of the <c>ds:Object</c>; made from the signature's Id when null.</summary>
        public string? ObjectId { get; init; }
    }

    /// <summary>Octets that the signature carries along in base64 in a <c>ds:Object</c>; what is signed are the octets themselves, by the base64 transform.</summary>
    public sealed record OctetObject(OctetSource Content) : SignatureReference
    {
        /// <inheritdoc cref="XmlObject.ObjectId"/>
        public string? ObjectId { get; init; }

        internal override bool IsXml => false;
    }

    /// <summary>Octets elsewhere, which are read once.</summary>
    /// <param name="Uri">What names them.</param>
    /// <param name="Content">The octets. Stays open.</param>
    public sealed record External(string Uri, Stream Content) : SignatureReference
    {
        internal override bool IsXml => false;
    }

    /// <summary>Octets elsewhere of which only the digest is here, by the algorithm that <see cref="SignatureOptions.Digest"/> names.</summary>
    public sealed record ExternalDigest(string Uri, ReadOnlyMemory<byte> Digest) : SignatureReference
    {
        internal override bool IsXml => false;
    }
}
