using System.Security.Cryptography;
using System.Xml;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Names of XML-DSig, XAdES and WS-Security that the engine speaks. Algorithms not named here are refused.</summary>
internal static class Dsig
{
    public const string Namespace = "http://www.w3.org/2000/09/xmldsig#";
    public const string ExclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
    public const string Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    public const string RsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    public const string Sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    public const string Xades = "http://uri.etsi.org/01903/v1.3.2#";
    public const string SignedPropertiesType = "http://uri.etsi.org/01903#SignedProperties";
}

/// <summary>A ds:Reference after structure and algorithms were checked.</summary>
/// <param name="Uri">As it stood.</param>
/// <param name="Transforms">Algorithm identifiers, in order.</param>
/// <param name="InclusivePrefixes">PrefixList of the exclusive canonicalisation, or null.</param>
/// <param name="Digest">Claimed SHA-256, 32 octets.</param>
internal sealed record SignatureReference(string Uri, string? Type, IReadOnlyList<string> Transforms, string? InclusivePrefixes, byte[] Digest);

/// <summary>A ds:Signature read strictly: one of each, in the schema's order, only allow-listed algorithms (W3C xmldsig-core1 §4).</summary>
internal sealed class SignatureElement
{
    private const int MaxReferences = 512;

    private SignatureElement(XmlElement element, XmlElement signedInfo, string? prefixes, byte[] value, XmlElement? keyInfo, IReadOnlyList<SignatureReference> references) =>
        (Element, SignedInfo, SignedInfoPrefixes, Value, KeyInfo, References) = (element, signedInfo, prefixes, value, keyInfo, references);

    public XmlElement Element { get; }

    public XmlElement SignedInfo { get; }

    public string? SignedInfoPrefixes { get; }

    public byte[] Value { get; }

    public XmlElement? KeyInfo { get; }

    public IReadOnlyList<SignatureReference> References { get; }

    public IEnumerable<XmlElement> Objects => Elements(Element).Where(child => Is(child, "Object"));

    public static SignatureElement? Read(XmlElement signature, Ladder ladder)
    {
        const string remedy = "Build the signature by XML-DSig: one SignedInfo, one SignatureValue, one KeyInfo, then Objects.";
        var children = Elements(signature).ToList();
        var shape = children.Select(child => child.LocalName).ToList();
        var objects = shape.SkipWhile((name, at) => at < 3 && name != "Object");
        if (children.Exists(child => child.NamespaceURI != Dsig.Namespace) || shape.Count < 3 || shape[0] != "SignedInfo" || shape[1] != "SignatureValue" || shape[2] != "KeyInfo"
            || objects.Any(name => name != "Object"))
        {
            ladder.Fail(Rules.Structure, "ds:Signature", "expected SignedInfo, SignatureValue, KeyInfo and Objects, one after the other", remedy);
            return null;
        }

        ladder.Claims = SignatureClaims.Of(signature, children[0]);
        if (!TryBase64(children[1], out var value))
        {
            ladder.Fail(Rules.Structure, "ds:SignatureValue", "the signature value is not one base64 text", remedy);
            return null;
        }

        var info = Elements(children[0]).ToList();
        if (info.Count < 3 || !Is(info[0], "CanonicalizationMethod") || !Is(info[1], "SignatureMethod") || info.Skip(2).Any(child => !Is(child, "Reference")) || info.Count - 2 > MaxReferences)
        {
            ladder.Fail(Rules.Structure, "ds:SignedInfo", $"expected CanonicalizationMethod, SignatureMethod and 1 to {MaxReferences} References", remedy);
            return null;
        }

        if (!Allowed(ladder, info[0], Rules.AlgorithmC14n, "ds:CanonicalizationMethod", Dsig.ExclusiveC14n) ||
            !Allowed(ladder, info[1], Rules.AlgorithmSignature, "ds:SignatureMethod", Dsig.RsaSha256) ||
            !TryPrefixes(ladder, info[0], out var prefixes))
        {
            return null;
        }

        if (Elements(info[1]).Any())
        {
            ladder.Fail(Rules.Structure, "ds:SignatureMethod", "parameters of the signature method are not accepted", remedy);
            return null;
        }

        var references = new List<SignatureReference>();
        foreach (var element in info.Skip(2))
        {
            if (ReadReference(element, ladder) is not { } reference) return null;
            references.Add(reference);
        }

        ladder.Pass(Rules.Structure, "ds:Signature", $"well formed, {references.Count} references");
        ladder.Pass(Rules.AlgorithmSignature, "ds:SignedInfo", "RSA-SHA256, SHA-256, exclusive canonicalisation");
        return new SignatureElement(signature, children[0], prefixes, value, children[2], references);
    }

