namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Namespaces and identifiers that stand in signatures. What is written binds <c>ds</c>, <c>xades</c> and <c>xades141</c> itself.</summary>
internal static class XmlNames
{
    public const string SignedPropertiesType = "http://uri.etsi.org/01903#SignedProperties";
    public const string EnvelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    public const string Base64 = "http://www.w3.org/2000/09/xmldsig#base64";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

    public static ReadOnlySpan<byte> Ds => "http://www.w3.org/2000/09/xmldsig#"u8;

    public static ReadOnlySpan<byte> Xades => "http://uri.etsi.org/01903/v1.3.2#"u8;

    public static ReadOnlySpan<byte> Xades141 => "http://uri.etsi.org/01903/v1.4.1#"u8;
}
