using Vss.Interlink.XmlSecurity.Signing;
using Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

public sealed class WsSecurityTests
{
    private const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private const string X509v3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";

    [Fact]
    public async Task Body_and_Timestamp_are_signed_by_wsu_Id_with_the_signature_in_the_Security_header()
    {
        var envelope = $"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:wsu='{Wsu}'><s:Header><wsse:Security xmlns:wsse='{Wsse}'><wsu:Timestamp wsu:Id='time'><wsu:Created>2026-03-02T02:30:15Z</wsu:Created></wsu:Timestamp>"
            + $"<wsse:BinarySecurityToken wsu:Id='x509' ValueType='{X509v3}'>{Convert.ToBase64String(TestKeys.Rsa.Certificate.Certificate.Span)}</wsse:BinarySecurityToken></wsse:Security></s:Header><s:Body wsu:Id='body'><x/></s:Body></s:Envelope>";
        var options = Signed.Options() with { Xades = null, Ids = XmlIdRules.WsSecurity, KeyInfo = KeyInformation.Token("#x509", X509v3) };
        var signed = await Signed.Enveloped(envelope, options, SignaturePlace.InElement(Wsse, "Security"), new SignatureReference.Element("body"), new SignatureReference.Element("time"));
        Assert.Equal(envelope, AwkwardDocumentTests.WithoutSignature(System.Text.Encoding.UTF8.GetString(signed)));
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
        Assert.True(PlatformSignedXml.Verifies(signed, TestKeys.Rsa));
        var security = PlatformSignedXml.Load(signed).GetElementsByTagName("Security", Wsse)[0]!;
        Assert.Equal(["Timestamp", "BinarySecurityToken", "Signature"], security.ChildNodes.Cast<System.Xml.XmlNode>().Select(child => child.LocalName));
        Assert.DoesNotContain("enveloped-signature", security.InnerXml, StringComparison.Ordinal);
    }
}
