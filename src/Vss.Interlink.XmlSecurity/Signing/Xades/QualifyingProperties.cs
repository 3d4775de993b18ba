using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Writes the signed properties: ETSI EN 319 132-1 section 5.2, in the order of its schema.</summary>
internal static class QualifyingProperties
{
    /// <summary>Everything of the <c>ds:Object</c> up to the end of <c>xades:SignedProperties</c>; what follows is <see cref="Ending"/>, or the unsigned properties before it.</summary>
    public static void WriteSigned(XmlText text, string signatureId, SignatureOptions options, XadesProperties properties, IEnumerable<ReferenceDigest> references)
    {
        text.Start("ds:Object"u8).Open("xades:QualifyingProperties"u8).Raw(" xmlns:xades=\""u8).Raw(DsigNames.Xades).Raw("\""u8).Attribute("Target"u8, "#" + signatureId).Close();
        text.Open("xades:SignedProperties"u8).Attribute("Id"u8, SignedPropertiesId(signatureId)).Close();
        text.Start("xades:SignedSignatureProperties"u8).Element("xades:SigningTime"u8, properties.SigningTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        WriteCertificate(text, options);
        if (properties.Policy is { } policy) WritePolicy(text, policy);
        if (properties.ClaimedRoles.Count > 0) WriteRoles(text, properties.ClaimedRoles);
        text.End("xades:SignedSignatureProperties"u8).Start("xades:SignedDataObjectProperties"u8);
        foreach (var reference in references)
        {
            text.Open("xades:DataObjectFormat"u8).Attribute("ObjectReference"u8, "#" + reference.Id).Close();
            text.Element("xades:MimeType"u8, reference.Reference.MimeType ?? (reference.Reference.IsXml ? "text/xml" : "application/octet-stream")).End("xades:DataObjectFormat"u8);
        }

        foreach (var commitment in properties.Commitments)
        {
            text.Start("xades:CommitmentTypeIndication"u8).Start("xades:CommitmentTypeId"u8);
            WriteIdentifier(text, commitment.Identifier);
            text.End("xades:CommitmentTypeId"u8).Open("xades:AllSignedDataObjects"u8).CloseEmpty().End("xades:CommitmentTypeIndication"u8);
        }

        text.End("xades:SignedDataObjectProperties"u8).End("xades:SignedProperties"u8);
    }

    public static ReadOnlySpan<byte> Ending => "</xades:QualifyingProperties></ds:Object>"u8;

    public static string SignedPropertiesId(string signatureId) => signatureId + "-properties";

    // Section 5.2.2.
    private static void WriteCertificate(XmlText text, SignatureOptions options)
    {
        text.Start("xades:SigningCertificateV2"u8).Start("xades:Cert"u8).Start("xades:CertDigest"u8);
        text.Algorithm("ds:DigestMethod"u8, options.Digest.Uri).Base64Element("ds:DigestValue"u8, options.Digest.Hash(options.Certificate.Certificate.Span));
        text.End("xades:CertDigest"u8).Base64Element("xades:IssuerSerialV2"u8, options.Certificate.IssuerSerial);
        text.End("xades:Cert"u8).End("xades:SigningCertificateV2"u8);
    }

    // Section 5.2.9.
    private static void WritePolicy(XmlText text, SignaturePolicy policy)
    {
        text.Start("xades:SignaturePolicyIdentifier"u8).Start("xades:SignaturePolicyId"u8).Start("xades:SigPolicyId"u8);
        WriteIdentifier(text, policy.Identifier);
        text.End("xades:SigPolicyId"u8).Start("xades:SigPolicyHash"u8);
        text.Algorithm("ds:DigestMethod"u8, policy.Algorithm.Uri).Base64Element("ds:DigestValue"u8, policy.Digest.Span).End("xades:SigPolicyHash"u8);
        if (policy.Location is { } location)
        {
            text.Start("xades:SigPolicyQualifiers"u8).Start("xades:SigPolicyQualifier"u8).Element("xades:SPURI"u8, location);
            text.End("xades:SigPolicyQualifier"u8).End("xades:SigPolicyQualifiers"u8);
        }

        text.End("xades:SignaturePolicyId"u8).End("xades:SignaturePolicyIdentifier"u8);
    }

    // Section 5.2.6.
    private static void WriteRoles(XmlText text, IReadOnlyList<string> roles)
    {
        text.Start("xades:SignerRoleV2"u8).Start("xades:ClaimedRoles"u8);
        foreach (var role in roles) text.Element("xades:ClaimedRole"u8, role);
        text.End("xades:ClaimedRoles"u8).End("xades:SignerRoleV2"u8);
    }

    // ObjectIdentifierType, section 5.1.2.
    private static void WriteIdentifier(XmlText text, string identifier)
    {
        var isOid = identifier.StartsWith("urn:oid:", StringComparison.Ordinal);
        text.Open("xades:Identifier"u8).Attribute("Qualifier"u8, isOid ? "OIDAsURN" : null).Close().Escaped(identifier).End("xades:Identifier"u8);
    }
}
