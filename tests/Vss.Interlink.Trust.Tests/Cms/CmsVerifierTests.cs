using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Cms.CmsJudging;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>RFC 5652 and CAdES: what a signer must say, and what follows when he does not.</summary>
public sealed class CmsVerifierTests
{
    private readonly CmsJudging _judging = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signature_with_the_attributes_of_CAdES_passes_with_its_content_in_it_or_beside_it(bool isDetached)
    {
        var maker = _judging.Maker();
        maker.IsDetached = isDetached;
        var judged = _judging.One(maker.Make(), isDetached ? Content : null);
        Passes(judged);
        Assert.Equal((SignatureKind.Cades, SignatureLevel.B, SignatureIntegrity.Intact, SignatureScope.Full, "CN=Signer"), (judged.Kind, judged.Level, judged.Integrity, judged.Scope, judged.Signer!.Subject));
        Assert.Equal(isDetached ? CoverageKind.External : CoverageKind.WholeDocument, Assert.Single(judged.Coverage).Kind);
        Assert.Equal(["SHA256", "ECDSA-SHA256"], judged.Algorithms);
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("ECDSA")]
    public void What_another_maker_makes_passes_as_CMS(string kind)
    {
        var signer = _judging.Root.Issue("CN=Other", settings =>
        {
            Current(settings);
            if (kind == "RSA") settings.Key = RSA.Create(2048);
        });
        var made = new SignedCms(new ContentInfo(Content));
        using var withKey = signer.WithKey();
        made.ComputeSignature(new CmsSigner(withKey) { IncludeOption = X509IncludeOption.EndCertOnly, SignedAttributes = { new Pkcs9SigningTime() } });
        var judged = _judging.One(made.Encode());
        Passes(judged);
        Assert.Equal((SignatureKind.Cms, null), (judged.Kind, judged.Level));
        Assert.NotNull(judged.ClaimedTime);
    }

    [Fact]
    public void What_we_call_intact_the_platform_does_too()
    {
        var other = new SignedCms();
        other.Decode(_judging.Maker().Make());
        other.CheckSignature(verifySignatureOnly: true);
    }

    [Fact]
    public void Content_that_changed_fails()
    {
        var maker = _judging.Maker();
        maker.IsDetached = true;
        Breaks(_judging.One(maker.Make(), [.. Content, 0]), Indication.TotalFailed, SubIndication.HashFailure, Rules.Digest, SignatureIntegrity.Broken);
    }

    [Fact]
    public void Content_that_is_not_there_cannot_be_judged()
    {
        var maker = _judging.Maker();
        maker.IsDetached = true;
        Breaks(_judging.One(maker.Make()), Indication.Indeterminate, SubIndication.SignedDataNotFound, Rules.ReferenceResolved, SignatureIntegrity.Unknown);
    }

    [Fact]
    public void A_signed_attribute_that_changed_fails()
    {
        var maker = _judging.Maker();
        maker.Make();
        maker.Signed[2] = (CmsMaker.SigningTime, CmsMaker.Written(writer => writer.WriteUtcTime(Holder.Now.AddDays(1))));
        Breaks(_judging.One(maker.Make()), Indication.TotalFailed, SubIndication.SigCryptoFailure, Rules.Value, SignatureIntegrity.Broken);
    }

    [Theory]
    [InlineData(CmsMaker.MessageDigest)]
    [InlineData(CmsMaker.ContentType)]
    public void An_attribute_that_must_stand_once_is_missing_or_stands_twice(string oid)
    {
        var without = _judging.Maker();
        without.Signed.RemoveAll(attribute => attribute.Oid == oid);
        var twice = _judging.Maker();
        twice.Signed.Add(twice.Signed.Find(attribute => attribute.Oid == oid));
        foreach (var maker in new[] { without, twice }) Breaks(_judging.One(maker.Make()), Indication.TotalFailed, SubIndication.FormatFailure, Rules.Structure, SignatureIntegrity.Unknown);
    }

    [Fact]
    public void The_content_type_attribute_is_that_of_the_content()
    {
        var maker = _judging.Maker();
        maker.Type = "1.2.840.113549.1.9.16.1.1";
        Breaks(_judging.One(maker.Make()), Indication.TotalFailed, SubIndication.FormatFailure, Rules.Structure, SignatureIntegrity.Unknown);
    }

