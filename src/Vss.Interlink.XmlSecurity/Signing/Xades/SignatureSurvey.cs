using System.Text;
using Vss.Interlink.XmlSecurity.Reading;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Finds a signature in a document that passes, and what augmenting it needs: where unsigned properties go in, what it has, the parts that time stamps are made over.</summary>
internal sealed class SignatureSurvey : IDisposable
{
    private readonly string? _id;
    private readonly Stack<SignaturePart> _path = new();
    private readonly List<string?> _holders = [];   // identifiers of what the unsigned properties stand in
    private Canonicalizer? _canonicalizer;
    private int _canonicalDepth;
    private int _depth;               // of the signature while it is open
    private int _foreignDepth;        // of another signature that is open
    private string? _objectId;
    private bool _hasProperties;

    public SignatureSurvey(string? id, XmlIdRules ids) => (_id, Ids) = (id, new XmlIdIndex(ids));

    public XmlIdIndex Ids { get; }

    /// <summary>Position of the signature among the document's start tags; 0 when there is none.</summary>
    public int Ordinal { get; private set; }

    public List<ForeignReference> References { get; } = [];

    /// <summary>Exclusive canonical forms of these parts.</summary>
    public PooledOctets SignedInfo { get; } = new();

    public PooledOctets SignatureValue { get; } = new(1024);

    public PooledOctets KeyInfo { get; } = new();

    public PooledOctets UnsignedProperties { get; } = new();

    /// <summary>Positions of each <c>ds:Object</c> but that of the properties.</summary>
    public List<int> Objects { get; } = [];

    /// <summary>How deep they stand.</summary>
    public int ObjectDepth { get; private set; }

    public InsertionPoint Insertion { get; private set; }

    /// <summary>What is missing around the properties that go in.</summary>
    public SignaturePart Missing { get; private set; } = SignaturePart.QualifyingProperties;

    public PresentProperties Present { get; private set; }

    /// <summary>Why the signature cannot be augmented; null when it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>Looks at the token that the tokenizer stands on. Every token of the document must come by.</summary>
    /// <exception cref="XmlRefusedException">An identifier stands twice.</exception>
    public void Accept(XmlTokenizer xml)
    {
        Ids.Accept(xml);
        if (xml.Kind == XmlTokenKind.StartElement) Enter(xml);
        _canonicalizer?.Accept(xml);
        if (xml.Kind == XmlTokenKind.EndElement) Leave(xml);
    }

    /// <summary>Says what is not right, once the document was read.</summary>
    public SigningRefusal? Judge()
    {
        if (Ordinal == 0) Fault ??= _id is null ? "the document has no signature" : $"the document has no signature with the identifier '{_id}'";
        if (Missing == SignaturePart.QualifyingProperties) Fault ??= "the signature has no signed properties of XAdES 1.3.2";
        if (SignatureValue.Length == 0 || References.Count == 0) Fault ??= "the signature has no value or no reference";
        if (References.Any(reference => reference.ElementId is { } id && _holders.Contains(id))) Fault ??= "the signature signs what its unsigned properties stand in; they cannot be added to";
        return Fault is null ? null : new SigningRefusal(SigningRefusalKind.NoSignature, Fault);
    }

    public void Dispose()
    {
        _canonicalizer?.Dispose();
        SignedInfo.Dispose();
        SignatureValue.Dispose();
        KeyInfo.Dispose();
        UnsignedProperties.Dispose();
    }

    private void Enter(XmlTokenizer xml)
    {
        if (_depth == 0)
        {
            EnterOutside(xml);
            return;
        }

        var part = SignatureParts.Child(_path.Peek(), xml.Names[xml.Namespace], xml.LocalName);
        _path.Push(part);
        switch (part)
        {
            case SignaturePart.SignedInfo:
                BeginCanonical(xml, Once(SignedInfo));
                break;
            case SignaturePart.SignatureValue:
                BeginCanonical(xml, Once(SignatureValue));
                break;
            case SignaturePart.KeyInfo:
                BeginCanonical(xml, Once(KeyInfo));
                break;
            case SignaturePart.UnsignedProperty:
                EnterProperty(xml);
                break;
            case SignaturePart.Reference:
                References.Add(new ForeignReference(Attribute(xml, "URI"u8)));
                break;
            case SignaturePart.Transform:
                References[^1].AddTransform(Attribute(xml, "Algorithm"u8));
                break;
            case SignaturePart.InclusiveNamespaces:
                References[^1].Prefixes = Attribute(xml, "PrefixList"u8);
                break;
            case SignaturePart.Object:
                _objectId = Attribute(xml, "Id"u8);
                Objects.Add(xml.Ordinal);
                break;
            case SignaturePart.QualifyingProperties:
                EnterProperties(xml);
                break;
            case SignaturePart.UnsignedProperties:
                _holders.Add(Attribute(xml, "Id"u8));
                if (Missing != SignaturePart.UnsignedProperties) Fault ??= "the signature's unsigned properties do not stand once behind the signed ones";
                if (!xml.IsEmptyElement) (Insertion, Missing) = (InsertionPoint.Behind(xml), SignaturePart.UnsignedSignatureProperties);   // its first child
                break;
            case SignaturePart.UnsignedSignatureProperties:
                _holders.Add(Attribute(xml, "Id"u8));
                break;
        }
    }

