using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// Reads ds:SignedInfo: once where it stands in the document, to know what to digest, and once from the canonical octets that the signature value covers,
/// so that what is compared is what was signed.
/// </summary>
/// <param name="walk">Where it is read from.</param>
/// <param name="isCanonical">Whether these are canonical octets: exclusive ones may lack the declaration of a prefix that only an XPath uses.</param>
internal sealed class SignedInfoReader(ElementWalk walk, bool isCanonical = false)
{
    private readonly XmlTokenizer _xml = walk.Xml;

    /// <summary>Reads the element of the start tag.</summary>
    public SignedInfoModel Read()
    {
        var (depth, ordinal) = (_xml.Depth, _xml.Ordinal);
        walk.Expect(depth, "CanonicalizationMethod"u8, DsigNames.Dsig);
        var canonicalization = walk.Algorithm();
        CanonicalizationMethod.TryFromUri(canonicalization, out var method);
        var prefixes = ReadPrefixes(method);
        walk.Expect(depth, "SignatureMethod"u8, DsigNames.Dsig);
        var (signatureMethod, brokenParameters) = ReadSignatureMethod();
        return new SignedInfoModel(ordinal, canonicalization, method, prefixes, signatureMethod, brokenParameters, ReadReferences(depth));
    }

    /// <summary>Reads the references to the end of the element at <paramref name="depth"/>.</summary>
    public List<ReferenceModel> ReadReferences(int depth)
    {
        List<ReferenceModel> references = [];
        while (walk.NextChild(depth))
        {
            if (!walk.Is("Reference"u8, DsigNames.Dsig)) throw walk.Broken(SignatureRules.Structure, "expected Reference elements and no others");
            if (references.Count == walk.Limits.MaxReferences) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxReferences} references");
            references.Add(ReadReference());
        }

