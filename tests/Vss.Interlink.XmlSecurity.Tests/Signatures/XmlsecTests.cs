using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>What xmlsec1 signs, each algorithm, form and transform, is intact; a letter changed in it, and it is broken.</summary>
public sealed class XmlsecTests
{
    private const string Text = "<a:Dossier xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" b:x=\"&lt;1&#xD;\" a:y='2'><!-- note --><a:Text><![CDATA[a < b]]> tiếng Việt &#x1F600;</a:Text><?go on?>SIGNATURE</a:Dossier>";

    private static readonly Dictionary<string, AsymmetricAlgorithm> s_keys = new() { ["rsa"] = Signers.Rsa, ["p256"] = Signers.P256, ["p384"] = Signers.P384, ["p521"] = Signers.P521 };

    [Theory]
    [InlineData("rsa", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")]
    [InlineData("rsa", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384")]
    [InlineData("rsa", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512")]
    [InlineData("p256", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")]
    [InlineData("p384", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384")]
    [InlineData("p521", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512")]
    public void Every_algorithm_verifies_and_a_changed_letter_breaks_the_digest(string key, string method, string digest)
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var signer = s_keys[key];
        var template = Xmlsec.Template(Xmlsec.Reference("", Xmlsec.EnvelopedTransform + Xmlsec.ExclusiveTransform, digest), method);
        var document = Xmlsec.Sign(Text.Replace("SIGNATURE", template, StringComparison.Ordinal), signer, null);
        var info = signer.ExportSubjectPublicKeyInfo();
        var request = Verified.KeepingAll with { Key = SignerKey.OfPublicKey(info) };
        var report = Verified.Intact(document, request);
        Assert.Equal(Indication.TotalPassed, report.Verdict.Indication);
        Verified.Refused(SignatureRules.Digest, Verified.Replaced(document, "a:y=\"2\"", "a:y=\"3\""), request);
        Verified.Refused(SignatureRules.Value, document, request with { Key = SignerKey.OfPublicKey(key == "rsa" ? Signers.OtherRsa.ExportSubjectPublicKeyInfo() : Another(signer)) });
    }

    [Theory]
    [InlineData("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")]
    [InlineData("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments")]
    [InlineData("http://www.w3.org/2006/12/xml-c14n11")]
    [InlineData("http://www.w3.org/2006/12/xml-c14n11#WithComments")]
    [InlineData("http://www.w3.org/2001/10/xml-exc-c14n#")]
    [InlineData("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")]
    public void Every_canonicalisation_verifies_of_document_element_and_signed_info(string canonicalization)
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var transform = $"<ds:Transform Algorithm=\"{canonicalization}\"/>";
        var references = Xmlsec.Reference("", Xmlsec.EnvelopedTransform + transform) + Xmlsec.Reference("#part", transform) + Xmlsec.Reference("#xpointer(id('part'))", transform) + Xmlsec.Reference("#part", "");
        var template = Xmlsec.Template(references, canonicalization: canonicalization);
        var text = $"<a:Dossier xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" xml:lang=\"vi\"><a:Part Id=\"part\" b:x=\"1\"><!-- note --><b:In>text</b:In></a:Part>{template}</a:Dossier>";
        var report = Verified.Intact(Xmlsec.Sign(text, Signers.Rsa, Signers.RsaCertificate.RawData, "urn:a:Part"));
        Assert.Equal(SignatureScope.Full, report.Scope);
        Assert.Equal(4, report.References.Count);
        var withComments = canonicalization.EndsWith("#WithComments", StringComparison.Ordinal);
        Assert.DoesNotContain("note", Verified.Text(report.References[1].Octets), StringComparison.Ordinal);
        Assert.Equal(withComments, Verified.Text(report.References[2].Octets).Contains("note", StringComparison.Ordinal));
    }

    [Fact]
    public void A_prefix_list_is_honoured()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var transform = $"<ds:Transform Algorithm=\"{Xmlsec.Exclusive}\"><ec:InclusiveNamespaces xmlns:ec=\"{Xmlsec.Exclusive}\" PrefixList=\"b xs #default\"/></ds:Transform>";
        var text = $"<a:Dossier xmlns=\"urn:d\" xmlns:a=\"urn:a\" xmlns:b=\"urn:b\"><a:Part Id=\"part\"><In xmlns:xs=\"urn:xs\" type=\"xs:string\"/></a:Part>{Xmlsec.Template(Xmlsec.Reference("#part", transform))}</a:Dossier>";
        var report = Verified.Intact(Xmlsec.Sign(text, Signers.Rsa, Signers.RsaCertificate.RawData, "urn:a:Part"));
        Assert.Equal("<a:Part xmlns=\"urn:d\" xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" Id=\"part\"><In xmlns:xs=\"urn:xs\" type=\"xs:string\"></In></a:Part>", Verified.Text(report.References[0].Octets));
    }

    [Fact]
    public void An_enveloping_signature_covers_its_object()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var template = Xmlsec.Template(Xmlsec.Reference("#o", Xmlsec.ExclusiveTransform), behind: "<ds:Object Id=\"o\"><x>inside</x></ds:Object>");
        var document = Xmlsec.Sign(template, Signers.Rsa, Signers.RsaCertificate.RawData, "Object");
        var report = Verified.Intact(document);
        Assert.Equal(SignatureScope.Full, report.Scope);
        Assert.Contains("<x>inside</x>", Verified.Text(report.References[0].Octets), StringComparison.Ordinal);

        // A second Object that nobody signed leaves the scope partial and is named.
        var added = Verified.Intact(Verified.Replaced(document, "</ds:Signature>", "<ds:Object><x>evil</x></ds:Object></ds:Signature>"));
        Assert.Equal(SignatureScope.Partial, added.Scope);
        Assert.Contains(added.Parts, part => part is { LocalName: "Object", Standing: PartStanding.NotSigned });
    }

    [Fact]
    public void The_base64_transform_digests_what_the_text_decodes_to()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var octets = RandomNumberGenerator.GetBytes(40_000);
        var content = Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks);
        var template = Xmlsec.Template(Xmlsec.Reference("#o", "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/>"), behind: $"<ds:Object Id=\"o\">{content}</ds:Object>");
        var report = Verified.Intact(Xmlsec.Sign(template, Signers.Rsa, Signers.RsaCertificate.RawData, "Object"));
        using var read = new MemoryStream();
        using var signed = report.References[0].Octets!.Open();
        signed.CopyTo(read);
        Assert.Equal(octets, read.ToArray());
    }

    [Theory]
    [InlineData("<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath xmlns:q=\"http://www.w3.org/2000/09/xmldsig#\"> not(ancestor-or-self::q:Signature)\n</ds:XPath></ds:Transform>")]
    [InlineData("<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"subtract\">/descendant::ds:Signature</f:XPath></ds:Transform>")]
    public void The_two_tolerated_idioms_leave_out_every_signature(string idiom)
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var one = Xmlsec.Template(Xmlsec.Reference("", idiom + Xmlsec.ExclusiveTransform));
        var signed = Encoding.UTF8.GetString(Xmlsec.Sign($"<Dossier xmlns:ds=\"{Xmlsec.Dsig}\"><Text>x</Text>{one}</Dossier>", Signers.Rsa, Signers.RsaCertificate.RawData));

        // Another one beside it changes nothing for the first, which leaves it out, and says so.
        var first = signed[signed.IndexOf("<ds:Signature", StringComparison.Ordinal)..signed.IndexOf("</Dossier>", StringComparison.Ordinal)];
        using var both = SignatureVerifier.Verify(Encoding.UTF8.GetBytes(signed.Replace("</Dossier>", first + "</Dossier>", StringComparison.Ordinal)), Verified.KeepingAll);
        Assert.Equal(2, both.Signatures.Count);
        Assert.All(both.Signatures, report =>
        {
            Assert.Equal(SignatureIntegrity.Intact, report.Integrity);
            Assert.Equal("<Dossier xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><Text>x</Text></Dossier>".Replace(" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", "", StringComparison.Ordinal), Verified.Text(report.References[0].Octets));
            Assert.Contains(report.Parts, part => part is { LocalName: "Signature", Standing: PartStanding.NotSigned });
        });
    }

    [Fact]
    public void A_detached_content_is_taken_from_the_caller_by_name_and_never_fetched()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "a content beside the signature");
            var document = Xmlsec.Sign(Xmlsec.Template(Xmlsec.Reference("file://" + path, "")), Signers.Rsa, Signers.RsaCertificate.RawData);
            Verified.Refused(SignatureRules.ReferenceExternal, document);
            var octets = File.ReadAllBytes(path);
            DetachedContent[] same = [DetachedContent.Of(octets), DetachedContent.Of(() => new MemoryStream(octets)), DetachedContent.OfDigest(HashAlgorithmName.SHA256, SHA256.HashData(octets))];
            foreach (var content in same)
            {
                var report = Verified.Intact(document, Verified.KeepingAll with { Contents = new Dictionary<string, DetachedContent> { ["file://" + path] = content } });
                Assert.Equal(CoverageKind.External, Assert.Single(report.Verdict.Covered).Kind);
                Assert.Equal(SignatureScope.Full, report.Scope);
            }

            octets[0]++;
            Verified.Refused(SignatureRules.Digest, document, Verified.KeepingAll with { Contents = new Dictionary<string, DetachedContent> { ["file://" + path] = DetachedContent.Of(octets) } });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_signed_manifest_is_checked_and_reported()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var manifest = $"<ds:Object><ds:Manifest Id=\"m\">{Xmlsec.Reference("#p", Xmlsec.ExclusiveTransform)}</ds:Manifest></ds:Object>";
        var template = Xmlsec.Template(Xmlsec.Reference("#m", Xmlsec.ExclusiveTransform, attributes: "Type=\"http://www.w3.org/2000/09/xmldsig#Manifest\""), behind: manifest);
        var document = Xmlsec.Sign($"<Dossier><Part Id=\"p\">text</Part>{template}</Dossier>", Signers.Rsa, Signers.RsaCertificate.RawData, "Part", "Manifest");
        var report = Verified.Intact(document);
        var found = Assert.Single(report.Manifests);
        Assert.True(found.IsSigned);
        Assert.Equal(SignatureIntegrity.Intact, Assert.Single(found.References).Integrity);
        var broken = Verified.Refused(SignatureRules.ManifestDigest, Verified.Replaced(document, ">text<", ">evil<"));
        Assert.Equal(SignatureIntegrity.Broken, broken.Manifests[0].References[0].Integrity);
    }

    [Fact]
    public void Sha1_verifies_under_the_legacy_policy_only()
    {
        Assert.SkipUnless(Xmlsec.IsHere, "xmlsec1 is not installed");
        var template = Xmlsec.Template(Xmlsec.Reference("", Xmlsec.EnvelopedTransform, "http://www.w3.org/2000/09/xmldsig#sha1"), "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315");
        var document = Xmlsec.Sign($"<Dossier>{template}</Dossier>", Signers.ShortRsa, null);
        var key = SignerKey.OfPublicKey(Signers.ShortRsa.ExportSubjectPublicKeyInfo());
        Verified.Refused(SignatureRules.AlgorithmSha1, document, Verified.KeepingAll with { Key = key });
        Verified.Intact(document, Verified.KeepingAll with { Key = key, Policy = SignaturePolicy.Legacy });
    }

    [Fact]
    public void A_short_rsa_key_is_refused_by_default()
    {
        var document = DotNetSigner.Enveloped("<Dossier/>", key: Signers.ShortRsa);
        Verified.Refused(SignatureRules.KeyLength, document, Verified.KeepingAll with { Key = SignerKey.OfPublicKey(Signers.ShortRsa.ExportSubjectPublicKeyInfo()) });
    }

    private static byte[] Another(AsymmetricAlgorithm key)
    {
        using var other = ECDsa.Create(((ECDsa)key).ExportParameters(false).Curve);
        return other.ExportSubjectPublicKeyInfo();
    }
}
