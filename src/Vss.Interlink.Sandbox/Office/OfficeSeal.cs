using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Vss.Interlink.Sandbox.Office;

/// <summary>
/// An agency's own maker of detached seals, independent of the hub's: every signed part is written as text that is in exclusive canonical form already, so that its octets can be
/// hashed as they stand and no canonicaliser is needed.
/// </summary>
internal static class OfficeSeal
{
    private const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    private const string Xades = "http://uri.etsi.org/01903/v1.3.2#";
    private const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private const string Sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    private const string RsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

    /// <param name="signer">Certificate with its key.</param>
    /// <param name="projection">The header's projection, exclusive canonical form.</param>
    /// <param name="contents">Attachments by id.</param>
    /// <param name="at">Signing time.</param>
    public static byte[] Make(X509Certificate2 signer, byte[] projection, IReadOnlyDictionary<string, byte[]> contents, DateTimeOffset at)
    {
        var header = $"<ds:Object xmlns:ds=\"{Ds}\" Id=\"office-header\">{Encoding.UTF8.GetString(projection)}</ds:Object>";
        var time = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var properties =
            $"<xades:SignedProperties xmlns:xades=\"{Xades}\" Id=\"office-properties\"><xades:SignedSignatureProperties><xades:SigningTime>{time}</xades:SigningTime>" +
            $"<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod xmlns:ds=\"{Ds}\" Algorithm=\"{Sha256}\"></ds:DigestMethod>" +
            $"<ds:DigestValue xmlns:ds=\"{Ds}\">{Digest(signer.RawDataMemory.Span)}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>";
        var info = new StringBuilder($"<ds:SignedInfo xmlns:ds=\"{Ds}\"><ds:CanonicalizationMethod Algorithm=\"{Exclusive}\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"{RsaSha256}\"></ds:SignatureMethod>");
        info.Append(Reference("URI=\"#office-header\"", Digest(Encoding.UTF8.GetBytes(header)), canonical: true));
        foreach (var (id, content) in contents) info.Append(Reference($"URI=\"cid:{Uri.EscapeDataString(id)}\"", Digest(content), canonical: false));
        info.Append(Reference("Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#office-properties\"", Digest(Encoding.UTF8.GetBytes(properties)), canonical: true));
        info.Append("</ds:SignedInfo>");
        using var key = signer.GetRSAPrivateKey()!;
        var value = key.SignData(Encoding.UTF8.GetBytes(info.ToString()), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return Encoding.UTF8.GetBytes(
            $"<ds:Signature xmlns:ds=\"{Ds}\" Id=\"office-seal\">{info}<ds:SignatureValue>{Convert.ToBase64String(value)}</ds:SignatureValue>" +
            $"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{Convert.ToBase64String(signer.RawDataMemory.Span)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{header}" +
            $"<ds:Object><xades:QualifyingProperties xmlns:xades=\"{Xades}\" Target=\"#office-seal\">{properties}</xades:QualifyingProperties></ds:Object></ds:Signature>");
    }

    private static string Reference(string attributes, string digest, bool canonical) =>
        $"<ds:Reference {attributes}>" + (canonical ? $"<ds:Transforms><ds:Transform Algorithm=\"{Exclusive}\"></ds:Transform></ds:Transforms>" : "") +
        $"<ds:DigestMethod Algorithm=\"{Sha256}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>";

    private static string Digest(ReadOnlySpan<byte> octets) => Convert.ToBase64String(SHA256.HashData(octets));
}
