using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>Each way around a signature that is known of XML-DSig verifiers, refused by its rule.</summary>
public sealed class RefusalTests
{
    private const string Dossier = "<Dossier><Text>a text</Text></Dossier>";

    private static readonly byte[] s_signed = DotNetSigner.Enveloped(Dossier);

    public static TheoryData<string, string, string> Changes() => new()
    {
        { SignatureRules.Structure, "<KeyInfo>", "<SignedInfo/><KeyInfo>" },
        { SignatureRules.Structure, "<SignedInfo>", "<SignedInfo/><SignedInfo>" },
        { SignatureRules.Structure, "<SignatureValue>", "<SignatureValue>AAAA</SignatureValue><SignatureValue>" },
        { SignatureRules.Structure, "<SignatureMethod ", "<Other/><SignatureMethod " },
        { SignatureRules.Structure, "<SignedInfo>", "<SignedInfo>text" },
        { SignatureRules.Structure, "</KeyInfo>", "</KeyInfo><KeyInfo/>" },
        { SignatureRules.Structure, "</KeyInfo>", "</KeyInfo><Other/>" },
        { SignatureRules.Structure, "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\" />", "<DigestMethod/>" },
        { SignatureRules.Text, "<DigestValue>", "<DigestValue><!-- -->" },
        { SignatureRules.Text, "<DigestValue>", "<DigestValue><?x?>" },
        { SignatureRules.Text, "</DigestValue>", "<![CDATA[]]></DigestValue>" },
        { SignatureRules.Text, "<SignatureValue>", "<SignatureValue>*" },
        { SignatureRules.Text, "<SignatureValue>", "<SignatureValue><!-- AAAA -->" },
        { SignatureRules.Text, "<X509Certificate>", "<X509Certificate><!-- -->" },
        { SignatureRules.AlgorithmSignature, "xmldsig-more#rsa-sha256", "xmldsig-more#rsa-whirlpool" },
        { SignatureRules.AlgorithmSha1, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1" },
        { SignatureRules.AlgorithmMd5, "xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5" },
        { SignatureRules.AlgorithmHmac, "xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256" },
        { SignatureRules.AlgorithmDsa, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#dsa-sha1" },
        { SignatureRules.AlgorithmDigest, "2001/04/xmlenc#sha256", "2001/04/xmlenc#ripemd160" },
        { SignatureRules.AlgorithmC14n, "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"", "<CanonicalizationMethod Algorithm=\"urn:none\"" },
        { SignatureRules.TransformXslt, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116" },
        { SignatureRules.TransformDecryption, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2002/07/decrypt#XML" },
        { SignatureRules.Transform, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "urn:transform" },
        { SignatureRules.Transform, "<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\" />", "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>" },
        { SignatureRules.ReferenceExternal, "URI=\"\"", "URI=\"file:///etc/passwd\"" },
        { SignatureRules.ReferenceExternal, "URI=\"\"", "URI=\"http://localhost/\"" },
        { SignatureRules.ReferenceResolved, "URI=\"\"", "URI=\"#nowhere\"" },
        { SignatureRules.ReferenceResolved, "URI=\"\"", "URI=\"#xpointer(//*)\"" },
        { SignatureRules.ReferenceResolved, "URI=\"\"", "Id=\"r\"" },
        { SignatureRules.RetrievalMethod, "<X509Data>", "<RetrievalMethod URI=\"http://localhost/key\"/><X509Data>" },
        { SignatureRules.KeyInfoReference, "<X509Data>", "<k:KeyInfoReference xmlns:k=\"http://www.w3.org/2009/xmldsig11#\" URI=\"#x\"/><X509Data>" },
        { SignatureRules.Digest, "a text", "b text" },
        { SignatureRules.Digest, "<Dossier>", "<Dossier a=\"b\">" },
        { SignatureRules.Digest, "</Text>", "</Text><Text/>" },
        { SignatureRules.Value, "URI=\"\"", "URI=\"\" Type=\"urn:x\"" },
        { SignatureRules.KeyFound, "<X509Certificate>", "<X509Certificate>AAAA" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_signature_is_refused_by_its_rule(string rule, string old, string changed) => Verified.Refused(rule, Verified.Replaced(s_signed, old, changed));

    [Fact]
    public void Every_octet_of_a_signed_document_matters_or_is_white_space_between()
    {
        // The whole document is covered: whichever letter or digit changes, it is no longer intact by this certificate.
        for (var at = 0; at < s_signed.Length; at += 7)
        {
            if (!char.IsAsciiLetterOrDigit((char)s_signed[at])) continue;
            var changed = s_signed.ToArray();
            changed[at] = (byte)(changed[at] == 'x' ? 'y' : 'x');
            using var report = SignatureVerifier.Verify(changed, Verified.KeepingAll);
            var same = report.Signatures.Any(signature => signature.Integrity == SignatureIntegrity.Intact && signature.Verdict.Failure is null && signature.SigningCertificate.Span.SequenceEqual(Signers.RsaCertificate.RawData));
            Assert.False(same, $"octet {at}: {Encoding.UTF8.GetString(s_signed.AsSpan(at))[..Math.Min(40, s_signed.Length - at)]}");
        }
    }

    [Fact]
    public void Two_signed_infos_are_refused_whichever_was_signed()
    {
        var text = Encoding.UTF8.GetString(s_signed);
        var info = text[text.IndexOf("<SignedInfo>", StringComparison.Ordinal)..(text.IndexOf("</SignedInfo>", StringComparison.Ordinal) + 13)];
        Verified.Refused(SignatureRules.Structure, Verified.Replaced(s_signed, info, info + info));
        Verified.Refused(SignatureRules.Structure, Verified.Replaced(s_signed, "</Signature>", info + "</Signature>"));
    }

    [Fact]
    public void An_empty_list_of_references_is_refused()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var text = $"<Dossier>{Xmlsec.Template("").Replace("<ds:SignatureValue/>", "<ds:SignatureValue>@value@</ds:SignatureValue>", StringComparison.Ordinal)}</Dossier>";
        Verified.Refused(SignatureRules.NoReference, HandSigner.Sign(text), Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) });
    }

    [Fact]
    public void An_identifier_of_two_elements_is_refused_when_it_is_referred_to_and_not_otherwise()
    {
        var soap = DotNetSigner.Soap11();
        Verified.Refused(SignatureRules.IdUnique, Verified.Replaced(soap, "<v:Submit ", "<v:Submit Id=\"Body-1\" "));
        Verified.Refused(SignatureRules.IdUnique, Verified.Replaced(soap, "<soap:Header>", "<soap:Header><x xml:id=\"TS-1\"/>"));
        Verified.Refused(SignatureRules.IdUnique, Verified.Replaced(soap, "<soap:Header>", "<soap:Header><x ID=\"X509-1\"/>"));
        Verified.Intact(Verified.Replaced(soap, "<soap:Header>", "<soap:Header><x Id=\"same\"/><x Id=\"same\"/>"));
    }

    [Fact]
    public void A_key_that_differs_from_the_certificate_is_refused()
    {
        var other = Signers.OtherRsa.ExportParameters(false);
        var value = $"<KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(other.Modulus!)}</Modulus><Exponent>{Convert.ToBase64String(other.Exponent!)}</Exponent></RSAKeyValue></KeyValue>";
        Verified.Refused(SignatureRules.KeyAgrees, Verified.Replaced(s_signed, "<X509Data>", value + "<X509Data>"));
        var own = Signers.Rsa.ExportParameters(false);
        var same = $"<KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(own.Modulus!)}</Modulus><Exponent>{Convert.ToBase64String(own.Exponent!)}</Exponent></RSAKeyValue></KeyValue>";
        Verified.Intact(Verified.Replaced(s_signed, "<X509Data>", same + "<X509Data>"));
    }

    [Fact]
    public void A_bare_key_in_the_signature_gives_integrity_only()
    {
        var own = Signers.Rsa.ExportParameters(false);
        var value = $"<KeyInfo><KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(own.Modulus!)}</Modulus><Exponent>{Convert.ToBase64String(own.Exponent!)}</Exponent></RSAKeyValue></KeyValue></KeyInfo>";
        var text = Encoding.UTF8.GetString(s_signed);
        var keyInfo = text[text.IndexOf("<KeyInfo>", StringComparison.Ordinal)..(text.IndexOf("</KeyInfo>", StringComparison.Ordinal) + 10)];
        var report = Verified.Intact(Verified.Replaced(s_signed, keyInfo, value));
        Assert.Equal((KeyOrigin.KeyValue, Indication.Indeterminate, true), (report.KeyOrigin, report.Verdict.Indication, report.SigningCertificate.IsEmpty));
    }

    [Fact]
    public void Hmac_with_the_public_key_as_its_secret_never_verifies()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        foreach (var secret in new[] { Signers.Rsa.ExportSubjectPublicKeyInfo(), Signers.RsaCertificate.RawData })
        {
            var text = $"<Dossier Id=\"D\">{Signature("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")}</Dossier>";
            var document = HandSigner.Sign(text, octets => HMACSHA256.HashData(secret, octets));
            foreach (var policy in SignaturePolicy.All) Verified.Refused(SignatureRules.AlgorithmHmac, document, Verified.KeepingAll with { Policy = policy, Key = SignerKey.OfPublicKey(Signers.Rsa.ExportSubjectPublicKeyInfo()) });
        }
    }

    [Fact]
    public void A_truncated_hmac_is_refused_by_both_of_its_rules()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var text = $"<Dossier Id=\"D\">{Signature("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "<ds:HMACOutputLength>8</ds:HMACOutputLength>")}</Dossier>";
        var report = Verified.Refused(SignatureRules.AlgorithmParameters, HandSigner.Sign(text, _ => [0]));
        Assert.Contains(SignatureRules.AlgorithmHmac, Verified.Broken(report));
        Verified.Refused(SignatureRules.AlgorithmParameters, HandSigner.Sign($"<Dossier Id=\"D\">{Signature(Xmlsec.RsaSha256, "<ds:HMACOutputLength>8</ds:HMACOutputLength>")}</Dossier>"));
    }

    [Theory]
    [InlineData("", 32, true)]
    [InlineData("<p:RSAPSSParams xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha512\"/><p:MaskGenerationFunction Algorithm=\"http://www.w3.org/2007/05/xmldsig-more#MGF1\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha512\"/></p:MaskGenerationFunction><p:SaltLength>64</p:SaltLength><p:TrailerField>1</p:TrailerField></p:RSAPSSParams>", 64, true)]
    [InlineData("<p:RSAPSSParams xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\"><p:SaltLength>0</p:SaltLength></p:RSAPSSParams>", 32, false)]
    [InlineData("<p:RSAPSSParams xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\"><p:TrailerField>2</p:TrailerField></p:RSAPSSParams>", 32, false)]
    [InlineData("<p:RSAPSSParams xmlns:p=\"http://www.w3.org/2007/05/xmldsig-more#\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha512\"/></p:RSAPSSParams>", 64, false)]
    public void Parameters_of_rsassa_pss_are_what_is_computed_or_refused(string parameters, int hash, bool isAccepted)
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var name = hash == 64 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
        var text = $"<Dossier Id=\"D\">{Signature("http://www.w3.org/2007/05/xmldsig-more#rsa-pss", parameters)}</Dossier>";
        var document = HandSigner.Sign(text, octets => Signers.Rsa.SignData(octets, name, RSASignaturePadding.Pss));
        var request = Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) };
        if (isAccepted) Verified.Intact(document, request);
        else Verified.Refused(SignatureRules.AlgorithmParameters, document, request);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void Rsassa_pss_without_parameters_verifies(string hash)
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var text = $"<Dossier Id=\"D\">{Signature($"http://www.w3.org/2007/05/xmldsig-more#{hash}-rsa-MGF1")}</Dossier>";
        var document = HandSigner.Sign(text, octets => Signers.Rsa.SignData(octets, new HashAlgorithmName(hash.ToUpperInvariant()), RSASignaturePadding.Pss));
        Verified.Intact(document, Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) });
    }

    [Fact]
    public void A_digest_over_nothing_after_a_failed_canonicalisation_is_an_error()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");

        // A relative namespace name cannot be canonicalised; the digest is that of no octets at all.
        var none = Convert.ToBase64String(SHA256.HashData([]));
        var text = $"<Dossier><Part Id=\"D\" xmlns:r=\"urn:relative\"/>{Signature(Xmlsec.RsaSha256)}</Dossier>".Replace("@D@", none, StringComparison.Ordinal);
        Verified.Refused(SignatureRules.Canonicalised, Verified.Replaced(HandSigner.Sign(text), "urn:relative", "relative"), Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) });

        // An element of the signature itself that its own transform leaves out: nothing is selected.
        var inside = $"<Dossier>{Signature(Xmlsec.RsaSha256, transforms: Xmlsec.EnvelopedTransform + Xmlsec.ExclusiveTransform, behind: "<ds:Object Id=\"D\"/>")}</Dossier>".Replace("@D@", none, StringComparison.Ordinal);
        Verified.Refused(SignatureRules.Canonicalised, HandSigner.Sign(inside), Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) });
    }

    [Fact]
    public void An_xpath_other_than_the_idiom_is_refused_and_so_is_one_with_a_prefix_of_another_namespace()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        string[] expressions = ["not(ancestor-or-self::x:Signature)", "true()", "not(ancestor-or-self::ds:Signature) or true()", "not(ancestor-or-self::Signature)", "not(ancestor::ds:Signature)"];
        foreach (var expression in expressions)
        {
            var transform = $"<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath xmlns:x=\"urn:x\">{expression}</ds:XPath></ds:Transform>";
            Verified.Refused(SignatureRules.TransformXPath, HandSigner.Sign($"<Dossier Id=\"D\">{Signature(Xmlsec.RsaSha256, transforms: transform)}</Dossier>"), Verified.KeepingAll with { Key = SignerKey.OfCertificate(Signers.RsaCertificate) });
        }
    }

    [Fact]
    public void A_key_on_a_curve_of_its_own_is_none()
    {
        var explicitCurve = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1).ExportSubjectPublicKeyInfo();
        Verified.Refused(SignatureRules.KeyFound, s_signed, Verified.KeepingAll with { Key = SignerKey.OfPublicKey(explicitCurve) });
    }

    [Fact]
    public void Too_many_signatures_references_or_nested_digests_name_their_limit()
    {
        Assert.SkipUnless(HandSigner.CanSign, "libxml2 is not installed");
        var many = string.Concat(Enumerable.Repeat($"<ds:Signature xmlns:ds=\"{Xmlsec.Dsig}\"/>", 33));
        using var report = SignatureVerifier.Verify(Encoding.UTF8.GetBytes($"<Dossier>{many}</Dossier>"), Verified.KeepingAll);
        Assert.Equal(XmlRefusalKind.LimitExceeded, report.Refusal!.Kind);

        var reference = Xmlsec.Reference("#D", "").Replace("<ds:DigestValue/>", $"<ds:DigestValue>{Convert.ToBase64String(new byte[32])}</ds:DigestValue>", StringComparison.Ordinal);
        var references = string.Concat(Enumerable.Repeat(reference, 513));
        Verified.Refused(SignatureRules.Limit, Encoding.UTF8.GetBytes($"<Dossier>{Xmlsec.Template(references)}</Dossier>"));

        // Each reference asks for another canonical form of the same two megabytes.
        var forms = string.Concat(Enumerable.Range(0, 60).Select(index => reference.Replace("<ds:DigestMethod", $"<ds:Transforms><ds:Transform Algorithm=\"{Xmlsec.Exclusive}\"><e:InclusiveNamespaces xmlns:e=\"{Xmlsec.Exclusive}\" PrefixList=\"p{index}\"/></ds:Transform></ds:Transforms><ds:DigestMethod", StringComparison.Ordinal)));
        var text = $"<Dossier><Part Id=\"D\">{new string('x', 2_000_000)}</Part>{Xmlsec.Template(forms).Replace("<ds:SignatureValue/>", "<ds:SignatureValue>AAAA</ds:SignatureValue>", StringComparison.Ordinal)}</Dossier>";
        Verified.Refused(SignatureRules.Limit, Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void A_document_that_is_no_xml_is_refused_and_one_without_a_signature_has_none()
    {
        using var broken = SignatureVerifier.Verify("<a>"u8.ToArray(), Verified.KeepingAll);
        Assert.Equal(XmlRefusalKind.Truncated, broken.Refusal!.Kind);
        using var none = SignatureVerifier.Verify("<a/>"u8.ToArray(), Verified.KeepingAll);
        Assert.Null(none.Refusal);
        Assert.Empty(none.Signatures);
    }

    [Fact]
    public void A_malformed_signature_hides_none_that_stands_in_it_or_behind_it()
    {
        var signature = Encoding.UTF8.GetString(s_signed)["<Dossier><Text>a text</Text>".Length..^"</Dossier>".Length];
        var text = $"<Dossier><Text>a text</Text><ds:Signature xmlns:ds=\"{Xmlsec.Dsig}\"><ds:Wrong>{signature}</ds:Wrong>{signature}</ds:Signature>{signature}</Dossier>";
        using var report = SignatureVerifier.Verify(Encoding.UTF8.GetBytes(text), Verified.KeepingAll);
        Assert.Equal(4, report.Signatures.Count);
        Assert.Equal(SubIndication.FormatFailure, report.Signatures[0].Verdict.SubIndication);
    }

    private static string Signature(string method, string parameters = "", string? transforms = null, string behind = "")
    {
        var reference = Xmlsec.Reference("#D", transforms ?? Xmlsec.EnvelopedTransform + Xmlsec.ExclusiveTransform).Replace("<ds:DigestValue/>", "<ds:DigestValue>@D@</ds:DigestValue>", StringComparison.Ordinal);
        return Xmlsec.Template(reference, method, behind: behind, methodContent: parameters).Replace("<ds:SignatureValue/>", "<ds:SignatureValue>@value@</ds:SignatureValue>", StringComparison.Ordinal);
    }
}
