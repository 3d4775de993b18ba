using System.Security.Cryptography;
using System.Xml;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>
/// Verifies a detached seal against a document whose carrier re-writes it: the header is compared by its canonical projection and each attachment by the digest of its
/// decoded content. Every attachment must be covered, and nothing else may be.
/// </summary>
public sealed class SealVerifier(Func<TrustStore> store, ValidationPolicy policy, TimeProvider clock)
{
    private const string DsigNamespace = "http://www.w3.org/2000/09/xmldsig#";

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
            using var reader = SafeXml.Reader(octets, new XmlLimits());
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "Signature" || reader.NamespaceURI != DsigNamespace) return false;
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
    public VerificationResult Verify(ReadOnlyMemory<byte> seal, ReadOnlyMemory<byte> header, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts) =>
        Judge(seal, Canonical(header, new XmlLimits(), 1) ?? throw new ArgumentException("The projection must be well-formed XML.", nameof(header)), parts);

    /// <summary>
    /// Verdict over a seal and its attachments where no header was received beside it, as for a seal that is judged years later: the header is the one that the seal carries,
    /// and the ladder has no rung that compares them. Not for documents that arrive.
    /// </summary>
    /// <inheritdoc cref="Verify" path="/param[@name='seal' or @name='parts']"/>
    public VerificationResult VerifyCarriedHeader(ReadOnlyMemory<byte> seal, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts) => Judge(seal, null, parts);

    private VerificationResult Judge(ReadOnlyMemory<byte> seal, byte[]? header, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        var ladder = new Ladder();
        using var trial = new SignatureTrial(store(), policy, clock.GetUtcNow(), ladder);
        return ladder.Result(Check(seal, header, parts, trial, ladder));
    }

    private static VerifiedDocument? Check(ReadOnlyMemory<byte> seal, byte[]? header, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts, SignatureTrial trial, Ladder ladder)
    {
        // 1 the signature: its own header, its own properties, attachments by their digests
        var request = new VerificationRequest
        {
            Contents = parts.ToDictionary(part => PartUri(part.Key), part => DetachedContent.OfDigest(HashAlgorithmName.SHA256, part.Value), StringComparer.Ordinal),
            Keep = reference => reference.Uri.StartsWith('#') && !reference.IsToProperties,
        };
        if (trial.Run(asked => SignatureVerifier.Verify(seal, asked), request, signatures => AsRoot(signatures, ladder), signature => SealsAll(signature, request.Contents.Keys, ladder)) is not { } signature) return null;

        // 2 the header that it carries, in its place, taken from the octets that were digested and nowhere else
        var holder = signature.References.Single(reference => reference.Octets is not null);
        if (!signature.Parts.Any(part => part.Ordinal == holder.Ordinal && part is { Parent: 1, LocalName: "Object", NamespaceName: DsigNamespace, Standing: PartStanding.Signed }))
        {
            ladder.Fail(Rules.ReferenceTarget, holder.Coverage.Element, "the header that is referred to is in no Object of the seal", "Build the seal by its profile.");
            return null;
        }

        if (trial.Digested(holder) is not { } digested) return null;
        if (OnlyElementIn(digested) is not { } name || Canonical(digested, XmlLimits.None, 2) is not { } projection)
        {
            ladder.Fail(Rules.ReferenceTarget, "ds:Object", "the Object does not hold one header", "Build the seal by its profile.");
            return null;
        }

        // 3 the document as received against the seal
        if (header is not null && !ladder.Check(projection.AsSpan().SequenceEqual(header), Rules.CoverageHeader, name, "the header is the sealed one", "the header was changed after it was sealed",
                "Seal the header that is sent.")) return null;
        ladder.Cover(new Coverage(CoverageKind.Element, holder.Reference.Uri, name));
        foreach (var part in signature.References.Where(reference => reference.Coverage.Kind == CoverageKind.External)) ladder.Cover(part.Coverage);
        return ladder.IsWhole ? new VerifiedDocument(Assurance.Signed, trial.Signer, ladder.Passed(), projection, parts) { Seal = SHA256.HashData(signature.Value.Span) } : null;
    }

    private static SignatureReport? AsRoot(IReadOnlyList<SignatureReport> signatures, Ladder ladder)
    {
        if (signatures[0] is { Ordinal: 1 } root)
        {
            ladder.Pass(Rules.Present, "ds:Signature", "a detached seal");
            return root;
        }

        ladder.Fail(Rules.Present, "", "the seal is no XML signature", "Attach a detached XAdES signature.");
        return null;
    }

    private static bool SealsAll(SignatureReport signature, IEnumerable<string> received, Ladder ladder)
    {
        var inside = signature.References.Where(reference => reference.Reference.Uri.StartsWith('#')).ToList();
        var outside = signature.References.Where(reference => reference is { Reference.Type: "", Transforms: [] } && reference.Reference.Uri.StartsWith("cid:", StringComparison.Ordinal)).ToList();
        if (inside is not [{ Reference.Type: "", Transforms: [AlgorithmRules.ExclusiveC14n] }, { Reference.IsToProperties: true, Transforms: [AlgorithmRules.ExclusiveC14n] }] ||
            inside.Count + outside.Count != signature.References.Count)
        {
            return ladder.Fail(Rules.ReferenceTarget, "ds:SignedInfo", "expected references to the header, to the signed properties and to attachments as cid:, no others", "Build the seal by its profile.");
        }

        if (signature.KeyOrigin != KeyOrigin.Certificate) return ladder.Fail(Rules.Token, "ds:KeyInfo", "expected one ds:X509Data with the signer's certificate", SignatureRules.Remedy(SignatureRules.Token));

        const string remedy = "Seal every attachment, each once, and send no other.";
        var missing = received.ToHashSet(StringComparer.Ordinal);
        var count = missing.Count;
        foreach (var reference in outside)
        {
            if (!missing.Remove(reference.Reference.Uri)) return ladder.Fail(Rules.CoverageAttachments, reference.Reference.Uri, "a sealed attachment is missing, or is sealed twice", remedy);
        }

        return ladder.Check(missing.Count == 0, Rules.CoverageAttachments, "attachments", $"all {count} attachments are sealed", $"{missing.Count} attachments are not under the seal", remedy);
    }

    // Qualified name of the one element in the root element; null when there is none, or another.
    private static string? OnlyElementIn(ReadOnlyMemory<byte> octets)
    {
        using var reader = SafeXml.Reader(octets, XmlLimits.None);
        string? name = null;
        while (reader.Read())
        {
            if (reader is not { NodeType: XmlNodeType.Element, Depth: 1 }) continue;
            if (name is not null) return null;
            name = reader.Name;
        }

        return name;
    }

    private static byte[]? Canonical(ReadOnlyMemory<byte> octets, XmlLimits limits, int ordinal)
    {
        using var output = new MemoryStream();
        return Canonicalization.Write(octets, limits, CanonicalizationMethod.Exclusive, XmlSelection.Element(ordinal), OctetSink.To(output)) is null ? output.ToArray() : null;
    }
}
