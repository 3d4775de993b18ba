using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

public sealed class SigningRefusalTests
{
    private static readonly SignatureReference s_element = new SignatureReference.Element("x");

    [Theory]
    [InlineData("<a")]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("")]
    [InlineData("<a xmlns='relative'/>")]
    public void What_is_no_document_is_refused_with_the_place(string xml) => Assert.Equal(SigningRefusalKind.Document, Signed.Refusal(xml).Kind);

    [Fact]
    public void A_reference_to_an_identifier_that_is_not_there_is_refused() => Assert.Equal(SigningRefusalKind.NothingReferenced, Signed.Refusal("<a Id='y'/>", references: s_element).Kind);

    [Fact]
    public void One_identifier_on_two_elements_is_refused() => Assert.Equal(SigningRefusalKind.Document, Signed.Refusal("<a><b Id='x'/><c xml:id='x'/></a>", references: s_element).Kind);

    [Fact]
    public void An_attribute_identifies_only_by_the_callers_rules() =>
        Assert.Equal(SigningRefusalKind.NothingReferenced, Signed.Refusal("<a Id='x'/>", Signed.Options() with { Ids = XmlIdRules.WsSecurity }, references: s_element).Kind);

    [Fact]
    public void A_place_that_is_missing_or_there_twice_is_refused()
    {
        Assert.Equal(SigningRefusalKind.NoPlace, Signed.Refusal("<a/>", place: SignaturePlace.InElement("urn:x", "b")).Kind);
        Assert.Equal(SigningRefusalKind.NoPlace, Signed.Refusal("<a/>", place: SignaturePlace.InElement("b")).Kind);
        Assert.Equal(SigningRefusalKind.NoPlace, Signed.Refusal("<a><b/><b/></a>", place: SignaturePlace.InElement("", "b")).Kind);
    }

    [Theory]
    [InlineData("s")]
    [InlineData("s-value")]
    [InlineData("s-properties")]
    [InlineData("s-reference-0")]
    public void A_given_identifier_that_the_document_has_already_is_refused(string id) => Assert.Equal(SigningRefusalKind.IdTaken, Signed.Refusal($"<a><b Id='{id}'/></a>", Signed.Options() with { Id = "s" }).Kind);

    [Theory]
    [InlineData("<c Id='x'/>", SigningRefusalKind.Document)]
    [InlineData("<c Id='s'/>", SigningRefusalKind.IdTaken)]
    public void What_is_carried_has_no_identifier_of_the_document_or_of_the_signature(string carried, SigningRefusalKind kind) => Assert.Equal(
        kind, Signed.Refusal("<a Id='x'/>", Signed.Options() with { Id = "s" }, null, new SignatureReference.XmlObject(OctetSource.Of(System.Text.Encoding.UTF8.GetBytes(carried)))).Kind);

    [Fact]
    public void What_does_not_fit_together_throws()
    {
        var rsa = Signed.Options();
        Assert.Throws<ArgumentException>(() => Signed.Refusal("<a/>", rsa with { Algorithm = SignatureAlgorithm.EcdsaSha256 }));
        Assert.Throws<ArgumentException>(() => Signed.Refusal("<a/>", rsa with { Id = "1 no name" }));
        Assert.Throws<ArgumentException>(() => XmlSigner.PrepareAlone([s_element], rsa, new XmlLimits()));
        Assert.Throws<ArgumentException>(() => XmlSigner.PrepareAlone([], rsa, new XmlLimits()));
        Assert.Throws<ArgumentException>(() => XmlSigner.PrepareAlone([new SignatureReference.ExternalDigest("x", new byte[20])], rsa, new XmlLimits()));
        Assert.Throws<ArgumentException>(() => XmlSigner.PrepareAlone([new SignatureReference.ExternalDigest("\u0001", new byte[32])], rsa, new XmlLimits()));
        Assert.Throws<ArgumentException>(() => OctetSource.Of(new System.IO.Compression.GZipStream(new MemoryStream(), System.IO.Compression.CompressionMode.Decompress)));
    }

    [Fact]
    public async Task A_value_of_another_length_than_the_keys_throws()
    {
        using var prepared = XmlSigner.Prepare(OctetSource.Of("<a/>"u8.ToArray()), SignaturePlace.InRoot, [new SignatureReference.WholeDocument()], Signed.Options(), new XmlLimits()).Signature!;
        await Assert.ThrowsAsync<ArgumentException>(() => prepared.FinishAsync(new byte[70], Stream.Null, default));
    }
}
