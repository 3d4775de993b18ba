using System.Security.Cryptography;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>Signatures as they should be, in the shapes that writers give them, and what their dictionaries may not be.</summary>
public sealed class PdfSignatureTests
{
    [Fact]
    public void A_signature_over_the_whole_file_passes_and_says_who_and_how()
    {
        var signature = Assert.Single(Judge(Signed));
        Passes(signature);
        Assert.Equal((SignatureKind.Pades, SignatureLevel.B, "Signature1", "CN=Person"), (signature.Kind, signature.Level, signature.Id, signature.Signer?.Subject));
        Assert.Equal(CoverageKind.WholeDocument, Assert.Single(signature.Coverage).Kind);
        Assert.Contains("SHA256", signature.Algorithms);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_person_and_then_the_agency_sign_and_both_pass(bool asStreams)
    {
        var both = TestPdf.Create(asStreams).Sign(Person, set => (set.Rect, set.HasAppearance) = ("72 72 242 102", true)).Sign(Agency, set => (set.Field, set.Rect, set.HasAppearance) = ("Signature2", "260 72 430 102", true));
        var signatures = Judge(both);
        Assert.Equal(["CN=Person", "CN=Agency"], signatures.Select(signature => signature.Signer?.Subject));
        Assert.All(signatures, Passes);
    }

    [Fact]
    public void Twenty_signatures_in_a_row_pass()
    {
        var pdf = TestPdf.Create();
        for (var index = 0; index < 20; index++) pdf = pdf.Sign(index % 2 == 0 ? Person : Agency, set => set.Field = $"S{pdf.Size}");
        Assert.Equal(20, Judge(pdf).Count);
        Assert.All(Judge(pdf), Passes);
    }

    [Fact]
    public void Form_fields_and_annotations_may_be_lists_of_their_own()
    {
        var set = Unsigned("8 0 R", "9 0 R", "<< /Fields 10 0 R /SigFlags 3 /DR << /Font << /Helv 5 0 R >> >> >>", "[11 0 R]", "[11 0 R]", "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Person) /F 132 /Rect [0 0 0 0] /P 3 0 R >>");
        var signed = set.Sign(Person, settings => (settings.Existing, settings.Field) = (11, "Person"));
        Passes(First(signed));
        var field = signed.Size + 1;
        var lists = signed.Sign(Agency, settings =>
        {
            (settings.Existing, settings.Field) = (field, "Agency");
            settings.Others.AddRange([(9, $"[11 0 R {field} 0 R]"), (10, $"[11 0 R {field} 0 R]")]);
        });
        Assert.Equal(2, Judge(lists).Count);
        Assert.All(Judge(lists), Passes);
    }

    [Fact]
    public void A_field_may_inherit_and_have_its_widget_apart()
    {
        var pdf = Unsigned("<< /Fields [8 0 R] /SigFlags 3 >>", "[10 0 R]", "<< /FT /Sig /T (top) /Kids [9 0 R] >>", "<< /Parent 8 0 R /T (person) /Kids [10 0 R] >>", "<< /Type /Annot /Subtype /Widget /Parent 9 0 R /F 132 /Rect [0 0 0 0] /P 3 0 R >>");
        var signed = pdf.Update([(9, $"<< /Parent 8 0 R /T (person) /Kids [10 0 R] /V {pdf.Size} 0 R >>"), (pdf.Size, Placeholder())]).Fill(content => OpenSslSigner.Sign(Person, content));
        var signature = Assert.Single(Judge(signed));
        Passes(signature);
        Assert.Equal("top.person", signature.Id);
    }

    [Fact]
    public void A_signature_may_stand_in_its_field()
    {
        var pdf = TestPdf.Create();
        var after = pdf.Set(fields: [7]);
        var signed = after.Update([(1, after.CatalogBody), (7, $"<< /FT /Sig /T (S) /V {Placeholder()} >>")]).Fill(content => OpenSslSigner.Sign(Person, content));
        Passes(First(signed));
    }

    [Fact]
    public void A_field_without_a_value_is_no_signature() => Assert.Empty(Judge(Unsigned("<< /Fields [8 0 R] >>", "[8 0 R]", "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Person) /Rect [0 0 0 0] >>")));

    [Fact]
    public void A_signature_by_the_older_encoding_passes_as_one_of_a_PDF()
    {
        var signature = First(TestPdf.Create().Sign(Person, set => (set.SubFilter, set.Make) = ("adbe.pkcs7.detached", content => OpenSslSigner.Sign(Person, content, null, "-md", "sha256"))));
        Passes(signature);
        Assert.Equal((SignatureKind.Pdf, (SignatureLevel?)null), (signature.Kind, signature.Level));
    }

    [Fact]
    public void PAdES_asks_for_the_signing_certificate_attribute() =>
        Fails(First(TestPdf.Create().Sign(Person, set => set.Make = content => OpenSslSigner.Sign(Person, content, null, "-md", "sha256"))), Indication.Indeterminate, SubIndication.NoSigningCertificateFound, Rules.Token);

    [Fact]
    public void A_SHA1_digest_signed_is_refused_by_default_and_judged_by_legacy()
    {
        var pdf = TestPdf.Create().Sign(Person, set => (set.SubFilter, set.Make) = ("adbe.pkcs7.sha1", content => OpenSslSigner.Sign(Person, CryptographicOperations.HashData(HashAlgorithmName.SHA1, content), null, "-nodetach", "-md", "sha1")));
        Fails(First(pdf), Indication.Indeterminate, SubIndication.CryptoConstraintsFailure, Rules.AlgorithmDigest, "adbe.pkcs7.sha1");
        Passes(First(pdf, SignaturePolicy.Legacy));
        Fails(First(pdf.With(Replaced(pdf.Octets, "Quyet dinh 12", "Quyet dinh 13")), SignaturePolicy.Legacy), Indication.TotalFailed, SubIndication.HashFailure, Rules.Digest);
    }

    [Theory]
    [InlineData("adbe.x509.rsa_sha1")]
    [InlineData("Entrust.PPKEF")]
    [InlineData("ETSI.CAdES.attached")]
    public void Other_encodings_are_named_and_refused(string subFilter) => Refused(First(TestPdf.Create().Sign(Person, set => set.SubFilter = subFilter)), PdfRules.SubFilter, subFilter);

    [Fact]
    public void A_signature_by_somebody_unknown_is_intact_and_not_decided()
    {
        var signature = First(TestPdf.Create().Sign(Stranger));
        Fails(signature, Indication.Indeterminate, SubIndication.NoCertificateChainFound, Rules.Chain);
        Assert.Equal(SignatureIntegrity.Intact, signature.Integrity);
    }

    [Fact]
    public void A_changed_octet_breaks_the_digest()
    {
        var signature = First(Signed.With(Replaced(Signed.Octets, "Quyet dinh 12", "Quyet dinh 13")));
        Fails(signature, Indication.TotalFailed, SubIndication.HashFailure, Rules.Digest);
        Assert.Equal((SignatureIntegrity.Broken, SignatureScope.None), (signature.Integrity, signature.Scope));
    }

    // Without signed attributes there is no other word on it.
    [Theory]
    [InlineData("D:20261120090000+07'00'", "2026-11-20T02:00:00")]
    [InlineData("D:20261120090000Z", "2026-11-20T09:00:00")]
    [InlineData("D:20261120090000", null)]
    [InlineData("yesterday", null)]
    public void The_dictionary_says_when_the_signer_claims_to_have_signed(string date, string? expected)
    {
        var signature = First(TestPdf.Create().Sign(Person, set =>
        {
            (set.SubFilter, set.Entries) = ("adbe.pkcs7.detached", $"/M ({date})");
            set.Make = content => OpenSslSigner.Sign(Person, content, null, "-md", "sha256", "-noattr");
        }));
        Passes(signature);
        Assert.Equal(expected, signature.ClaimedTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss"));
    }

    [Fact]
    public void A_signature_that_no_field_reaches_is_told_and_not_counted()
    {
        var gone = Signed.Set(fields: []).Update([(TestPdf.Catalog, Signed.Set(fields: []).CatalogBody)]);
        var report = Report(gone.Octets);
        Assert.Empty(report.Signatures);
        Assert.Single(report.Unreached);
        Assert.Empty(Report(Signed.Octets).Unreached);
    }

    internal static string Placeholder() => $"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 0000000000 0000000000 0000000000] /Contents <{new string('0', 12000)}> >>";

    // A page with a form: what AcroForm and Annots are, and objects from 7 on.
    private static TestPdf Unsigned(string form, string annotations, params string[] objects) =>
        TestPdf.Create(more: objects is [] ? null : ["null", .. objects], set: pdf => pdf.Set(catalog: $"{pdf.CatalogEntries} /AcroForm {form}", page: $"{pdf.PageEntries} /Annots {annotations}"));
}
