using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Xml;
using Vss.Interlink.EdXml;
using Vss.Interlink.Sandbox.Office;

namespace Vss.Interlink.Sandbox.Demo;

/// <summary>
/// How a receiver on the axis checks the hub's seal with the platform's own SignedXml: the signature over the seal's own parts, the header as received against the sealed one, and
/// each attachment's digest. Independent of the hub's verifier.
/// </summary>
internal static class SealCheck
{
    private const string Ds = SignedXml.XmlDsigNamespaceUrl;

    public static bool Survives(byte[] packet, string signer)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (OfficeAgency.Read(packet, contents) is not EdXmlReadResult.Document(var document) || !contents.Remove("interlink-seal", out var seal)) return false;
        var xml = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using (var input = new MemoryStream(seal))
        using (var reader = XmlReader.Create(input, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null })) xml.Load(reader);
        var names = new XmlNamespaceManager(xml.NameTable);
        names.AddNamespace("d", Ds);
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(xml.SelectSingleNode("//d:X509Certificate", names)!.InnerText));
        return certificate.Subject == signer && SignedInfoHolds(xml, names, certificate) && HeaderHolds(xml, names, document) && PartsHold(xml, names, contents);
    }

    private static bool SignedInfoHolds(XmlDocument xml, XmlNamespaceManager names, X509Certificate2 certificate)
    {
        using var key = certificate.GetRSAPublicKey()!;
        var value = Convert.FromBase64String(xml.SelectSingleNode("/d:Signature/d:SignatureValue", names)!.InnerText);
        return key.VerifyData(Canonical((XmlElement)xml.SelectSingleNode("/d:Signature/d:SignedInfo", names)!), value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static bool HeaderHolds(XmlDocument xml, XmlNamespaceManager names, EdXmlPacket received)
    {
        var holder = (XmlElement)xml.SelectSingleNode("/d:Signature/d:Object[1]", names)!;
        var signed = xml.SelectSingleNode($"/d:Signature/d:SignedInfo/d:Reference[@URI='#{holder.GetAttribute("Id")}']/d:DigestValue", names)?.InnerText;
        return signed == Convert.ToBase64String(SHA256.HashData(Canonical(holder)))
            && Canonical(holder.ChildNodes.OfType<XmlElement>().Single()).AsSpan().SequenceEqual(HeaderProjection.Of(received));
    }

    private static bool PartsHold(XmlDocument xml, XmlNamespaceManager names, Dictionary<string, byte[]> contents)
    {
        var sealedParts = xml.SelectNodes("/d:Signature/d:SignedInfo/d:Reference[starts-with(@URI,'cid:')]", names)!.OfType<XmlElement>()
            .ToDictionary(reference => Uri.UnescapeDataString(reference.GetAttribute("URI")[4..]), reference => reference.SelectSingleNode("d:DigestValue", names)!.InnerText, StringComparer.Ordinal);
        return sealedParts.Count == contents.Count && contents.All(content => sealedParts.GetValueOrDefault(content.Key) == Convert.ToBase64String(SHA256.HashData(content.Value)));
    }

    private static byte[] Canonical(XmlElement element)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.AppendChild(document.ImportNode(element, deep: true));
        var transform = new XmlDsigExcC14NTransform();
        transform.LoadInput(document);
        using var output = (MemoryStream)transform.GetOutput(typeof(Stream));
        return output.ToArray();
    }
}
