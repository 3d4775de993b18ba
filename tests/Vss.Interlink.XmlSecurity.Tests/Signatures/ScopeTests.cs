using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;
using Ours = Vss.Interlink.XmlSecurity.Tests.Signing.Signed;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>A scope is full only when nothing that a reader of the document sees can be changed or added.</summary>
public sealed class ScopeTests
{
    private const string Base64Transform = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/>";

    [Theory]
    [InlineData("", SignatureScope.Full)]
    [InlineData("<?xml-stylesheet href=\"evil.css\"?>", SignatureScope.Partial)]
    [InlineData("<!-- note -->", SignatureScope.Full)]
    public void A_root_that_is_signed_by_its_identifier_is_not_all_of_a_document_with_an_instruction_beside_it(string beside, SignatureScope scope)
    {
        var document = ById("<Dossier Id=\"D-1\"><Text>a text</Text></Dossier>");
        Assert.Equal(scope, Verified.Intact([.. System.Text.Encoding.UTF8.GetBytes(beside), .. document]).Scope);
        Assert.Equal(scope, Verified.Intact([.. document, .. System.Text.Encoding.UTF8.GetBytes(beside)]).Scope);
    }

    [Fact]
    public void A_whole_document_has_the_instructions_beside_its_root_signed_too()
    {
        var document = DotNetSigner.Enveloped("<?x y?><Dossier><Text>a text</Text></Dossier>");
        Assert.Equal(SignatureScope.Full, Verified.Intact(document).Scope);
        Verified.Refused(SignatureRules.Digest, Verified.Replaced(document, "<?x y?>", "<?x z?>"));
    }

