using System.Text;
using Vss.Interlink.XmlSecurity.Signing;
using Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>Where the signature goes in, and that nothing else changes.</summary>
public sealed class AwkwardDocumentTests
{
    public static TheoryData<string> Documents => new(
        "<a/>",
        "<a />",
        "<a\n x='1'\n/>",
        "<a></a>",
        "<a>text</a\n >",
        "<a>\r\n  <b>x</b>\r\n\ty&#13;&#x9;z\r\n</a>\r\n",
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<!-- before --><?before it?>\n<a/>\n<!-- after -->\n<?after it?>\n",
        "<a xmlns='urn:default'><b xmlns=''/></a>",
        "<a xmlns='http://www.w3.org/2000/09/xmldsig#'><Object/></a>",
        "<ds:a xmlns:ds='urn:other' ds:b='1'><ds:c/></ds:a>",
        "<ds:a xmlns:ds='urn:other' xmlns:xades='urn:another'/>",
        "<a xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:Object/></a>",
        "<a xml:space='preserve' xml:lang='vi' xml:base='urn:x'> <b/> </a>",
        "<tài-liệu thuộc-tính='chữ &quot; ký'>𝔘nicode 𠀀 <![CDATA[]]]]><![CDATA[>]]></tài-liệu>",
        "<a><b Id='x'/><c Id='y'/></a>");

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_octet_of_the_document_stays_and_three_others_verify(string xml)
    {
        var before = Encoding.UTF8.GetBytes(xml);
        var signed = await Signed.Enveloped(before);
        Assert.Equal(xml.EndsWith("/>", StringComparison.Ordinal) || xml.Contains("/>\n<!-- after", StringComparison.Ordinal) ? Opened(xml) : xml, WithoutSignature(Encoding.UTF8.GetString(signed)));
        XmlSec1.AssertVerifies(signed);
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
        Assert.True(PlatformSignedXml.Verifies(signed, TestKeys.Rsa) || PlatformSignedXml.IsWrongAbout(xml));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_document_in_UTF_16_gets_its_signature_in_UTF_16_of_the_same_order(bool isBigEndian)
    {
        var encoding = new UnicodeEncoding(isBigEndian, byteOrderMark: true);
        foreach (var xml in new[] { "<?xml version='1.0' encoding='utf-16'?><a>chữ ký 𠀀</a>", "<ký/>" })
        {
            byte[] before = [.. encoding.GetPreamble(), .. encoding.GetBytes(xml)];
            var signed = await Signed.Enveloped(before);
            var text = encoding.GetString(signed);
            Assert.Equal('\uFEFF', text[0]);
            Assert.Equal(xml.EndsWith("/>", StringComparison.Ordinal) ? Opened(xml) : xml, WithoutSignature(text[1..]));
            XmlSec1.AssertVerifies(signed);
            XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
        }
    }

    [Fact]
    public async Task A_byte_order_mark_stays()
    {
        var signed = await Signed.Enveloped([0xEF, 0xBB, 0xBF, .. "<a/>"u8]);
        Assert.Equal([0xEF, 0xBB, 0xBF], signed[..3]);
        XmlSec1.AssertVerifies(signed);
    }

    [Fact]
    public async Task A_stream_is_signed_from_where_it_stands_and_gives_the_same_as_memory()
    {
        var xml = Encoding.UTF8.GetBytes($"<a>{new string('x', 200_000)}<b/></a><!-- end -->");
        var options = Signed.Options() with { Id = "s" };
        using var input = new MemoryStream([1, 2, 3, .. xml]) { Position = 3 };
        using var output = new MemoryStream();
        Assert.Null(await XmlSigner.SignAsync(
            OctetSource.Of(input), SignaturePlace.InRoot, [new SignatureReference.WholeDocument()], options, new XmlLimits(), TestKeys.Rsa.Signer(options.Algorithm), output, default));
        Assert.Equal(await Signed.Enveloped(xml, options), output.ToArray());
    }

    [Fact]
    public async Task A_second_signature_leaves_the_first_intact_where_the_first_signs_an_element()
    {
        var first = await Signed.Enveloped("<a><b Id='signed'>x</b></a>", null, null, new SignatureReference.Element("signed"));
        var second = await Signed.Enveloped(first);
        foreach (var signature in new[] { "1", "2" })
        {
            XmlSec1.AssertVerifies(second, "--id-attr:Id", "b", "--node-xpath", $"/a/*[local-name()='Signature'][{signature}]");
        }
    }

    internal static string WithoutSignature(string signed)
    {
        var from = signed.IndexOf("<ds:Signature ", StringComparison.Ordinal);
        var to = signed.LastIndexOf("</ds:Signature>", StringComparison.Ordinal) + "</ds:Signature>".Length;
        return signed[..from] + signed[to..];
    }

    // An empty-element tag can hold nothing: it becomes a start tag and an end tag.
    private static string Opened(string xml)
    {
        var at = xml.LastIndexOf("/>", StringComparison.Ordinal);
        var name = xml[(xml.LastIndexOf('<', at) + 1)..].Split(' ', '\n', '/')[0];
        return $"{xml[..at]}></{name}>{xml[(at + 2)..]}";
    }
}
