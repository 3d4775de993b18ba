using System.Text;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;
using Vss.Interlink.XmlSecurity.Tests.Documents;
using Vss.Interlink.XmlSecurity.Tests.Signatures;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>What is signed here is verified here.</summary>
public sealed class OwnVerifierTests
{
    private const string Document = "<?before?><a xmlns='urn:d' xmlns:p='urn:p' xml:lang='vi'><!-- c --><p:b Id='b' p:x='&#9;'>chữ ký<c xmlns=''/></p:b>\r\n</a><!-- after -->";

    private static ValidationDataSource Values => (_, _) => ValueTask.FromResult(new ValidationData([TestKeys.Root], ["crl"u8.ToArray()], ["ocsp"u8.ToArray()]));

    public static TheoryData<string> Algorithms => new(SignatureAlgorithm.All.Select(one => one.Uri));

    public static TheoryData<string> Methods => new(CanonicalizationMethod.All.Select(method => method.Uri));

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Each_algorithm_is_intact(string uri)
    {
        var algorithm = SignatureAlgorithm.All.Single(one => one.Uri == uri);
        var report = Intact(await Signed.Enveloped(Document, Signed.Options(algorithm)), algorithm);
        Assert.Equal((SignatureLevel.B, SignatureScope.Full), (report.Level, report.Scope));
        Assert.Equal(Signed.At, report.Claims!.SigningTime);
        Assert.Contains(uri, report.Algorithms);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Each_canonical_form_is_intact(string uri)
    {
        Assert.True(CanonicalizationMethod.TryFromUri(uri, out var method));
        Intact(await Signed.Enveloped(
            Document, Signed.Options() with { Canonicalization = method }, SignaturePlace.InElement("b"),
            new SignatureReference.WholeDocument { Canonicalization = method }, new SignatureReference.Element("b") { Canonicalization = method },
            new SignatureReference.XmlObject(OctetSource.Of(Encoding.UTF8.GetBytes(Document.Replace("'b'", "'other'", StringComparison.Ordinal)))) { Canonicalization = method }));
    }

    [Fact]
    public async Task Each_level_is_recognised_and_each_time_stamp_is_over_what_it_should_be()
    {
        foreach (var (extension, level, stamps) in new[]
        {
            (XadesExtension.ToT(TestTokens.Source), SignatureLevel.T, 1),
            (XadesExtension.ToLT(TestTokens.Source, Values), SignatureLevel.LT, 1),
            (XadesExtension.ToLTA(TestTokens.Source, Values) with { ImprintDigest = DigestAlgorithm.Sha512 }, SignatureLevel.LTA, 2),
        })
        {
            var xades = new XadesProperties { SigningTime = Signed.At, Extension = extension };
            AssertLevel(await Signed.Enveloped(Document, Signed.Options() with { Xades = xades }), level, stamps);
            AssertLevel(await Signed.Enveloped(new UnicodeEncoding(true, true).GetPreamble().Concat(new UnicodeEncoding(true, true).GetBytes("<a>chữ</a>")).ToArray(), Signed.Options() with { Xades = xades }), level, stamps);
            AssertLevel(await Signed.Enveloped(Document, Signed.Options() with { Xades = xades, Canonicalization = CanonicalizationMethod.Inclusive11 }), level, stamps);

            var basic = await Signed.Enveloped(Document);
            AssertLevel(await Augmented(basic, extension), level, stamps);
            AssertLevel(await Augmented(await Augmented(basic, XadesExtension.ToT(TestTokens.Source)), extension), level, stamps);
            AssertLevel(await Augmented(XadesDocuments.BasicLevel(), extension), level, stamps, SignerKey.OfCertificate(Signers.RsaCertificate));
        }
    }

    [Fact]
    public async Task Archive_time_stamps_follow_each_other()
    {
        var archive = XadesExtension.ToLTA(TestTokens.Source, Values);
        var first = await Augmented(await Signed.Enveloped(Document), archive);
        AssertLevel(await Augmented(await Augmented(first, archive), archive), SignatureLevel.LTA, 4);
    }

    [Fact]
    public async Task What_a_signature_carries_is_under_its_archive_time_stamp_whether_signed_or_augmented()
    {
        var octets = "tệp"u8.ToArray();
        var archive = XadesExtension.ToLTA(TestTokens.Source, Values);
        SignatureReference[] References() =>
        [
            new SignatureReference.External("cid:one", new MemoryStream(octets)), new SignatureReference.OctetObject(OctetSource.Of(octets)) { MimeType = "text/plain" },
            new SignatureReference.XmlObject(OctetSource.Of(Encoding.UTF8.GetBytes(Document))),
        ];
        foreach (var inLines in new[] { false, true })
        {
            var basic = await Signed.Alone(Signed.Options() with { Base64InLines = inLines }, References());
            AssertLevel(await Augmented(basic, archive, octets), SignatureLevel.LTA, 2, null, octets);
            var xades = new XadesProperties { SigningTime = Signed.At, Extension = archive };
            AssertLevel(await Signed.Alone(Signed.Options() with { Base64InLines = inLines, Xades = xades }, References()), SignatureLevel.LTA, 2, null, octets);
        }
    }

    [Fact]
    public void Documents_of_every_kind_are_intact_in_every_form_and_keep_their_octets() => GeneratedDocuments.Some(150, xml =>
    {
        foreach (var method in CanonicalizationMethod.All)
        {
            var before = Encoding.UTF8.GetBytes(xml);
            var preparation = XmlSigner.Prepare(
                OctetSource.Of(before), SignaturePlace.InRoot, [new SignatureReference.WholeDocument { Canonicalization = method }], Signed.Options() with { Canonicalization = method, Id = "our-signature" }, XmlLimits.None);
            Assert.True(preparation.TryGetSignature(out var signature), preparation.Refusal?.ToString());
            using var output = new MemoryStream();
            signature.FinishAsync(TestKeys.Rsa.Signer(SignatureAlgorithm.RsaSha256)(signature.Digest, signature.Hash, default).AsTask().GetAwaiter().GetResult(), output, default).GetAwaiter().GetResult();
            var signed = output.ToArray();
            var start = before.AsSpan().CommonPrefixLength(signed);
            var end = before.AsSpan(start).Length - (before.AsSpan(start).StartsWith("/>"u8) ? 2 : 0);
            Assert.Equal(before[^end..], signed[^end..]);
            Assert.Equal(SignatureIntegrity.Intact, Verified.Only(signed, new VerificationRequest { Xml = XmlLimits.None, Ids = XmlIdRules.WsSecurity }).Integrity);
        }
    });

    private static SignatureReport Intact(byte[] signed, SignatureAlgorithm? algorithm = null)
    {
        var report = Verified.Intact(signed, new VerificationRequest { Key = SignerKey.OfCertificate(TestKeys.For(algorithm ?? SignatureAlgorithm.RsaSha256).X509) });
        Assert.Equal(Indication.TotalPassed, report.Verdict.Indication);
        return report;
    }

    private static void AssertLevel(byte[] signed, SignatureLevel level, int stamps, SignerKey? key = null, byte[]? content = null)
    {
        var report = Verified.Intact(signed, new VerificationRequest
        {
            Key = key ?? SignerKey.OfCertificate(TestKeys.Rsa.X509),
            Contents = content is null ? new Dictionary<string, DetachedContent>() : new Dictionary<string, DetachedContent> { ["cid:one"] = DetachedContent.Of(content) },
        });
        Assert.Equal((level, stamps), (report.Level, report.TimeStamps.Count));
        Assert.All(report.TimeStamps, stamp => Assert.True(stamp.IsOverThis));
    }

    private static async Task<byte[]> Augmented(byte[] signed, XadesExtension extension, byte[]? content = null)
    {
        using var output = new MemoryStream();
        Assert.Null(await XadesAugmenter.AugmentAsync(
            OctetSource.Of(signed), null, extension, uri => uri == "cid:one" && content is not null ? new MemoryStream(content) : null, XmlIdRules.Every, new XmlLimits(), output, default));
        return output.ToArray();
    }
}