    [Fact]
    public void Who_signed_comments_has_not_signed_those_beside_the_root_by_its_identifier()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var comments = $"<ds:Transform Algorithm=\"{Xmlsec.Exclusive}WithComments\"/>";
        var template = Xmlsec.Template(Xmlsec.Reference("#xpointer(id('D-1'))", Xmlsec.EnvelopedTransform + comments));
        var document = Xmlsec.Sign($"<Dossier Id=\"D-1\"><!-- signed -->{template}</Dossier>", Signers.Rsa, Signers.RsaCertificate.RawData, "Dossier");
        Assert.Equal(SignatureScope.Full, Verified.Intact(document).Scope);
        Assert.Equal(SignatureScope.Partial, Verified.Intact([.. document, .. "<!-- evil -->"u8]).Scope);
    }

    [Fact]
    public void A_document_whose_text_alone_is_signed_as_base64_is_not_covered_nor_is_an_element()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        const string text = "<Dossier><Part Id=\"P-1\">AAAA</Part>SIGNATURE</Dossier>";
        var report = Verified.Intact(Signed(text, "#P-1", [0, 0, 0]));
        Assert.Equal(SignatureScope.Partial, report.Scope);
        Assert.Contains(report.Parts, part => part is { LocalName: "Part", Standing: PartStanding.InPart });

        // Tags may be put into it, and the digest is the same.
        var wrapped = Verified.Intact(Verified.Replaced(Signed(text, "#P-1", [0, 0, 0]), ">AAAA<", "><Evil a=\"b\">AA</Evil>AA<"));
        Assert.Contains(wrapped.Parts, part => part is { LocalName: "Evil", Standing: PartStanding.NotSigned });

        // The whole document: its root stands before the signature, all of whose texts would be base64 too, so the signature carries no other text than that.
        var whole = Verified.Only(Signed(text, "", [0, 0, 0]));
        Assert.NotEqual(SignatureScope.Full, whole.Scope);
        Assert.DoesNotContain(whole.Verdict.Covered, covered => covered.Kind == CoverageKind.WholeDocument);
    }

    [Fact]
    public void An_object_of_base64_is_covered_while_nothing_but_text_is_in_it()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var document = Signed("SIGNATURE", "#O-1", [1, 2, 3], "<ds:Object Id=\"O-1\">AQID</ds:Object>");
        Assert.Equal(SignatureScope.Full, Verified.Intact(document).Scope);
        Assert.Equal(SignatureScope.Partial, Verified.Intact(Verified.Replaced(document, ">AQID<", ">AQ<evil/>ID<")).Scope);
        Assert.Equal(SignatureScope.Partial, Verified.Intact(Verified.Replaced(document, "</ds:Signature>", "<ds:Object>evil</ds:Object></ds:Signature>")).Scope);
    }

    [Fact]
    public void What_stands_around_signed_content_in_an_object_is_content_too()
    {
        Assert.SkipUnless(Xmlsec.IsHere && HandSigner.CanSign, "xmlsec1 or libxml2 is not installed");
        var template = Xmlsec.Template(Xmlsec.Reference("#x", Xmlsec.ExclusiveTransform), behind: "<ds:Object><x Id=\"x\">inside</x></ds:Object>");
        var document = Xmlsec.Sign(template, Signers.Rsa, Signers.RsaCertificate.RawData, "x");
        Assert.Equal(SignatureScope.Full, Verified.Intact(document).Scope);
        Assert.Equal(SignatureScope.Partial, Verified.Intact(Verified.Replaced(document, "<ds:Object>", "<ds:Object>evil")).Scope);
        Assert.Equal(SignatureScope.Partial, Verified.Intact(Verified.Replaced(Verified.Replaced(document, "<ds:Object>", "<ds:Object><ds:Manifests a=\"evil\">"), "</ds:Object>", "</ds:Manifests></ds:Object>")).Scope);

        var properties = XadesDocuments.BasicLevel();
        Assert.Equal(SignatureScope.Full, Verified.Intact(properties).Scope);
        Assert.Equal(SignatureScope.Partial, Verified.Intact(Verified.Replaced(properties, "<ds:Object>", "<ds:Object><![CDATA[evil]]>")).Scope);
    }

    [Fact]
    public async Task An_object_that_was_put_around_a_signed_one_or_moved_to_the_properties_is_not_covered()
    {
        var document = await Ours.Alone(Ours.Options() with { Xades = new XadesProperties { SigningTime = Ours.At } }, new SignatureReference.XmlObject(OctetSource.Of("<a>carried</a>"u8.ToArray())) { ObjectId = "carried" });
        Assert.Equal(SignatureScope.Full, Verified.Intact(document).Scope);
        var opened = Verified.Replaced(document, "<ds:Object Id=\"carried\"", "<ds:Object><ds:Object Id=\"carried\"");
        foreach (var moved in (byte[][])[Verified.Replaced(opened, "</a></ds:Object>", "</a></ds:Object></ds:Object>"), Verified.Replaced(opened, "</a></ds:Object><ds:Object>", "</a></ds:Object>")])
            Assert.Equal(SignatureScope.Partial, Verified.Intact(moved).Scope);
    }

    [Theory]
    [InlineData("<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"/></ds:Transform>")]
    [InlineData("<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">/descendant::ds:Signature</f:XPath></ds:Transform>")]
    public void Parameters_of_a_reference_are_signed_with_it_whatever_namespace_they_have(string transform)
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var template = Xmlsec.Template(Xmlsec.Reference("", Xmlsec.EnvelopedTransform + transform));
        Assert.Equal(SignatureScope.Full, Verified.Intact(Xmlsec.Sign($"<Dossier>{template}</Dossier>", Signers.Rsa, Signers.RsaCertificate.RawData)).Scope);
    }

    private static byte[] ById(string text) => DotNetSigner.Enveloped(text, change: signed => ((System.Security.Cryptography.Xml.Reference)signed.SignedInfo!.References[0]!).Uri = "#D-1");

    private static byte[] Signed(string text, string uri, byte[] octets, string behind = "")
    {
        var reference = Xmlsec.Reference(uri, Base64Transform).Replace("<ds:DigestValue/>", $"<ds:DigestValue>{Convert.ToBase64String(SHA256.HashData(octets))}</ds:DigestValue>", StringComparison.Ordinal);
        var template = Xmlsec.Template(reference, behind: behind).Replace("<ds:SignatureValue/>", "<ds:SignatureValue>@value@</ds:SignatureValue>", StringComparison.Ordinal)
            .Replace("<ds:X509Data/>", $"<ds:X509Data><ds:X509Certificate>{XadesDocuments.Certificate}</ds:X509Certificate></ds:X509Data>", StringComparison.Ordinal);
        return HandSigner.Sign(text.Replace("SIGNATURE", template, StringComparison.Ordinal));
    }
}
