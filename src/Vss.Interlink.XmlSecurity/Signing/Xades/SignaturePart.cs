using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>What an element is in a signature, by what it stands in: the schemas of XML-DSig and of ETSI EN 319 132-1, as far as augmenting looks at them.</summary>
internal enum SignaturePart
{
    Other,
    Signature,
    SignedInfo,
    Reference,
    Transforms,
    Transform,
    InclusiveNamespaces,
    SignatureValue,
    KeyInfo,
    Object,
    QualifyingProperties,
    SignedProperties,
    UnsignedProperties,
    UnsignedSignatureProperties,
    UnsignedProperty,
}

internal static class SignatureParts
{
    /// <summary>The child of a part.</summary>
    public static SignaturePart Child(SignaturePart parent, ReadOnlySpan<byte> namespaceName, ReadOnlySpan<byte> name)
    {
        if (parent == SignaturePart.UnsignedSignatureProperties) return SignaturePart.UnsignedProperty;
        if (namespaceName.SequenceEqual(DsigNames.Dsig)) return ChildOfDs(parent, name);
        if (namespaceName.SequenceEqual(DsigNames.Xades)) return ChildOfXades(parent, name);
        return parent == SignaturePart.Transform && namespaceName.SequenceEqual(DsigNames.Exclusive) && name.SequenceEqual("InclusiveNamespaces"u8) ? SignaturePart.InclusiveNamespaces : SignaturePart.Other;
    }

    private static SignaturePart ChildOfDs(SignaturePart parent, ReadOnlySpan<byte> name) => parent switch
    {
        SignaturePart.Signature when name.SequenceEqual("SignedInfo"u8) => SignaturePart.SignedInfo,
        SignaturePart.Signature when name.SequenceEqual("SignatureValue"u8) => SignaturePart.SignatureValue,
        SignaturePart.Signature when name.SequenceEqual("KeyInfo"u8) => SignaturePart.KeyInfo,
        SignaturePart.Signature when name.SequenceEqual("Object"u8) => SignaturePart.Object,
        SignaturePart.SignedInfo when name.SequenceEqual("Reference"u8) => SignaturePart.Reference,
        SignaturePart.Reference when name.SequenceEqual("Transforms"u8) => SignaturePart.Transforms,
        SignaturePart.Transforms when name.SequenceEqual("Transform"u8) => SignaturePart.Transform,
        _ => SignaturePart.Other,
    };

    private static SignaturePart ChildOfXades(SignaturePart parent, ReadOnlySpan<byte> name) => parent switch
    {
        SignaturePart.Object when name.SequenceEqual("QualifyingProperties"u8) => SignaturePart.QualifyingProperties,
        SignaturePart.QualifyingProperties when name.SequenceEqual("SignedProperties"u8) => SignaturePart.SignedProperties,
        SignaturePart.QualifyingProperties when name.SequenceEqual("UnsignedProperties"u8) => SignaturePart.UnsignedProperties,
        SignaturePart.UnsignedProperties when name.SequenceEqual("UnsignedSignatureProperties"u8) => SignaturePart.UnsignedSignatureProperties,
        _ => SignaturePart.Other,
    };
}
