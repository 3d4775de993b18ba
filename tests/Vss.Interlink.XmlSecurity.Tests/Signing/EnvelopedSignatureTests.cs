using System.Text;
using Vss.Interlink.XmlSecurity.Signing;
using Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

public sealed class EnvelopedSignatureTests
{
    private const string Document = "<e:Evidence xmlns:e='urn:x' xmlns:unused='urn:y'><e:A b='1&#10;2'>chữ ký &amp; <![CDATA[<x>]]></e:A></e:Evidence>";

    [Fact]
    public async Task Xmlsec_verifies_a_baseline_signature_and_refuses_it_when_one_character_changed()
    {
        var signed = await Signed.Enveloped(Document);
        XmlSec1.AssertVerifies(signed);
        XmlSec1.AssertRefuses(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(signed).Replace("chữ ký", "chữ kí", StringComparison.Ordinal)));
    }

    public static TheoryData<string> AlgorithmsOfXmlsec => new(SignatureAlgorithm.All.Where(one => one.Family != SignatureFamily.RsaPss).Select(one => one.Uri));

    [Theory]
    [MemberData(nameof(AlgorithmsOfXmlsec))]
    public async Task Xmlsec_verifies_each_algorithm(string uri) =>
        XmlSec1.AssertVerifies(await Signed.Enveloped(Document, Signed.Options(SignatureAlgorithm.All.Single(one => one.Uri == uri))));

    public static TheoryData<string> Methods => new(CanonicalizationMethod.All.Select(method => method.Uri));

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Xmlsec_verifies_each_canonical_form_of_the_document_and_of_SignedInfo(string uri)
    {
        Assert.True(CanonicalizationMethod.TryFromUri(uri, out var method));
        var signed = await Signed.Enveloped(
            "<?xml version='1.0'?><?pi before?><!-- b --><a xmlns='urn:d' xmlns:unused='urn:u' xml:lang='vi' xml:base='http://x/y/'><!-- c --><b xmlns='' xml:base='../z'/>\r\n</a><!-- after --><?pi after?>",
            Signed.Options() with { Canonicalization = method }, null, new SignatureReference.WholeDocument { Canonicalization = method });
        XmlSec1.AssertVerifies(signed);
    }
}
