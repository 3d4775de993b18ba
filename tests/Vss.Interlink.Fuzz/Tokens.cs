using System.Text;

namespace Vss.Interlink.Fuzz;

/// <summary>Words of XML, XML-DSig, XAdES and WS-Security that random octets would not hit upon.</summary>
internal static class Tokens
{
    private static readonly byte[][] s_names = Octets(
        "ds:Signature", "ds:SignedInfo", "ds:Reference", "ds:Transforms", "ds:Transform", "ds:DigestMethod", "ds:DigestValue", "ds:SignatureValue", "ds:KeyInfo", "ds:KeyValue", "ds:X509Data", "ds:X509Certificate",
        "ds:Object", "ds:Manifest", "ds:RetrievalMethod", "ds:HMACOutputLength", "xades:QualifyingProperties", "xades:SignedProperties", "xades:UnsignedProperties", "xades:SigningTime", "s:Body", "s:Header", "s:Envelope",
        "wsse:Security", "wsse:BinarySecurityToken", "wsu:Timestamp", "a", "a:b", "xml:a", "xmlns:a", "_", "é", "\U00010000");

    private static readonly byte[][] s_values = Octets(
        "", "#", "#P-1", "#S-1", "#xpointer(/)", "#xpointer(id('P-1'))", "#gone", "http://127.0.0.1/", "P-1", "S-1", "R-1",
        "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2000/09/xmldsig#base64", "http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmlenc#sha512", "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/TR/1999/REC-xslt-19991116", "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "http://www.w3.org/2007/05/xmldsig-more#rsa-pss", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        "http://uri.etsi.org/01903#SignedProperties", "http://uri.etsi.org/01903/v1.3.2#", "http://schemas.xmlsoap.org/soap/envelope/", "urn:x", "relative", "http://www.w3.org/XML/1998/namespace", "&#10;", "&lt;", "a b", " P-1 ");

    private static readonly byte[][] s_attributes = Octets(
        " Id='P-1'", " ID='P-1'", " id='P-1'", " xml:id='P-1'", " wsu:Id='P-1'", " Id='x'", " URI=''", " xmlns='urn:x'", " xmlns=''", " xmlns:ds='urn:x'", " xmlns:ds='http://www.w3.org/2000/09/xmldsig#'", " xmlns:a='relative'", " xml:lang='vi'",
        " xml:base='../a'", " xml:space='preserve'", " a='1' b='2'", " a:b='1'", " Algorithm='urn:x'", " a='&#13;&#9;&amp;'");

    private static readonly byte[][] s_others = Octets(
        "<", ">", "/", "&", ";", "\"", "'", "=", " ", "\r", "\r\n", "]]>", "<![CDATA[x]]>", "<![CDATA[]]>", "<!---->", "<!-- x -->", "<?x?>", "<?x y?>", "<?xml version='1.0'?>", "<!DOCTYPE a>", "<a/>", "<a>", "</a>", "&#13;", "&#0;", "&#x10FFFF;",
        "&#xD800;", "&amp;", "&lt;", "&evil;", "evil", "AAAA", "AA==", "=", "MIIB", "\uFEFF", "\uFFFD", "\u0085", "\u2028", "\U0001F600", "1", "-1", "99999999999");

    private static readonly byte[][] s_broken = [[0], [0x80], [0xC0, 0x80], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFE, 0xFF], [0xFF], [0xEF, 0xBF, 0xBF]];

    private static readonly byte[][] s_all = [.. s_names, .. s_values, .. s_attributes, .. s_others, .. s_broken];

    public static byte[] Any(Random random) => s_all[random.Next(s_all.Length)];

    public static byte[] AnyName(Random random) => s_names[random.Next(s_names.Length)];

    public static byte[] AnyValue(Random random) => s_values[random.Next(s_values.Length)];

    public static byte[] AnyAttribute(Random random) => s_attributes[random.Next(s_attributes.Length)];

    private static byte[][] Octets(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}
