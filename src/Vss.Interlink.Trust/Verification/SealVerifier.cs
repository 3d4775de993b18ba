using System.Security.Cryptography;
using System.Xml;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Verification;

/// <summary>
/// Verifies a detached seal against a document whose carrier re-writes it: the header is compared by its canonical projection and each attachment by the digest of its
/// decoded content. Every attachment must be covered, and nothing else may be.
/// </summary>
public sealed class SealVerifier(Func<TrustStore> store, ValidationPolicy policy, TimeProvider clock)
{
    /// <summary>The reference URI of an attachment.</summary>
    public static string PartUri(string id) => "cid:" + Uri.EscapeDataString(id);

    /// <summary>
    /// Whether these octets are a seal over a header of the given namespace: ds:Signature with such an element in an Object. Says nothing about its validity. Any other XML signature
    /// is a document like others.
    /// </summary>
    public static bool LooksLikeSeal(ReadOnlyMemory<byte> octets, string headerNamespace)
    {
        try
        {
            using var input = new MemoryStream(octets.ToArray(), writable: false);
            using var reader = SafeXml.Reader(input, new XmlLimits());
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "Signature" || reader.NamespaceURI != Dsig.Namespace) return false;
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, Depth: 2 } && reader.NamespaceURI == headerNamespace) return true;
            }

            return false;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    /// <summary>Verdict over a document and its seal.</summary>
    /// <param name="seal">The seal as carried.</param>
    /// <param name="header">Projection of the header as received: well-formed XML, compared in exclusive canonical form.</param>
    /// <param name="parts">SHA-256 by id of every attachment as received, decoded; without the seal itself.</param>
    public VerificationResult Verify(ReadOnlyMemory<byte> seal, ReadOnlyMemory<byte> header, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        var received = SafeXml.Load(header, new XmlLimits()) is { Document.DocumentElement: { } projection } ? projection : throw new ArgumentException("The projection must be well-formed XML.", nameof(header));
        return Judge(seal, Canonical.Exclusive(received), parts);
    }

    /// <summary>
    /// Verdict over a seal and its attachments where no header was received beside it, as for a seal that is judged years later: the header is the one that the seal carries,
    /// and the ladder has no rung that compares them. Not for documents that arrive.
    /// </summary>
    /// <inheritdoc cref="Verify" path="/param[@name='seal' or @name='parts']"/>
    public VerificationResult VerifyCarriedHeader(ReadOnlyMemory<byte> seal, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts) => Judge(seal, null, parts);

    private VerificationResult Judge(ReadOnlyMemory<byte> seal, byte[]? header, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        var ladder = new Ladder();
        if (!SafeXml.Load(seal, new XmlLimits()).TryGetDocument(out var document) || document.DocumentElement is not { LocalName: "Signature", NamespaceURI: Dsig.Namespace } root)
        {
            ladder.Fail(Rules.Present, "", "the seal is no XML signature", "Attach a detached XAdES signature.");
            return ladder.Result(null);
        }

        ladder.Pass(Rules.Present, "ds:Signature", "a detached seal");
        return ladder.Result(Check(document, root, header, parts, ladder));
    }

    private VerifiedDocument? Check(XmlDocument document, XmlElement root, byte[]? header, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, Ladder ladder)
    {
        // 1 structure: own header, own properties, attachments
        var ids = new IdIndex(document);
        if (SignatureElement.Read(root, ladder) is not { } signature) return null;
        var inside = signature.References.Where(reference => reference.Uri.StartsWith('#')).ToList();
        var outside = signature.References.Where(reference => reference.Uri.StartsWith("cid:", StringComparison.Ordinal) && reference is { Transforms: [], Type: null }).ToList();
        if (inside is not [{ Type: null, Transforms: [Dsig.ExclusiveC14n] } headerReference, { Type: Dsig.SignedPropertiesType, Transforms: [Dsig.ExclusiveC14n] } own] || inside.Count + outside.Count != signature.References.Count)
        {
            ladder.Fail(Rules.ReferenceTarget, "ds:SignedInfo", "expected references to the header, to the signed properties and to attachments as cid:, no others", "Build the seal by its profile.");
            return null;
        }

        if (SignatureCheck.Resolve(ids, headerReference.Uri, ladder) is not { } holder || SignatureCheck.Resolve(ids, own.Uri, ladder) is not { } properties) return null;
        if (!SignatureElement.Is(holder, "Object") || !ReferenceEquals(holder.ParentNode, root) || SignatureElement.Elements(holder).ToList() is not [var sealedHeader] ||
            properties is not { LocalName: "SignedProperties", NamespaceURI: Dsig.Xades } || !EnvelopedVerifier.IsWithin(properties, root))
        {
            ladder.Fail(Rules.ReferenceTarget, "ds:Object", "the references do not point to one header and the signature's own properties", "Build the seal by its profile.");
            return null;
        }

        // 2 the signer
        if (XadesCheck.Certificates(signature, ladder) is not { } certificates) return null;
        var signer = certificates[0];
        if (!XadesCheck.BindsCertificate(properties, signer, ladder)) return null;
        if (!CertificateJudge.Judge(signer, certificates, store(), clock.GetUtcNow(), forClientAuthentication: false, policy, ladder) && CertificateJudge.Ends(policy, ladder)) return null;

        // 3 the arithmetic over what the seal carries
        if (!SignatureCheck.Value(signature, signer, ladder)) return null;
        foreach (var (reference, element) in new[] { (headerReference, holder), (own, properties) })
        {
            var octets = SignatureCheck.Octets(element, reference, element.Name, ladder);
            if (octets is null || !SignatureCheck.Digest(reference, octets, element.Name, ladder)) return null;
        }

        // 4 the document as received against the seal: same header, every attachment, no other
        var projection = Canonical.Exclusive(sealedHeader);
        if (header is not null && !ladder.Check(projection.AsSpan().SequenceEqual(header), Rules.CoverageHeader, sealedHeader.Name, "the header is the sealed one", "the header was changed after it was sealed",
                "Seal the header that is sent.")) return null;
        ladder.Cover(new Coverage(CoverageKind.Element, headerReference.Uri, sealedHeader.Name));
        return Parts(outside, parts, ladder) && ladder.IsWhole ? new VerifiedDocument(Assurance.Signed, CertificateJudge.Name(signer), ladder.Passed(), projection, parts) { Seal = SHA256.HashData(signature.Value) } : null;
    }

    private static bool Parts(List<SignatureReference> references, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, Ladder ladder)
    {
        const string remedy = "Seal every attachment, each once, and send no other.";
        var byUri = parts.ToDictionary(part => PartUri(part.Key), part => part.Value, StringComparer.Ordinal);
        foreach (var reference in references)
        {
            if (!byUri.Remove(reference.Uri, out var digest)) return ladder.Fail(Rules.CoverageAttachments, reference.Uri, "a sealed attachment is missing, or is sealed twice", remedy);
            if (!SignatureCheck.Digest(reference, digest.Span, reference.Uri, ladder)) return false;
            ladder.Cover(new Coverage(CoverageKind.External, reference.Uri));
        }

        return ladder.Check(byUri.Count == 0, Rules.CoverageAttachments, "attachments", $"all {parts.Count} attachments are sealed", $"{byUri.Count} attachments are not under the seal", remedy);
    }
}
