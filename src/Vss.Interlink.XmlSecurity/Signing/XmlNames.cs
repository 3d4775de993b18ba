namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Identifiers that are written into signatures as text. What is written binds <c>ds</c>, <c>xades</c> and <c>xades141</c> itself.</summary>
internal static class XmlNames
{
    public const string EnvelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    public const string Base64 = "http://www.w3.org/2000/09/xmldsig#base64";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
}
