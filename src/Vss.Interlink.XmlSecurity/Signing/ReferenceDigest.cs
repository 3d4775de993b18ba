using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>One reference while it is digested, and what is then known of it.</summary>
internal sealed class ReferenceDigest : OctetSink, IDisposable
{
    private readonly IncrementalHash _hash;
    private readonly ArchiveImprint? _imprint;
    private readonly int _index;

    public ReferenceDigest(SignatureReference reference, int index, string signatureId, DigestAlgorithm digest, ArchiveImprint? imprint)
    {
        (Reference, _index, _imprint) = (reference, index, imprint);
        _hash = digest.Begin();
        Id = reference.Id ?? $"{signatureId}-reference-{index}";
        ObjectId = reference switch
        {
            SignatureReference.XmlObject { ObjectId: var given } => given ?? $"{signatureId}-object-{index}",
            SignatureReference.OctetObject { ObjectId: var given } => given ?? $"{signatureId}-object-{index}",
            _ => null,
        };
        Uri = reference switch
        {
            SignatureReference.Element element => "#" + element.ElementId,
            SignatureReference.External external => external.Uri,
            SignatureReference.ExternalDigest external => external.Uri,
            _ => ObjectId is null ? "" : "#" + ObjectId,
        };
    }

    public SignatureReference Reference { get; }

    public string Id { get; }

    public string? ObjectId { get; }

    public string Uri { get; }

    /// <summary>Whether the signature comes to stand within it.</summary>
    public bool HoldsSignature { get; set; }

    /// <summary>The digest, once <see cref="Complete()"/> was called.</summary>
    public ReadOnlyMemory<byte> Value { get; private set; }

    public Canonicalizer Canonicalizer(XmlSelection selection) =>
        new(Reference.Canonicalization, selection, this, InclusivePrefixes.Parse(Reference.Canonicalization.IsExclusive ? Reference.InclusivePrefixes : null));

    public override void Write(ReadOnlySpan<byte> octets)
    {
        _hash.AppendData(octets);
        _imprint?.Write(_index, octets);
    }

    public void Complete() => Complete(_hash.GetHashAndReset());

    public void Complete(ReadOnlyMemory<byte> digest)
    {
        Value = digest;
        _imprint?.Complete(_index);
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>The <c>ds:Reference</c>: XML-DSig section 4.4.3.</summary>
    public void Write(XmlText text, DigestAlgorithm digest)
    {
        text.Open("ds:Reference"u8).Attribute("Id"u8, Id).Attribute("URI"u8, Uri).Attribute("Type"u8, Reference.Type).Close();
        if (Reference is SignatureReference.OctetObject)
        {
            text.Start("ds:Transforms"u8).Algorithm("ds:Transform"u8, XmlNames.Base64).End("ds:Transforms"u8);
        }
        else if (Reference.IsXml)
        {
            text.Start("ds:Transforms"u8);
            if (HoldsSignature) text.Algorithm("ds:Transform"u8, XmlNames.EnvelopedSignature);
            WriteCanonicalization(text);
            text.End("ds:Transforms"u8);
        }

        text.Algorithm("ds:DigestMethod"u8, digest.Uri).Base64Element("ds:DigestValue"u8, Value.Span).End("ds:Reference"u8);
    }

    private void WriteCanonicalization(XmlText text)
    {
        var method = Reference.Canonicalization;
        if (!method.IsExclusive || string.IsNullOrEmpty(Reference.InclusivePrefixes))
        {
            text.Algorithm("ds:Transform"u8, method.Uri);
            return;
        }

        text.Open("ds:Transform"u8).Attribute("Algorithm"u8, method.Uri).Close();
        text.Open("ec:InclusiveNamespaces"u8).Raw(" xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\""u8).Attribute("PrefixList"u8, Reference.InclusivePrefixes).CloseEmpty();
        text.End("ds:Transform"u8);
    }
}
