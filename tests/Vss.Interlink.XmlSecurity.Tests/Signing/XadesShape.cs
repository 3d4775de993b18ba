using System.Text.RegularExpressions;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>
/// The order and number of elements in signatures: XML-DSig section 4 and ETSI EN 319 132-1 section 5, each element with the expression that its children, by
/// local name, must match. What is not listed has no element children.
/// </summary>
internal static class XadesShape
{
    private const string Ds = "http://www.w3.org/2000/09/xmldsig#", Xades = "http://uri.etsi.org/01903/v1.3.2#", Xades141 = "http://uri.etsi.org/01903/v1.4.1#";

    private const string TimeStamp = "((Include )+|(ReferenceInfo )+)?(CanonicalizationMethod )?(EncapsulatedTimeStamp |XMLTimeStamp )+";

    private static readonly Dictionary<(string, string), string> s_children = new()
    {
        [(Ds, "Signature")] = "SignedInfo SignatureValue (KeyInfo )?(Object )*",
        [(Ds, "SignedInfo")] = "CanonicalizationMethod SignatureMethod (Reference )+",
        [(Ds, "Reference")] = "(Transforms )?DigestMethod DigestValue ",
        [(Ds, "Transforms")] = "(Transform )+",
        [(Ds, "Transform")] = "(InclusiveNamespaces )?",
        [(Ds, "KeyInfo")] = "(X509Data |SecurityTokenReference )+",
        [(Ds, "X509Data")] = "(X509Certificate )+",
        [(Ds, "Object")] = "QualifyingProperties ",
        [(Xades, "QualifyingProperties")] = "(SignedProperties )?(UnsignedProperties )?",
        [(Xades, "SignedProperties")] = "(SignedSignatureProperties )?(SignedDataObjectProperties )?",
        [(Xades, "SignedSignatureProperties")] = "(SigningTime )?(SigningCertificate )?(SigningCertificateV2 )?(SignaturePolicyIdentifier )?(SignatureProductionPlace )?(SignatureProductionPlaceV2 )?(SignerRole )?(SignerRoleV2 )?",
        [(Xades, "SigningCertificateV2")] = "(Cert )+",
        [(Xades, "Cert")] = "CertDigest (IssuerSerialV2 )?",
        [(Xades, "CertDigest")] = "DigestMethod DigestValue ",
        [(Xades, "SignaturePolicyIdentifier")] = "(SignaturePolicyId |SignaturePolicyImplied )",
        [(Xades, "SignaturePolicyId")] = "SigPolicyId (Transforms )?SigPolicyHash (SigPolicyQualifiers )?",
        [(Xades, "SigPolicyId")] = "Identifier (Description )?(DocumentationReferences )?",
        [(Xades, "SigPolicyHash")] = "DigestMethod DigestValue ",
        [(Xades, "SigPolicyQualifiers")] = "(SigPolicyQualifier )+",
        [(Xades, "SigPolicyQualifier")] = "SPURI ",
        [(Xades, "SignerRoleV2")] = "(ClaimedRoles )?(CertifiedRolesV2 )?(SignedAssertions )?",
        [(Xades, "ClaimedRoles")] = "(ClaimedRole )+",
        [(Xades, "SignedDataObjectProperties")] = "(DataObjectFormat )*(CommitmentTypeIndication )*(AllDataObjectsTimeStamp )*(IndividualDataObjectsTimeStamp )*",
        [(Xades, "DataObjectFormat")] = "(Description )?(ObjectIdentifier )?(MimeType )?(Encoding )?",
        [(Xades, "CommitmentTypeIndication")] = "CommitmentTypeId ((ObjectReference )+|AllSignedDataObjects )(CommitmentTypeQualifiers )?",
        [(Xades, "CommitmentTypeId")] = "Identifier (Description )?(DocumentationReferences )?",
        [(Xades, "UnsignedProperties")] = "(UnsignedSignatureProperties )?(UnsignedDataObjectProperties )?",
        [(Xades, "UnsignedSignatureProperties")] = "(SignatureTimeStamp |CertificateValues |RevocationValues |TimeStampValidationData |ArchiveTimeStamp )+",
        [(Xades, "SignatureTimeStamp")] = TimeStamp,
        [(Xades141, "ArchiveTimeStamp")] = TimeStamp,
        [(Xades, "CertificateValues")] = "(EncapsulatedX509Certificate |OtherCertificate )*",
        [(Xades, "RevocationValues")] = "(CRLValues )?(OCSPValues )?(OtherValues )?",
        [(Xades, "CRLValues")] = "(EncapsulatedCRLValue )+",
        [(Xades, "OCSPValues")] = "(EncapsulatedOCSPValue )+",
        [(Xades141, "TimeStampValidationData")] = "(CertificateValues )?(RevocationValues )?",
        [("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd", "SecurityTokenReference")] = "Reference ",
    };

    /// <summary>Asserts the order of a signature and everything in it, that identifiers are unique and that every reference within it leads somewhere.</summary>
    public static void AssertKept(XmlElement signature)
    {
        foreach (var element in signature.SelectNodes("descendant-or-self::*")!.Cast<XmlElement>())
        {
            var children = string.Concat(element.ChildNodes.OfType<XmlElement>().Select(child => child.LocalName + " "));
            var expected = s_children.GetValueOrDefault((element.NamespaceURI, element.LocalName), "");
            Assert.True(Regex.IsMatch(children, $"^({expected})$"), $"{element.Name} has {children}");
        }

        var ids = signature.OwnerDocument.SelectNodes("//@Id")!.Cast<XmlAttribute>().Select(id => id.Value).ToList();
        Assert.Equal(ids.Distinct(), ids);
        var references = signature.SelectNodes(".//@URI | .//@ObjectReference | .//@Target")!.Cast<XmlAttribute>().Select(reference => reference.Value);
        Assert.All(references.Where(reference => reference.StartsWith('#')), reference => Assert.Contains(reference[1..], ids));
    }

    public static XmlElement SignatureOf(XmlDocument document) => (XmlElement)document.GetElementsByTagName("Signature", Ds)[0]!;

    /// <summary>Text of the only element of a name; null when there is none.</summary>
    public static string? Text(XmlElement within, string name) => within.SelectNodes($".//*[local-name()='{name}']")!.Cast<XmlElement>().SingleOrDefault()?.InnerText;
}
