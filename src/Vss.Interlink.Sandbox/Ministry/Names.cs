namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>Namespaces and identifiers, written down from the specifications and not taken from the hub.</summary>
internal static class Names
{
    public const string Interlink = "urn:vss:interlink:v1";
    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    public const string Addressing = "http://www.w3.org/2005/08/addressing";
    public const string Xop = "http://www.w3.org/2004/08/xop/include";
    public const string X509v3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    public const string Base64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
}
