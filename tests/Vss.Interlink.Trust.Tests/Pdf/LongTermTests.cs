using System.Text;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>Document security stores and document time stamps (EN 319 142-1 section 5.4), stamped by <c>openssl ts</c>, which knows no time but the clock's.</summary>
public sealed class LongTermTests : IDisposable
{
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    private readonly Holder _root = Holder.Root("CN=Root", Current);
    private readonly Holder _person;
    private readonly OpenSslTimeStamps _time;
    private readonly TestPdf _signed;

    public LongTermTests()
    {
        _person = _root.Issue("CN=Person", Current);
        _time = new OpenSslTimeStamps(_root, Current);
        _signed = TestPdf.Create().Sign(_person);
    }

    public void Dispose() => _time.Dispose();

    [Theory]
    [InlineData("", "B")]
    [InlineData("secure", "B")]
    [InlineData("stamp", "T")]
    [InlineData("stamp secure", "LT")]
    [InlineData("secure stamp", "LTA")]
    [InlineData("secure stamp secure stamp", "LTA")]
    [InlineData("stamp secure dated", "LT")]
    public void Levels_follow_from_what_there_is_and_what_proves_for_longer_leaves_nothing_open(string steps, string level)
    {
        var pdf = _signed;
        foreach (var step in steps.Split(' ', StringSplitOptions.RemoveEmptyEntries)) pdf = step switch { "stamp" => pdf.Stamp(_time), "secure" => Secured(pdf), _ => Dated(pdf) };
        var report = Judged(pdf);
        Assert.All(report, Passes);
        Assert.Equal(level, report[0].Level.ToString());
        Assert.Equal(steps.Contains("stamp", StringComparison.Ordinal), report[0].ProvedAt is not null);
        Assert.All(report.Skip(1), stamp => Assert.Equal((SignatureKind.TimeStamp, (SignatureLevel?)null), (stamp.Kind, stamp.Level)));
    }

    [Fact]
    public void What_the_store_holds_tells_of_revocations_and_is_trusted_for_nothing()
    {
        var without = new TrustStore([_root.Certificate], [], []);
        Fails(Judged(_signed, without)[0], Indication.Indeterminate, SubIndication.TryLater, Rules.RevocationKnown);
        Passes(Judged(Secured(_signed), without)[0]);
        Fails(Judged(Secured(_signed), new TrustStore([], [], []))[0], Indication.Indeterminate, SubIndication.NoCertificateChainFound, Rules.Chain);
    }

    [Fact]
    public void Broken_material_does_no_harm() => Passes(Judged(_signed.Secure([[1, 2, 3], _root.Certificate.RawData], [[], Crl()], [[0x30]], withKeyed: true))[0]);

    [Fact]
    public void A_certificate_that_was_revoked_after_the_time_stamp_was_good_then()
    {
        var revoked = new TrustStore([_root.Certificate], [], [CertificateList.TryRead(Crl(_person))!]);
        var later = s_now.AddDays(3);
        Fails(Judged(_signed, revoked, later)[0], Indication.Indeterminate, SubIndication.RevokedNoPoe, Rules.Revoked);
        Passes(Judged(_signed.Stamp(_time), revoked, later)[0]);
    }

    [Fact]
    public void A_time_stamp_of_other_octets_is_broken_and_proves_nothing()
    {
        var signatures = Judged(_signed.Stamp(_time, set => set.Make = content => _time.Token(_time.Stamp([.. content, 1]).Response)));
        Fails(signatures[1], Indication.TotalFailed, SubIndication.HashFailure, Rules.Digest);
        Refused(signatures[0], PdfRules.Update, "not intact");
        Assert.Null(signatures[0].ProvedAt);
    }

    [Fact]
    public void A_time_stamp_that_draws_on_a_page_is_a_change() =>
        Refused(Judged(_signed.Stamp(_time, set => (set.Rect, set.HasAppearance) = ("72 700 400 740", true)))[0], PdfRules.Update, "draws on a page");

    [Fact]
    public void A_time_stamp_does_not_sign_what_was_filled_in_before_it()
    {
        var changed = _signed.Update([(TestPdf.Info, "<< /Title (Another) >>")], set => set.Trailer = "/Info 6 0 R").Stamp(_time);
        Fails(Judged(changed)[0], Indication.Indeterminate, SubIndication.SigConstraintsFailure, PdfRules.Coverage);
    }

    [Fact]
    public void A_certification_that_allows_nothing_allows_proof()
    {
        var certified = TestPdf.Create().Sign(_person, set => set.Entries = "/Reference [<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>]");
        Assert.All(Judged(Secured(certified).Stamp(_time)), Passes);
    }

    [Fact]
    public void A_store_that_is_taken_away_is_a_change()
    {
        var secured = Secured(_signed);
        var without = secured.Set(catalog: _signed.CatalogEntries);
        Refused(Judged(without.Update([(1, without.CatalogBody)]))[0], PdfRules.Update, "another DSS");
    }

    private IReadOnlyList<JudgedSignature> Judged(TestPdf pdf, TrustStore? store = null, DateTimeOffset? at = null) =>
        Report(pdf.Octets, at: at ?? s_now.AddMinutes(5), store: store ?? new TrustStore([_root.Certificate], [], [CertificateList.TryRead(Crl())!])).Signatures;

    private TestPdf Secured(TestPdf pdf) => pdf.Set(catalog: _signed.CatalogEntries).Secure([_root.Certificate.RawData, _person.Certificate.RawData], [Crl()]);

    [Theory]
    [InlineData("/Title (Another) /ModDate (D:20261121090000Z)", "")]
    [InlineData("/Title (Quyet dinh) /Author (Another) /ModDate (D:20261121090000Z)", "")]
    [InlineData("/Title (Quyet dinh) /ModDate (D:20261121090000Z)", "/Version /2.0")]
    public void A_security_store_carries_no_other_change_past_the_last_signature(string info, string catalog)
    {
        var first = Judged(Dated(_signed, info, catalog))[0];
        Assert.Equal((false, SignatureScope.Partial), (first.Verdict.Passed, first.Scope));
    }

    private TestPdf Dated(TestPdf pdf, string info = "/Title (Quyet dinh) /ModDate (D:20261121090000Z)", string catalog = "")
    {
        var secured = pdf.Set(catalog: _signed.CatalogEntries + " /DSS 40 0 R" + catalog);
        return secured.Update([(40, "<< /Type /DSS /CRLs [41 0 R] >>"), (41, TestPdf.Stream(Encoding.Latin1.GetString(Crl()))), (1, secured.CatalogBody), (TestPdf.Info, $"<< {info} >>")], set => set.Trailer = "/Info 6 0 R");
    }

    private byte[] Crl(Holder? revoked = null) => _root.List(list =>
    {
        (list.ThisUpdate, list.NextUpdate) = (revoked is null ? s_now.AddHours(-1) : s_now.AddDays(2).AddHours(12), s_now.AddDays(30));
        if (revoked is not null) list.Revoke(revoked, s_now.AddDays(2));
    });

    private static void Current(CertificateSettings settings) => (settings.NotBefore, settings.NotAfter) = (s_now.AddDays(-30), s_now.AddDays(300));
}