    private void EnterOutside(XmlTokenizer xml)
    {
        if (!xml.LocalName.SequenceEqual("Signature"u8) || !xml.Names[xml.Namespace].SequenceEqual(DsigNames.Dsig)) return;
        var isMeant = _id is null ? _foreignDepth == 0 : Attribute(xml, "Id"u8) == _id;
        if (!isMeant)
        {
            if (_foreignDepth == 0) _foreignDepth = xml.Depth;
            return;
        }

        if (Ordinal > 0)
        {
            Fault ??= "the document has more than one signature; say which by its identifier";
            return;
        }

        (Ordinal, _depth, ObjectDepth) = (xml.Ordinal, xml.Depth, xml.Depth + 1);
        _path.Push(SignaturePart.Signature);
        _holders.Add(Attribute(xml, "Id"u8));
    }

    private void EnterProperties(XmlTokenizer xml)
    {
        if (_hasProperties) Fault ??= "the signature has its properties twice";
        else Objects.RemoveAt(Objects.Count - 1);   // the one that they stand in
        _hasProperties = true;
        _holders.Add(_objectId);
        _holders.Add(Attribute(xml, "Id"u8));
    }

    private void EnterProperty(XmlTokenizer xml)
    {
        var isXades = xml.Names[xml.Namespace].SequenceEqual(DsigNames.Xades);
        Present = new PresentProperties(
            Present.TimeStamp || (isXades && xml.LocalName.SequenceEqual("SignatureTimeStamp"u8)),
            Present.Certificates || (isXades && xml.LocalName.SequenceEqual("CertificateValues"u8)),
            Present.Revocations || (isXades && xml.LocalName.SequenceEqual("RevocationValues"u8)));
        BeginCanonical(xml, UnsignedProperties);
    }

    private void Leave(XmlTokenizer xml)
    {
        if (_foreignDepth == xml.Depth) _foreignDepth = 0;
        if (_depth == 0) return;
        if (_canonicalizer is not null && _canonicalDepth == xml.Depth) EndCanonical();
        var part = _path.Pop();
        if (part == SignaturePart.Signature) _depth = 0;
        else NoteInsertion(xml, part);
    }

    // The innermost that is there decides: the properties go in last, so that what was time-stamped keeps its order.
    private void NoteInsertion(XmlTokenizer xml, SignaturePart part)
    {
        if (part == SignaturePart.SignedProperties && Missing == SignaturePart.QualifyingProperties)
        {
            (Insertion, Missing) = (InsertionPoint.Behind(xml), SignaturePart.UnsignedProperties);
        }
        else if (part == SignaturePart.UnsignedSignatureProperties)
        {
            if (Missing == SignaturePart.Other) Fault ??= "the signature has its unsigned properties twice";
            (Insertion, Missing) = (InsertionPoint.LastIn(xml), SignaturePart.Other);
        }
        else if (part == SignaturePart.UnsignedProperties && Missing == SignaturePart.UnsignedProperties)
        {
            (Insertion, Missing) = (InsertionPoint.LastIn(xml), SignaturePart.UnsignedSignatureProperties);   // its tag was an empty-element tag
        }
    }

    private PooledOctets Once(PooledOctets part)
    {
        if (part.Length > 0) Fault ??= "the signature has one of its parts twice";
        return part;
    }

    private void BeginCanonical(XmlTokenizer xml, PooledOctets into)
    {
        (_canonicalizer, _canonicalDepth) = (new Canonicalizer(CanonicalizationMethod.Exclusive, XmlSelection.Element(xml.Ordinal) with { Comments = false }, OctetSink.To(into)), xml.Depth);
    }

    private void EndCanonical()
    {
        _canonicalizer!.Complete();
        _canonicalizer.Dispose();
        _canonicalizer = null;
    }

    private static string? Attribute(XmlTokenizer xml, ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.IsDeclaration || attribute.Prefix != InternedNames.Empty || !AttributeList.LocalName(attribute, xml.Tag).SequenceEqual(name)) continue;
            return Encoding.UTF8.GetString(xml.Attributes.Value(attribute, xml.Tag));
        }

        return null;
    }
}