        return references.Count > 0 ? references : throw walk.Broken(SignatureRules.NoReference, "nothing is referred to");
    }

    private ReferenceModel ReadReference()
    {
        var depth = _xml.Depth;
        var (uri, type, id) = (walk.Attribute("URI"u8), walk.Attribute("Type"u8), walk.Attribute("Id"u8));
        IReadOnlyList<TransformModel> transforms = [];
        if (!walk.NextChild(depth)) throw walk.Broken(SignatureRules.Structure, "an empty Reference");
        if (walk.Is("Transforms"u8, DsigNames.Dsig))
        {
            transforms = ReadTransforms();
            walk.Expect(depth, "DigestMethod"u8, DsigNames.Dsig);
        }
        else if (!walk.Is("DigestMethod"u8, DsigNames.Dsig))
        {
            throw walk.Broken(SignatureRules.Structure, "expected Transforms or DigestMethod here");
        }

        var digest = DigestMethod.Of(walk.Algorithm());
        walk.Close(_xml.Depth);
        walk.Expect(depth, "DigestValue"u8, DsigNames.Dsig);
        var value = walk.ReadBase64(walk.Limits.MaxValue);
        if (digest.Length > 0 && value.Length != digest.Length) throw walk.Broken(SignatureRules.Structure, "a digest that has not the length of its method's");
        walk.Close(depth);
        return new ReferenceModel(uri, type, id, transforms, digest, value);
    }

    private List<TransformModel> ReadTransforms()
    {
        var depth = _xml.Depth;
        List<TransformModel> transforms = [];
        while (walk.NextChild(depth))
        {
            if (!walk.Is("Transform"u8, DsigNames.Dsig)) throw walk.Broken(SignatureRules.Structure, "expected Transform elements and no others");
            if (transforms.Count == walk.Limits.MaxTransforms) throw walk.Broken(SignatureRules.Limit, $"more than {walk.Limits.MaxTransforms} transforms of one reference");
            transforms.Add(ReadTransform());
        }

        return transforms.Count > 0 ? transforms : throw walk.Broken(SignatureRules.Structure, "empty Transforms");
    }

    private TransformModel ReadTransform()
    {
        var uri = walk.Algorithm();
        if (CanonicalizationMethod.TryFromUri(uri, out var method)) return new TransformModel(uri, TransformKind.Canonical, method, ReadPrefixes(method));
        switch (uri)
        {
            case "http://www.w3.org/2000/09/xmldsig#enveloped-signature":
                walk.Close(_xml.Depth);
                return new TransformModel(uri, TransformKind.Enveloped);
            case "http://www.w3.org/2000/09/xmldsig#base64":
                walk.Close(_xml.Depth);
                return new TransformModel(uri, TransformKind.Base64);
            case "http://www.w3.org/TR/1999/REC-xpath-19991116":
                return Tolerated(uri, IsIdiom(DsigNames.Dsig, filter: false, "not(ancestor-or-self::"u8, ")"u8));
            case "http://www.w3.org/2002/06/xmldsig-filter2":
                return Tolerated(uri, IsIdiom(DsigNames.Filter2, filter: true, "/descendant::"u8, ""u8));
        }

        walk.Pass();
        var rule = uri switch
        {
            "http://www.w3.org/TR/1999/REC-xslt-19991116" => SignatureRules.TransformXslt,
            "http://www.w3.org/2002/07/decrypt#XML" or "http://www.w3.org/2001/04/decrypt#" or "http://www.w3.org/2002/07/decrypt#Binary" => SignatureRules.TransformDecryption,
            _ => SignatureRules.Transform,
        };
        return new TransformModel(uri, TransformKind.Refused, BrokenRule: rule);
    }

    private static TransformModel Tolerated(string uri, bool isIdiom) => isIdiom
        ? new TransformModel(uri, TransformKind.WithoutSignatures)
        : new TransformModel(uri, TransformKind.Refused, BrokenRule: SignatureRules.TransformXPath);

    // One child XPath that holds the expression to the letter, with any prefix that is bound to XML-DSig. Reads to the transform's end.
    private bool IsIdiom(ReadOnlySpan<byte> namespaceName, bool filter, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        var depth = _xml.Depth;
        walk.Expect(depth, "XPath"u8, namespaceName);
        var subtracts = !filter || walk.Attribute("Filter"u8) == "subtract";
        var expression = walk.ReadText(walk.Limits.MaxValue).Trim(" \t\r\n"u8);
        var isIdiom = subtracts && expression.StartsWith(before) && expression.EndsWith(after) && expression.Length > before.Length + after.Length
            && IsSignature(expression[before.Length..^after.Length]);
        if (!walk.NextChild(depth)) return isIdiom;
        walk.PassToEnd(depth);
        return false;
    }

    private bool IsSignature(ReadOnlySpan<byte> qualified)
    {
        var colon = qualified.IndexOf((byte)':');
        if (colon < 1 || !qualified[(colon + 1)..].SequenceEqual("Signature"u8)) return false;
        var prefix = _xml.Names.Find(qualified[..colon]);
        var bound = prefix < 0 ? PrefixBindings.Unbound : _xml.Scope[prefix];
        return bound == PrefixBindings.Unbound ? isCanonical : _xml.Names[bound].SequenceEqual(DsigNames.Dsig);
    }

    // The content of CanonicalizationMethod and of such a Transform: at most the PrefixList of the exclusive methods.
    private string ReadPrefixes(CanonicalizationMethod? method)
    {
        var depth = _xml.Depth;
        if (!walk.NextChild(depth)) return "";
        if (method is not { IsExclusive: true } || !walk.Is("InclusiveNamespaces"u8, DsigNames.Exclusive)) throw walk.Broken(SignatureRules.Structure, "content that its canonicalisation does not have");
        var prefixes = walk.Attribute("PrefixList"u8) ?? "";
        walk.Close(_xml.Depth);
        walk.Close(depth);
        return prefixes;
    }

    private (SignatureMethod Method, string? BrokenParameters) ReadSignatureMethod()
    {
        var depth = _xml.Depth;
        var uri = walk.Algorithm();
        var method = uri == SignatureMethod.RsaPssUri ? SignatureMethod.RsaPss(DigestMethod.Sha256) : SignatureMethod.Of(uri);
        if (!walk.NextChild(depth)) return (method, null);
        if (walk.Is("HMACOutputLength"u8, DsigNames.Dsig))
        {
            walk.PassToEnd(depth);
            return (method, "HMACOutputLength");
        }

        if (uri != SignatureMethod.RsaPssUri || !walk.Is("RSAPSSParams"u8, DsigNames.More)) throw walk.Broken(SignatureRules.Structure, "content that its signature method does not have");
        var (digest, broken) = ReadPssParameters();
        walk.Close(depth);
        return (SignatureMethod.RsaPss(digest), broken);
    }

    // RFC 9231 section 2.3.9: everything may be missing. Only what the platform computes is taken: MGF1 and a salt of the same hash.
    private (DigestMethod Digest, string? Broken) ReadPssParameters()
    {
        var depth = _xml.Depth;
        var digest = DigestMethod.Sha256;
        DigestMethod? mask = null;
        string? salt = null;
        string? trailer = null;
        for (var last = 0; walk.NextChild(depth);)
        {
            var place = walk.Is("DigestMethod"u8, DsigNames.Dsig) ? 1
                : walk.Is("MaskGenerationFunction"u8, DsigNames.More) ? 2
                : walk.Is("SaltLength"u8, DsigNames.More) ? 3
                : walk.Is("TrailerField"u8, DsigNames.More) ? 4 : 0;
            if (place <= last) throw walk.Broken(SignatureRules.Structure, "parameters of RSASSA-PSS that are unknown, repeated or out of order");
            last = place;
            switch (place)
            {
                case 1:
                    digest = DigestMethod.Of(walk.Algorithm());
                    walk.Close(_xml.Depth);
                    break;
                case 2:
                    mask = ReadMask();
                    break;
                case 3:
                    salt = walk.ReadString();
                    break;
                case 4:
                    trailer = walk.ReadString();
                    break;
            }
        }

        if (digest.Standing == AlgorithmStanding.Unknown) return (digest, "a digest method that is not known");
        if ((mask ?? DigestMethod.Sha256).Uri != digest.Uri) return (digest, "a mask generation function over another hash");
        if (salt is not null && salt != $"{digest.Length}") return (digest, "a salt of another length than the hash's");
        return (digest, trailer is null or "1" ? null : "a trailer field that is not 1");
    }

    private DigestMethod ReadMask()
    {
        var depth = _xml.Depth;
        if (walk.Algorithm() != "http://www.w3.org/2007/05/xmldsig-more#MGF1") throw walk.Broken(SignatureRules.AlgorithmParameters, "a mask generation function other than MGF1");
        if (!walk.NextChild(depth)) return DigestMethod.Sha256;
        if (!walk.Is("DigestMethod"u8, DsigNames.Dsig)) throw walk.Broken(SignatureRules.Structure, "expected DigestMethod here");
        var digest = DigestMethod.Of(walk.Algorithm());
        walk.Close(_xml.Depth);
        walk.Close(depth);
        return digest;
    }
}
