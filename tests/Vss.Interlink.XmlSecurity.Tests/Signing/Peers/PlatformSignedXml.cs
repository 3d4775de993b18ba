using System.Security.Cryptography.Xml;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

/// <summary>
/// SignedXml of System.Security.Cryptography.Xml. It knows RSA by PKCS#1 v1.5 alone and no Canonical XML 1.1, loses references to CR
/// (dotnet/runtime#73959), and hands xml: attributes down to elements that are canonicalised exclusively, which know no such thing.
/// </summary>
internal static class PlatformSignedXml
{
    /// <summary>Whether it is wrong about a document, by what it is known to be wrong about.</summary>
    public static bool IsWrongAbout(string xml) => xml.Contains("&#13;", StringComparison.Ordinal) || xml.Contains(" xml:", StringComparison.Ordinal);

    public static bool Verifies(byte[] signed, TestKeys keys)
    {
        var document = Load(signed);
        var signatures = document.GetElementsByTagName("Signature", SignedXml.XmlDsigNamespaceUrl);
        var verifier = new WithIds(document);
        verifier.LoadXml((XmlElement)signatures[signatures.Count - 1]!);
        return verifier.CheckSignature(keys.X509, verifySignatureOnly: true);
    }

    public static XmlDocument Load(byte[] octets)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var xml = XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        document.Load(xml);
        return document;
    }

    private sealed class WithIds(XmlDocument document) : SignedXml(document)
    {
        public override XmlElement? GetIdElement(XmlDocument? document, string idValue) =>
            (XmlElement?)document!.SelectSingleNode($"//*[@*[local-name()='Id']='{idValue}']");
    }
}
