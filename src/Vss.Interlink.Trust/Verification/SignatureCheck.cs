using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Verification;

/// <summary>The arithmetic that every profile shares: references to elements, digests, the signature value.</summary>
internal static class SignatureCheck
{
    /// <summary>The one element of the document that has this id, in whatever attribute ids are written; two are a refusal, whichever is meant.</summary>
    public static XmlElement? Resolve(IdIndex ids, string uri, Ladder ladder)
    {
        const string remedy = "Give each signed element an id of its own and refer to it as #id.";
        if (uri.Length < 2 || uri[0] != '#' || uri.Contains('(', StringComparison.Ordinal))
        {
            ladder.Fail(Rules.ReferenceResolved, "ds:Reference", "only references to an element of the same document, as #id, are accepted here", remedy);
            return null;
        }

        switch (ids.Find(uri[1..]))
        {
            case [var only]: return only;
            case []: ladder.Fail(Rules.ReferenceResolved, "ds:Reference", "a reference points to no element", remedy); return null;
            default: ladder.Fail(Rules.IdUnique, "ds:Reference", "two elements carry the id that a reference names", remedy); return null;
        }
    }

    public static bool Digest(SignatureReference reference, byte[] octets, string at, Ladder ladder) => Digest(reference, SHA256.HashData(octets).AsSpan(), at, ladder);

    public static bool Digest(SignatureReference reference, ReadOnlySpan<byte> found, string at, Ladder ladder) =>
        ladder.Check(CryptographicOperations.FixedTimeEquals(found, reference.Digest), Rules.Digest, at, "the digest matches",
            $"the content's digest is {Short(found)}, the signed one is {Short(reference.Digest)}", "The content was changed after it was signed; sign the final form and send it untouched.");

    /// <summary>Verifies SignatureValue over the canonical SignedInfo with the certificate's RSA key (RSASSA-PKCS1-v1_5, RFC 8017 §8.2).</summary>
    public static bool Value(SignatureElement signature, X509Certificate2 certificate, Ladder ladder)
    {
        using var key = certificate.GetRSAPublicKey();
        var octets = Canonical.Exclusive(signature.SignedInfo, signature.SignedInfoPrefixes);
        return ladder.Check(key is not null && key.VerifyData(octets, signature.Value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), Rules.Value, "ds:SignatureValue",
            "the signature value verifies with the signer's key", "the signature value does not verify with the key of the certificate that is named",
            "SignedInfo was changed after signing, or another key signed; check which key signs.");
    }

    /// <summary>Turns what the platform's canonicaliser throws into a broken rule: an error while canonicalising is an error, never empty octets.</summary>
    public static byte[]? Octets(XmlElement element, SignatureReference reference, string at, Ladder ladder, XmlElement? without = null)
    {
        try
        {
            return Canonical.Exclusive(element, reference.InclusivePrefixes, without);
        }
        catch (CryptographicException)
        {
            ladder.Fail(Rules.ReferenceResolved, at, "the element cannot be canonicalised", "Reduce the nesting of the signed element.");
            return null;
        }
    }

    public static Coverage Covers(SignatureReference reference, XmlElement element) =>
        new(ReferenceEquals(element, element.OwnerDocument.DocumentElement) ? CoverageKind.WholeDocument : CoverageKind.Element, reference.Uri, element.Name);

    private static string Short(ReadOnlySpan<byte> digest) => Convert.ToHexStringLower(digest[..8]) + "…";
}
