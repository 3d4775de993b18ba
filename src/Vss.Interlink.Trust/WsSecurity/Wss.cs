namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>Names of SOAP, WS-Security 1.1 and WS-Addressing.</summary>
internal static class Wss
{
    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    public const string Security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public const string X509v3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    public const string Base64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
    public const string Signature = "http://www.w3.org/2000/09/xmldsig#";
    public const string Addressing = "http://www.w3.org/2005/08/addressing";
}

/// <summary>How far clocks may differ and how old a message may be. Both are set per site; there is no default.</summary>
/// <param name="ClockSkew">Tolerance on both ends.</param>
/// <param name="MaxAge">Longest life of a Timestamp, from Created on.</param>
public sealed record TimestampWindow(TimeSpan ClockSkew, TimeSpan MaxAge);
