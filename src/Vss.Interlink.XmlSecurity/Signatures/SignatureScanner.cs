using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>The first pass: finds every ds:Signature of a document, security tokens and identifiers. What is signed is not held.</summary>
internal sealed class SignatureScanner : IDisposable
{
    private const string X509Token = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    private const string Base64Encoding = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

    private readonly XmlTokenizer _xml;
    private readonly SignatureLimits _limits;
    private readonly ElementWalk _walk;
    private int _outer = -1;

    public SignatureScanner(XmlTokenizer xml, XmlIdRules ids, SignatureLimits limits, ForeseenDigest? foreseen = null)
    {
        (_xml, _limits, Ids) = (xml, limits, new XmlIdIndex(ids, noteRepeated: true));
        _walk = new ElementWalk(xml, Ids, limits) { Passing = Passing, Foreseen = foreseen };
    }

    public XmlIdIndex Ids { get; }

    /// <summary>In the order of their start tags.</summary>
    public List<SignatureModel> Signatures { get; } = [];

    public List<SecurityToken> Tokens { get; } = [];

    /// <summary>Whether a processing instruction stands outside the root element.</summary>
    public bool HasInstructionOutside { get; private set; }

    /// <summary>Whether a comment stands outside the root element.</summary>
    public bool HasCommentOutside { get; private set; }

    /// <summary>Names in the document for who lists its parts.</summary>
    public ElementNames ElementNames { get; } = new();

    /// <summary>Octets of the document as it came.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the document to its end.</summary>
    /// <exception cref="XmlRefusedException">The document itself is refused.</exception>
    public void Scan()
    {
        while (_walk.Read())
        {
            if (_xml.Kind == XmlTokenKind.StartElement) Passing();
            if (_xml.Depth > 0) continue;
            HasInstructionOutside |= _xml.Kind == XmlTokenKind.ProcessingInstruction;
            HasCommentOutside |= _xml.Kind == XmlTokenKind.Comment;
        }

        Length = _xml.EndOffset;
    }

    public void Dispose() => _walk.Dispose();

    private void Passing()
    {
        while (IsToken())
        {
            ReadToken();

            // It broke off at an element in it, which is looked at in its turn: here and not one call deeper, for tokens may be nested as deep as a document may be.
            if (_xml.Kind != XmlTokenKind.StartElement) return;
        }

        if (_xml.LocalName.Length == 9 && _walk.Is("Signature"u8, DsigNames.Dsig)) ReadSignature();
    }

    private bool IsToken() => _xml.LocalName.Length == 19 && _walk.Is("BinarySecurityToken"u8, DsigNames.Wsse);

    private void ReadSignature()
    {
        if (Signatures.Count == _limits.MaxSignatures) throw new XmlRefusedException(XmlRefusalKind.LimitExceeded, $"the document has more than {_limits.MaxSignatures} signatures", _xml.Place);
        var depth = _xml.Depth;
        var signature = new SignatureModel(_xml.Ordinal, _outer, _walk.Attribute("Id"u8) ?? "", _xml.Place.ToString());
        _outer = Signatures.Count;
        Signatures.Add(signature);
        try
        {
            ReadChildren(signature);
        }
        catch (BrokenRuleException broken)
        {
            signature.Broken = broken;
            if (_xml.Kind == XmlTokenKind.StartElement && _xml.Ordinal != signature.Ordinal) Passing();
            _walk.PassToEnd(depth);
        }

        _outer = signature.Outer;
    }

    // XML-DSig 1.1 section 4.1.
    private void ReadChildren(SignatureModel signature)
    {
        var depth = _xml.Depth;
        _walk.Expect(depth, "SignedInfo"u8, DsigNames.Dsig);
        signature.SignedInfo = new SignedInfoReader(_walk).Read();
        _walk.Expect(depth, "SignatureValue"u8, DsigNames.Dsig);
        signature.ValueOrdinal = _xml.Ordinal;
        signature.ValueId = _walk.Attribute("Id"u8);
        signature.Value = _walk.ReadBase64(_limits.MaxValue);
        var mayHaveKeyInfo = true;
        while (_walk.NextChild(depth))
        {
            if (mayHaveKeyInfo && _walk.Is("KeyInfo"u8, DsigNames.Dsig)) signature.KeyInfo = KeyInfoReader.Read(_walk);
            else if (_walk.Is("Object"u8, DsigNames.Dsig)) ReadObject(signature);
            else throw _walk.Broken(SignatureRules.Structure, "expected KeyInfo, then Objects and no others");
            mayHaveKeyInfo = false;
        }
    }

    private void ReadObject(SignatureModel signature)
    {
        if (signature.Objects.Count == _limits.MaxReferences) throw _walk.Broken(SignatureRules.Limit, $"more than {_limits.MaxReferences} Objects");
        var (depth, ordinal) = (_xml.Depth, _xml.Ordinal);
        var (holdsProperties, hasText) = (false, false);

        // Its content is of any kind: mixed, large, another signature.
        while (_walk.Read() && (_xml.Kind != XmlTokenKind.EndElement || _xml.Depth != depth))
        {
            hasText |= _xml.Kind is XmlTokenKind.Text or XmlTokenKind.CData && !XmlCharacters.IsWhite(_xml.Text);
            if (_xml.Kind != XmlTokenKind.StartElement) continue;
            if (_walk.Is("QualifyingProperties"u8, DsigNames.Xades))
            {
                if (signature.Xades is not null) throw _walk.Broken(SignatureRules.XadesStructure, "more than one QualifyingProperties");
                signature.Xades = new XadesReader(_walk).Read();
                holdsProperties = true;
            }
            else if (_walk.Is("Manifest"u8, DsigNames.Dsig))
            {
                ReadManifest(signature, ordinal);
            }
            else
            {
                _walk.Pass();
            }
        }

        signature.Objects.Add(new ObjectModel(ordinal, holdsProperties, hasText));
    }

    private void ReadManifest(SignatureModel signature, int objectOrdinal)
    {
        if (signature.Manifests.Count == _limits.MaxUnsignedProperties) throw _walk.Broken(SignatureRules.Limit, $"more than {_limits.MaxUnsignedProperties} Manifests");
        var (depth, ordinal, id) = (_xml.Depth, _xml.Ordinal, _walk.Attribute("Id"u8) ?? "");
        signature.Manifests.Add(new ManifestModel(ordinal, objectOrdinal, id, new SignedInfoReader(_walk).ReadReferences(depth)));
    }

    // A broken one is left where it breaks: who called reads on from there.
    private void ReadToken()
    {
        // It counts before what is in it is read.
        if (Tokens.Count == _limits.MaxCertificates) throw new XmlRefusedException(XmlRefusalKind.LimitExceeded, $"the document has more than {_limits.MaxCertificates} security tokens", _xml.Place);
        var index = Tokens.Count;
        var ordinal = _xml.Ordinal;
        var isX509 = _walk.Attribute("ValueType"u8) == X509Token && _walk.Attribute("EncodingType"u8) is null or Base64Encoding;
        Tokens.Add(new SecurityToken(ordinal, isX509, []));
        try
        {
            Tokens[index] = new SecurityToken(ordinal, isX509, _walk.ReadBase64(_limits.MaxCertificate));
        }
        catch (BrokenRuleException)
        {
            // No certificate then; who refers to it is told so.
        }
    }
}