    internal static IEnumerable<XmlElement> Elements(XmlElement parent) => parent.ChildNodes.OfType<XmlElement>();

    internal static bool Is(XmlElement element, string localName) => element.LocalName == localName && element.NamespaceURI == Dsig.Namespace;

    /// <summary>Base64 in exactly one text node: a comment between two texts is how one parser is made to read another value than the next.</summary>
    internal static bool TryBase64(XmlElement element, out byte[] octets)
    {
        octets = [];
        if (element.ChildNodes.Count != 1 || element.FirstChild is not XmlText text || text.Value is null) return false;
        var buffer = new byte[text.Value.Length];
        if (!Convert.TryFromBase64String(text.Value, buffer, out var written) || written == 0) return false;
        octets = buffer[..written];
        return true;
    }

    private static SignatureReference? ReadReference(XmlElement element, Ladder ladder)
    {
        const string remedy = "A reference has a URI, Transforms where needed, one DigestMethod and one DigestValue.";
        var uri = element.HasAttribute("URI") ? element.GetAttribute("URI") : null;
        var children = Elements(element).ToList();
        var transforms = children.Count > 0 && Is(children[0], "Transforms") ? children[0] : null;
        var rest = transforms is null ? children : children[1..];
        if (uri is null || rest.Count != 2 || !Is(rest[0], "DigestMethod") || !Is(rest[1], "DigestValue"))
        {
            ladder.Fail(Rules.Structure, "ds:Reference", "a reference lacks its URI, DigestMethod or DigestValue, or has more than these", remedy);
            return null;
        }

        if (!Allowed(ladder, rest[0], Rules.AlgorithmDigest, "ds:DigestMethod", Dsig.Sha256)) return null;
        if (!TryBase64(rest[1], out var digest) || digest.Length != SHA256.HashSizeInBytes)
        {
            ladder.Fail(Rules.Structure, "ds:DigestValue", "the digest is not one base64 text of 32 octets", remedy);
            return null;
        }

        var names = new List<string>();
        string? prefixes = null;
        foreach (var transform in transforms is null ? [] : Elements(transforms))
        {
            if (!Is(transform, "Transform"))
            {
                ladder.Fail(Rules.Structure, "ds:Transforms", "expected ds:Transform elements and no others", remedy);
                return null;
            }

            if (!Allowed(ladder, transform, Rules.AlgorithmTransform, "ds:Transform", Dsig.ExclusiveC14n, Dsig.Enveloped) ||
                !TryPrefixes(ladder, transform, out prefixes))
            {
                return null;
            }

            names.Add(transform.GetAttribute("Algorithm"));
        }

        return new SignatureReference(uri, element.HasAttribute("Type") ? element.GetAttribute("Type") : null, names, prefixes, digest);
    }

    private static bool Allowed(Ladder ladder, XmlElement element, string rule, string at, params ReadOnlySpan<string> allowed)
    {
        var algorithm = element.GetAttribute("Algorithm");
        return allowed.Contains(algorithm) || ladder.Fail(rule, at, $"the algorithm {Shown(algorithm)} is not allowed", "Use RSA-SHA256, SHA-256 digests and exclusive canonicalisation without comments.");
    }

    private static bool TryPrefixes(Ladder ladder, XmlElement method, out string? prefixes)
    {
        prefixes = null;
        var inside = Elements(method).ToList();
        if (inside.Count == 0) return true;
        if (inside is [{ LocalName: "InclusiveNamespaces", NamespaceURI: Dsig.ExclusiveC14n } only])
        {
            prefixes = only.GetAttribute("PrefixList");
            return true;
        }

        return ladder.Fail(Rules.AlgorithmTransform, method.Name, "a transform has content other than InclusiveNamespaces", "Use exclusive canonicalisation, at most with a PrefixList.");
    }

    private static string Shown(string algorithm) => algorithm.Length is 0 or > 120 ? "that is named" : $"'{algorithm}'";
}
