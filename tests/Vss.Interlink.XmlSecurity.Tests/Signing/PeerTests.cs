using System.Text;
using Vss.Interlink.XmlSecurity.Signing;
using Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>What is signed here verifies elsewhere: each algorithm and canonical form with each peer that knows it.</summary>
public sealed class PeerTests
{
    private const string Document =
        "<?xml version='1.0'?><!-- before --><a xmlns='urn:d' xmlns:p='urn:p' xmlns:unused='urn:u' xml:lang='vi'><!-- c --><b xmlns='' p:x='&quot;1&#9;'>chữ ký</b><p:c Id='signed' xml:space='default'><p:d/></p:c>\r\n</a><?after pi?>";

    // Without what xml-crypto and SignedXml are wrong about.
    private const string Plain =
        "<a xmlns='urn:d' xmlns:p='urn:p' xmlns:unused='urn:u'><!-- c --><b xmlns='' p:x='&quot;1&#9;'>chữ ký</b><p:c Id='signed'><p:d/></p:c></a>";

    public static TheoryData<string> Algorithms => new(SignatureAlgorithm.All.Select(one => one.Uri));

    public static TheoryData<string> Methods => new(CanonicalizationMethod.All.Select(method => method.Uri));

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Santuario_verifies_each_algorithm_and_refuses_it_when_one_character_changed(string uri)
    {
        var algorithm = SignatureAlgorithm.All.Single(one => one.Uri == uri);
        var signed = await Signed.Enveloped(Document, Signed.Options(algorithm));
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.For(algorithm));
        XmlPeer.Santuario.AssertRefuses(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(signed).Replace("chữ ký", "chữ kí", StringComparison.Ordinal)), TestKeys.For(algorithm));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Santuario_and_xmlsec_verify_each_canonical_form_of_the_document_and_of_an_element_and_of_SignedInfo(string uri)
    {
        Assert.True(CanonicalizationMethod.TryFromUri(uri, out var method));
        var signed = await Signed.Enveloped(
            Document, Signed.Options() with { Canonicalization = method }, SignaturePlace.InElement("urn:p", "c"),
            new SignatureReference.WholeDocument { Canonicalization = method }, new SignatureReference.Element("signed") { Canonicalization = method });
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
        XmlSec1.AssertVerifies(signed, "--id-attr:Id", "urn:p:c");
    }

    [Theory]
    [InlineData("unused p")]
    [InlineData("#default unused")]
    public async Task A_list_of_inclusive_prefixes_verifies_elsewhere(string prefixes)
    {
        var signed = await Signed.Enveloped(
            Plain, null, null, new SignatureReference.WholeDocument { InclusivePrefixes = prefixes }, new SignatureReference.Element("signed") { InclusivePrefixes = prefixes });
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.Rsa);
        XmlSec1.AssertVerifies(signed, "--id-attr:Id", "urn:p:c");
        if (!prefixes.Contains("#default", StringComparison.Ordinal)) XmlPeer.XmlCrypto.AssertVerifies(signed, TestKeys.Rsa);   // which it takes for a prefix
    }

    public static TheoryData<string> AlgorithmsOfXmlCrypto => new(SignatureAlgorithm.RsaSha256.Uri, SignatureAlgorithm.RsaSha512.Uri, SignatureAlgorithm.RsaPssSha256.Uri);

    [Theory]
    [MemberData(nameof(AlgorithmsOfXmlCrypto))]
    public async Task Xml_crypto_verifies_what_it_knows_and_refuses_it_when_one_character_changed(string uri)
    {
        var algorithm = SignatureAlgorithm.All.Single(one => one.Uri == uri);
        var signed = await Signed.Enveloped(Plain, Signed.Options(algorithm));
        XmlPeer.XmlCrypto.AssertVerifies(signed, TestKeys.Rsa);
        XmlPeer.XmlCrypto.AssertRefuses(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(signed).Replace("chữ ký", "chữ kí", StringComparison.Ordinal)), TestKeys.Rsa);
    }

    [Theory]
    [InlineData(PeerSignature.Enveloped)]
    [InlineData(PeerSignature.Element)]
    [InlineData(PeerSignature.Enveloping)]
    [InlineData(PeerSignature.Detached)]
    internal void What_Santuario_signs_xmlsec_verifies(PeerSignature what)
    {
        var signed = XmlPeer.Santuario.Sign(Encoding.UTF8.GetBytes(Document), what, SignatureAlgorithm.EcdsaSha384, CanonicalizationMethod.Inclusive11);
        XmlPeer.Santuario.AssertVerifies(signed, TestKeys.For(SignatureAlgorithm.EcdsaSha384), [(XmlPeer.DetachedName, Encoding.UTF8.GetBytes(Document))]);
        if (what != PeerSignature.Detached) XmlSec1.AssertVerifies(signed, "--id-attr:Id", "urn:p:c");
    }

    [Theory]
    [InlineData(PeerSignature.Enveloped)]
    [InlineData(PeerSignature.Element)]
    internal void What_xml_crypto_signs_Santuario_verifies(PeerSignature what) => XmlPeer.Santuario.AssertVerifies(
        XmlPeer.XmlCrypto.Sign(Encoding.UTF8.GetBytes(Plain), what, SignatureAlgorithm.RsaPssSha256, CanonicalizationMethod.Exclusive), TestKeys.Rsa);
}