    [Fact]
    public void Digest_and_signature_algorithm_agree()
    {
        var maker = _judging.Maker();
        maker.DigestAlgorithm = "2.16.840.1.101.3.4.2.3";
        maker.Signed[1] = (CmsMaker.MessageDigest, CmsMaker.Written(writer => writer.WriteOctetString(SHA512.HashData(Content))));
        Breaks(_judging.One(maker.Make()), Indication.Indeterminate, SubIndication.CryptoConstraintsFailure, Rules.AlgorithmSignature, SignatureIntegrity.Unknown);
    }

    [Theory]
    [InlineData("1.2.840.113549.2.5")]    // MD5
    [InlineData("1.3.14.3.2.26")]         // SHA-1
    [InlineData("1.2.3.4")]
    public void A_digest_that_the_policy_does_not_admit_is_not_computed_with(string oid)
    {
        var maker = _judging.Maker();
        maker.DigestAlgorithm = oid;
        Breaks(_judging.One(maker.Make()), Indication.Indeterminate, SubIndication.CryptoConstraintsFailure, Rules.AlgorithmDigest, SignatureIntegrity.Unknown);
    }

    [Fact]
    public void Another_certificate_of_the_same_key_is_not_the_one_that_was_signed()
    {
        var twin = _judging.Root.Issue("CN=Signer", settings =>
        {
            Current(settings);
            settings.Key = _judging.Signer.Key;
            settings.Serial = _judging.Signer.Certificate.SerialNumberBytes.ToArray();
        });
        var maker = _judging.Maker();
        maker.Certificates[0] = twin.Certificate;
        Breaks(_judging.One(maker.Make()), Indication.Indeterminate, SubIndication.NoSigningCertificateFound, Rules.Token, SignatureIntegrity.Intact);
        maker.Certificates.Add(_judging.Signer.Certificate);
        Passes(_judging.One(maker.Make()));
    }

    [Fact]
    public void Signed_attributes_are_not_passed_off_as_what_was_signed()
    {
        var maker = _judging.Maker();
        maker.Make();
        var attributes = new CmsMaker(_judging.Signer, SignedAttributesOf(maker)) { HasSignedAttributes = false, Value = maker.Value };
        Breaks(_judging.One(attributes.Make()), Indication.TotalFailed, SubIndication.FormatFailure, Rules.Structure, SignatureIntegrity.Unknown);
    }

    [Fact]
    public void Without_signed_attributes_the_value_is_over_plain_data_alone()
    {
        var maker = _judging.Maker();
        maker.HasSignedAttributes = false;
        var judged = _judging.One(maker.Make());
        Passes(judged);
        Assert.Equal(SignatureKind.Cms, judged.Kind);
        maker.Type = "1.2.840.113549.1.9.16.1.1";
        Breaks(_judging.One(maker.Make()), Indication.TotalFailed, SubIndication.FormatFailure, Rules.Structure, SignatureIntegrity.Unknown);
    }

    [Fact]
    public void A_signer_below_no_anchor_is_intact_and_not_trusted()
    {
        var stranger = Holder.Root("CN=Elsewhere", Current).Issue("CN=Stranger", Current);
        Breaks(_judging.One(_judging.Maker(stranger).Make()), Indication.Indeterminate, SubIndication.NoCertificateChainFound, Rules.Chain, SignatureIntegrity.Intact);
    }

    [Fact]
    public void A_message_with_the_signers_certificate_alone_is_completed_from_what_is_at_hand()
    {
        var between = _judging.Root.Authority("CN=Between", Current);
        var maker = _judging.Maker(between.Issue("CN=Below", Current));
        Breaks(_judging.One(maker.Make()), Indication.Indeterminate, SubIndication.NoCertificateChainFound, Rules.Chain, SignatureIntegrity.Intact);
        maker.Certificates.Add(between.Certificate);
        Passes(_judging.One(maker.Make()));
    }

