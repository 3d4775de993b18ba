namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Namespace names that signatures are written in, as octets of UTF-8.</summary>
internal static class DsigNames
{
    /// <summary>Type of a reference to the signed properties: EN 319 132-1 section 4.4.2.</summary>
    public const string SignedPropertiesType = "http://uri.etsi.org/01903#SignedProperties";

    /// <summary>Type of a reference to the signature value that is counter-signed: EN 319 132-1 section 5.2.7.2.</summary>
    public const string CountersignedType = "http://uri.etsi.org/01903#CountersignedSignature";

    /// <summary>Namespace name of XAdES 1.3.2, as text.</summary>
    public const string XadesText = "http://uri.etsi.org/01903/v1.3.2#";

    /// <summary>Namespace name of XML-DSig, as text.</summary>
    public const string DsigText = "http://www.w3.org/2000/09/xmldsig#";

    /// <summary>XML-DSig.</summary>
    public static ReadOnlySpan<byte> Dsig => "http://www.w3.org/2000/09/xmldsig#"u8;

    /// <summary>XML-DSig 1.1.</summary>
    public static ReadOnlySpan<byte> Dsig11 => "http://www.w3.org/2009/xmldsig11#"u8;

    /// <summary>Elements of RFC 6931 and RFC 9231.</summary>
    public static ReadOnlySpan<byte> More => "http://www.w3.org/2007/05/xmldsig-more#"u8;

    /// <summary>Exclusive XML Canonicalization.</summary>
    public static ReadOnlySpan<byte> Exclusive => "http://www.w3.org/2001/10/xml-exc-c14n#"u8;

    /// <summary>XML-Signature XPath Filter 2.0.</summary>
    public static ReadOnlySpan<byte> Filter2 => "http://www.w3.org/2002/06/xmldsig-filter2"u8;

    /// <summary>XAdES 1.3.2.</summary>
    public static ReadOnlySpan<byte> Xades => "http://uri.etsi.org/01903/v1.3.2#"u8;

    /// <summary>XAdES 1.4.1.</summary>
    public static ReadOnlySpan<byte> Xades141 => "http://uri.etsi.org/01903/v1.4.1#"u8;

    /// <summary>WS-Security.</summary>
    public static ReadOnlySpan<byte> Wsse => "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"u8;
}
