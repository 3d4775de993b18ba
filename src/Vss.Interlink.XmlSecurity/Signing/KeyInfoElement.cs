namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Writes <c>ds:KeyInfo</c>: XML-DSig section 4.5.</summary>
internal static class KeyInfoElement
{
    public static void Write(XmlText text, SignatureOptions options)
    {
        switch (options.KeyInfo)
        {
            case KeyInformation.X509Data data:
                text.Start("ds:KeyInfo"u8).Start("ds:X509Data"u8).Base64Element("ds:X509Certificate"u8, options.Certificate.Certificate.Span);
                foreach (var certificate in data.WithChain ? options.Certificate.Chain : []) text.Base64Element("ds:X509Certificate"u8, certificate.Span);
                text.End("ds:X509Data"u8).End("ds:KeyInfo"u8);
                break;
            case KeyInformation.TokenReference token:
                text.Start("ds:KeyInfo"u8).Open("wsse:SecurityTokenReference"u8).Attribute("xmlns:wsse"u8, XmlNames.Wsse).Close();
                text.Open("wsse:Reference"u8).Attribute("URI"u8, token.Uri).Attribute("ValueType"u8, token.ValueType).CloseEmpty();
                text.End("wsse:SecurityTokenReference"u8).End("ds:KeyInfo"u8);
                break;
        }
    }
}
