using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.XmlSecurity.Signing;
using Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

public sealed class EnvelopingAndDetachedTests
{
    private static OctetSource Source(string xml) => OctetSource.Of(Encoding.UTF8.GetBytes(xml));

    public static TheoryData<string> Documents => new(
        "<a/>",
        "<?xml version='1.0'?>\r\n<!-- c --><a xmlns='urn:d'>\r\n<b xmlns=''/></a><?after it?>\n",
        "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:Object/></ds:Signature>",
        "<ds:a xmlns:ds='urn:other'/>");

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_carried_document_verifies_elsewhere_in_each_canonical_form(string xml)
    {
        foreach (var method in CanonicalizationMethod.All)
        {
            var signed = await Signed.Alone(Signed.Options() with { Canonicalization = method }, new SignatureReference.XmlObject(Source(xml)) { ObjectId = "carried", Canonicalization = method });
            XmlSec1.AssertVerifies(signed);
            XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
            Assert.Contains(xml[(xml.IndexOf("?>\r\n", StringComparison.Ordinal) + 1)..].TrimStart('?', '>'), Encoding.UTF8.GetString(signed), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_document_in_UTF_16_is_carried_as_UTF_8()
    {
        var content = OctetSource.Of(new UnicodeEncoding(true, true).GetPreamble().Concat(new UnicodeEncoding(true, true).GetBytes("<?xml version='1.0' encoding='UTF-16'?><a>chữ ký 𠀀</a>")).ToArray());
        var signed = await Signed.Alone(Signed.Options(), new SignatureReference.XmlObject(content));
        Assert.Contains("<a>chữ ký 𠀀</a>", Encoding.UTF8.GetString(signed), StringComparison.Ordinal);
        XmlSec1.AssertVerifies(signed);
    }

    [Theory]
    [InlineData("<a/></ds:Object><ds:Object><b/>")]
    [InlineData("<a/></ds:Object></ds:Signature><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:Object><b/>")]
    [InlineData("<a/><b/>")]
    [InlineData("<a/>text")]
    [InlineData("<a/><![CDATA[x]]>")]
    [InlineData("<!-- nothing else -->")]
    [InlineData("<a/></ds:Object>")]
    [InlineData("<a>")]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("")]
    public void What_is_carried_cannot_leave_its_object(string content)
    {
        var preparation = XmlSigner.PrepareAlone([new SignatureReference.XmlObject(Source(content))], Signed.Options(), new XmlLimits());
        Assert.Equal(SigningRefusalKind.Document, preparation.Refusal?.Kind);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(100_000, false)]
    [InlineData(57 * 512, true)]
    [InlineData(100_000, true)]
    public async Task Carried_octets_stand_in_base64_and_are_signed_as_they_are(int count, bool inLines)
    {
        var octets = RandomNumberGenerator.GetBytes(count);
        var signed = await Signed.Alone(Signed.Options() with { Base64InLines = inLines }, new SignatureReference.OctetObject(OctetSource.Of(octets)) { ObjectId = "o" });
        XmlSec1.AssertVerifies(signed);
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
        var carried = PlatformSignedXml.Load(signed).SelectSingleNode("//*[@Id='o']")!.InnerText;
        Assert.Equal(octets, Convert.FromBase64String(carried));
        Assert.Equal(inLines ? 76 : carried.Length, carried.Split('\n')[0].Length);
    }

    [Fact]
    public async Task Octets_elsewhere_are_signed_by_content_or_by_digest()
    {
        var octets = RandomNumberGenerator.GetBytes(70_000);
        var signed = await Signed.Alone(
            Signed.Options(), new SignatureReference.External("one.bin", new MemoryStream(octets)), new SignatureReference.ExternalDigest("two.bin", SHA256.HashData(octets)));
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa, [("one.bin", octets), ("two.bin", octets)]);
        XmlPeer.Santuario.AssertRefuses(signed, TestKeys.Rsa, [("one.bin", octets), ("two.bin", octets[1..])]);
    }

    [Fact]
    public async Task A_seal_carries_a_header_and_names_parts_by_digest()
    {
        var part = RandomNumberGenerator.GetBytes(100);
        var options = Signed.Options() with { Id = "interlink-seal" };
        var signed = await Signed.Alone(
            options, new SignatureReference.XmlObject(Source("<h:Header xmlns:h='urn:h'>x</h:Header>")) { Id = "header", ObjectId = "interlink-seal-header" },
            new SignatureReference.ExternalDigest("part.bin", SHA256.HashData(part)) { Id = "part-0" });
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa, [("part.bin", part)]);
    }

    [Fact]
    public async Task A_signature_in_a_document_may_carry_objects_too()
    {
        foreach (var method in CanonicalizationMethod.All)
        {
            var signed = await Signed.Enveloped(
                "<a xmlns='urn:d' xmlns:u='urn:u' xml:lang='vi'><b Id='place'/></a>", Signed.Options() with { Canonicalization = method }, SignaturePlace.InElement("place"),
                new SignatureReference.XmlObject(Source("<c xmlns=''/>")) { Canonicalization = method }, new SignatureReference.WholeDocument { Canonicalization = method });
            XmlSec1.AssertVerifies(signed);
            XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
        }
    }
}