    [Theory]
    [InlineData(7, "7 h off")]
    [InlineData(0, "the signer says")]
    [InlineData(3, "after the time of judging")]
    public void A_claimed_time_is_reported_and_proves_nothing(int hours, string expected)
    {
        var maker = _judging.Maker();
        maker.Signed[2] = (CmsMaker.SigningTime, CmsMaker.Written(writer => writer.WriteUtcTime(DateTimeOffset.UtcNow.AddHours(hours))));
        maker.Make();
        using var authority = new OpenSslTimeStamps(_judging.Root, Current);
        if (hours != 3) maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, authority.Token(authority.Stamp(maker.Value).Response)));
        var judged = _judging.One(maker.Make());
        Passes(judged);
        Assert.Contains(expected, judged.Verdict.Ladder.Single(step => step.Rule == Rules.ClaimedTime).Detail, StringComparison.Ordinal);
        Assert.Equal(hours != 3, judged.ProvedAt < _judging.At);
    }

    [Fact]
    public void A_counter_signature_is_reported_and_not_counted()
    {
        var made = new SignedCms();
        made.Decode(_judging.Maker().Make());
        using var withKey = _judging.Root.Issue("CN=Counter", Current).WithKey();
        made.SignerInfos[0].ComputeCounterSignature(new CmsSigner(withKey));
        var judged = _judging.All(made.Encode());
        Assert.Contains("value is right", Assert.Single(judged!).Verdict.Ladder.Single(step => step.Rule == Rules.CounterSignature).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_signer_is_judged()
    {
        var made = new SignedCms(new ContentInfo(Content));
        foreach (var holder in new[] { _judging.Signer, Holder.Root("CN=Elsewhere", Current).Issue("CN=Stranger", Current) })
        {
            using var withKey = holder.WithKey();
            made.ComputeSignature(new CmsSigner(withKey) { IncludeOption = X509IncludeOption.EndCertOnly });
        }

        Assert.Equal([Indication.Indeterminate, Indication.TotalPassed], _judging.All(made.Encode())!.Select(judged => judged.Verdict.Indication).Order().Reverse());
    }

    [Fact]
    public void No_octet_that_changes_passes_unless_nobody_signs_it()
    {
        var maker = _judging.Maker();
        maker.Unsigned.Add(("1.2.3.4", [5, 0]));
        var whole = maker.Make();
        List<int> passed = [];
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var bit in new[] { 1, 0x20, 0x80 })
            {
                var changed = whole.ToArray();
                changed[at] ^= (byte)bit;
                if (_judging.All(changed) is [{ Verdict.Passed: true }]) passed.Add(at);
            }
        }

        // What only helps to find: nothing that anyone acts on.
        var open = Ranges(whole);
        Assert.All(passed, at => Assert.True(open.Exists(range => at >= range.Start && at < range.End), $"octet {at} of {whole.Length}"));
    }

    private static byte[] SignedAttributesOf(CmsMaker maker)
    {
        var fields = new AsnReader(maker.Fields, AsnEncodingRules.DER);
        for (var skipped = 0; skipped < 3; skipped++) fields.ReadEncodedValue();
        var attributes = fields.ReadEncodedValue().ToArray();
        attributes[0] = 0x31;
        return attributes;
    }

    // What no signature covers: versions, digestAlgorithms, unsigned attributes, and the signer's name, in which case does not matter; which certificate is his the signed attributes say.
    private static List<(int Start, int End)> Ranges(byte[] whole)
    {
        var data = new AsnReader(whole, AsnEncodingRules.DER).ReadSequence();
        data.ReadObjectIdentifier();
        var signed = data.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        List<(int, int)> open = [Of(signed.ReadEncodedValue()), Of(signed.ReadEncodedValue())];
        signed.ReadEncodedValue();
        signed.ReadEncodedValue();
        var signer = signed.ReadSetOf().ReadSequence();
        open.Add(Of(signer.ReadEncodedValue()));
        open.Add(Of(signer.ReadEncodedValue()));
        for (var skipped = 0; skipped < 4; skipped++) signer.ReadEncodedValue();
        open.Add(Of(signer.ReadEncodedValue()));
        return open;

        (int, int) Of(ReadOnlyMemory<byte> part)
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(part, out var segment));
            return (segment.Offset, segment.Offset + segment.Count);
        }
    }
}
