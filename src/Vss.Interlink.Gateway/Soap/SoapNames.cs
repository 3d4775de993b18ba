namespace Vss.Interlink.Gateway.Soap;

/// <summary>Namespaces of the SOAP edge.</summary>
internal static class SoapNames
{
    /// <summary>Target namespace of wsdl/interlink-v1.wsdl.</summary>
    public const string Interlink = "urn:vss:interlink:v1";

    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    /// <summary>WS-Addressing 1.0.</summary>
    public const string Addressing = "http://www.w3.org/2005/08/addressing";

    /// <summary>XML-binary Optimized Packaging 1.0, the Include element.</summary>
    public const string Xop = "http://www.w3.org/2004/08/xop/include";

    /// <summary>The action that the WSDL gives an operation, and the one of its answer.</summary>
    public static string ActionOf(string operation) => $"{Interlink}/{operation}";
}
