using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Tests.Cms;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Pdf.PdfJudging;

namespace Vss.Interlink.Trust.Tests.Pdf;

/// <summary>PDFs years after they were signed: EN 319 142-1 section 5.4, EN 319 102-1 sections 5.5 and 5.6. The signer signs on day 0; numbers are days from then.</summary>
public sealed class PdfTimesTests
{
    private static readonly DateTimeOffset s_signed = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly Holder _root = Holder.Root("CN=Root", Lives(-1000, 9000));
    private readonly Holder _timeRoot = Holder.Root("CN=Time root", Lives(-1000, 9000));
    private readonly Holder _time;
    private readonly Holder _later;
    private readonly Holder _signer;

    public PdfTimesTests()
    {
        _time = _timeRoot.TimeAuthority("CN=Time", Lives(-100, 400));
        _later = _timeRoot.TimeAuthority("CN=Later", Lives(200, 4000));
        _signer = _root.Issue("CN=Signer", Lives(-100, 300));
    }

    [Theory]
    [InlineData(5)]         // the lists are in force
    [InlineData(250)]       // they ended
    [InlineData(350)]       // the signer's certificate ended
    [InlineData(3000)]      // that of the first time stamps' authority too
    public void An_archived_document_stays_good_as_long_as_its_last_time_stamp_does(int day)
    {
        var pdf = Secured(Signed(1), List(_root, -1, 6), List(_timeRoot, -1, 6)).Stamp(_time, Day(3));
        if (day > 210) pdf = Secured(pdf, List(_root, -1, 6), List(_timeRoot, -1, 6), List(_timeRoot, 209, 216)).Stamp(_later, Day(210));
        var judged = Judged(pdf, day, day > 210 ? [List(_timeRoot, day - 1, day + 6)] : []);
        Assert.All(judged, Passes);
        Assert.Equal((SignatureLevel.LTA, Day(1)), (judged[0].Level, judged[0].ProvedAt));
    }

    [Fact]
    public void An_authority_that_ended_speaks_through_what_was_archived_while_it_lasted()
    {
        var root = Holder.Root("CN=Short root", Lives(-100, 300));
        var signer = root.Issue("CN=Signer", Lives(-100, 300));
        var pdf = Secured(TestPdf.Create().Sign(signer, set => set.Make = content => Message(signer, content, 1)), List(root, -1, 6), List(_timeRoot, -1, 6));
        var fresh = List(_timeRoot, 349, 356);
        Fails(Judged(pdf, 350, [fresh], root)[0], Indication.Indeterminate, SubIndication.TryLater, Rules.RevocationKnown, "nothing proves");
        Assert.All(Judged(pdf.Stamp(_time, Day(3)), 350, [fresh], root), Passes);
        Fails(Judged(pdf.Stamp(_time, Day(301)), 350, [fresh], root)[0], Indication.Indeterminate, SubIndication.TryLater, Rules.RevocationKnown, "nothing proves");
    }

    [Fact]
    public void A_time_stamp_that_is_over_a_later_one_is_in_disorder()
    {
        byte[][] fresh = [List(_root, 4, 11), List(_timeRoot, 4, 11)];
        Assert.All(Judged(Signed(1).Stamp(_time, Day(2)).Stamp(_time, Day(3)), 5, fresh), Passes);
        Disordered(Signed(3).Stamp(_time, Day(2)));
        Disordered(Signed(1).Stamp(_time, Day(3)).Stamp(_time, Day(2)));
        Disordered(TestPdf.Create().Stamp(_time, Day(3)).Sign(_signer, set => set.Make = content => Message(_signer, content, 2)));

        void Disordered(TestPdf pdf) =>
            Fails(Judged(pdf, 5, fresh).Single(signature => signature.Kind == SignatureKind.Pades), Indication.Indeterminate, SubIndication.TimestampOrderFailure, Rules.TimeStampOrder);
    }

    [Theory]
    [InlineData(310, false, SubIndication.Expired, Rules.Expired)]
    [InlineData(60, true, SubIndication.Revoked, Rules.RevokedBefore)]
    public void Who_signs_over_a_document_time_stamp_signed_after_it(int stamped, bool isRevoked, SubIndication why, string rule)
    {
        var pdf = TestPdf.Create().Stamp(_time, Day(stamped)).Sign(_signer, set => set.Make = content => Message(_signer, content, null));
        var list = List(_root, 319, 326, list => { if (isRevoked) list.Revoke(_signer, Day(50)); });
        var day = isRevoked ? 70 : 320;
        Fails(Judged(pdf, day, [list, List(_timeRoot, day - 1, day + 6)])[1], Indication.TotalFailed, why, rule);
    }

    [Fact]
    public void The_level_says_what_holds_and_not_what_is_there()
    {
        var stranger = Holder.Root("CN=Stranger", Lives(-1000, 9000));
        byte[][] fresh = [List(_root, 1, 8), List(_timeRoot, 1, 8)];
        Assert.Equal(SignatureLevel.T, LevelOf(Secured(Signed(1), List(stranger, 1, 8))));
        Assert.Equal(SignatureLevel.T, LevelOf(Secured(Signed(1), List(_root, 1, 8))));
        Assert.Equal(SignatureLevel.LT, LevelOf(Secured(Signed(1), fresh)));
        Assert.Equal(SignatureLevel.LTA, LevelOf(Secured(Signed(1), fresh).Stamp(_time, Day(2))));
        Assert.Equal(SignatureLevel.LT, LevelOf(Secured(Signed(1), fresh).Stamp(stranger.TimeAuthority(set: Lives(-100, 400)), Day(2))));
        Assert.Equal(SignatureLevel.B, LevelOf(Secured(Signed(null), fresh).Stamp(stranger.TimeAuthority(set: Lives(-100, 400)), Day(2))));

        SignatureLevel? LevelOf(TestPdf pdf)
        {
            var judged = Judged(pdf, 3, fresh)[0];
            Passes(judged);
            return judged.Level;
        }
    }

    private static DateTimeOffset Day(int day) => s_signed.AddDays(day);

    private static Action<CertificateSettings> Lives(int from, int to) => settings => (settings.NotBefore, settings.NotAfter) = (Day(from), Day(to));

    private static byte[] List(Holder issuer, int from, int to, Action<ListSettings>? set = null) => issuer.List(list =>
    {
        (list.ThisUpdate, list.NextUpdate) = (Day(from), Day(to));
        set?.Invoke(list);
    });

    private TestPdf Signed(int? stamped) => TestPdf.Create().Sign(_signer, set => set.Make = content => Message(_signer, content, stamped));

    private static TestPdf Secured(TestPdf pdf, params byte[][] lists)
    {
        var at = pdf.CatalogEntries.IndexOf(" /DSS", StringComparison.Ordinal);
        return (at < 0 ? pdf : pdf.Set(catalog: pdf.CatalogEntries[..at])).Secure([], lists);
    }

    private byte[] Message(Holder signer, byte[] content, int? stamped)
    {
        var maker = new CmsMaker(signer, content) { IsDetached = true };
        maker.Make();
        if (stamped is { } day) maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, _time.Token(maker.Value, Day(day))));
        return maker.Make();
    }

    private IReadOnlyList<JudgedSignature> Judged(TestPdf pdf, int day, byte[][] lists, Holder? root = null)
    {
        var report = Report(pdf.Octets, at: Day(day), store: new TrustStore([(root ?? _root).Certificate, _timeRoot.Certificate], [], lists.Select(list => CertificateList.TryRead(list)!)));
        Assert.True(report.Refusal is null, report.Refusal?.Detail);
        return report.Signatures;
    }
}
