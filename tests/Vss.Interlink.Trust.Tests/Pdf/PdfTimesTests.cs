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

/// <summary>PDFs years after they were signed: EN 319 142-1 section 5.4, EN 319 102-1 sections 5.5 and 5.6.</summary>
public sealed class PdfTimesTests : YearsLater
{
    [Theory]
    [InlineData(5)]         // the lists are in force
    [InlineData(250)]       // they ended
    [InlineData(350)]       // the signer's certificate ended
    [InlineData(3000)]      // that of the first time stamps' authority too
    public void An_archived_document_stays_good_as_long_as_its_last_time_stamp_does(int day)
    {
        var pdf = Secured(Signed(1), List(Root, -1, 6), List(TimeRoot, -1, 6)).Stamp(Time, Day(3));
        if (day > 210) pdf = Secured(pdf, List(Root, -1, 6), List(TimeRoot, -1, 6), List(TimeRoot, 209, 216)).Stamp(Later, Day(210));
        var judged = Judged(pdf, day, day > 210 ? [List(TimeRoot, day - 1, day + 6)] : []);
        Assert.All(judged, Passes);
        Assert.Equal((SignatureLevel.LTA, Day(1)), (judged[0].Level, judged[0].ProvedAt));
    }

    [Fact]
    public void An_authority_that_ended_speaks_through_what_was_archived_while_it_lasted()
    {
        var root = Holder.Root("CN=Short root", Lives(-100, 300));
        var signer = root.Issue("CN=Signer", Lives(-100, 300));
        var pdf = Secured(TestPdf.Create().Sign(signer, set => set.Make = content => Message(signer, content, 1)), List(root, -1, 6), List(TimeRoot, -1, 6));
        var fresh = List(TimeRoot, 349, 356);
        Fails(Judged(pdf, 350, [fresh], root)[0], Indication.Indeterminate, SubIndication.TryLater, Rules.RevocationKnown, "nothing proves");
        Assert.All(Judged(pdf.Stamp(Time, Day(3)), 350, [fresh], root), Passes);
        Fails(Judged(pdf.Stamp(Time, Day(301)), 350, [fresh], root)[0], Indication.Indeterminate, SubIndication.TryLater, Rules.RevocationKnown, "nothing proves");
    }

    [Fact]
    public void A_time_stamp_that_is_over_a_later_one_is_in_disorder()
    {
        byte[][] fresh = [List(Root, 4, 11), List(TimeRoot, 4, 11)];
        Assert.All(Judged(Signed(1).Stamp(Time, Day(2)).Stamp(Time, Day(3)), 5, fresh), Passes);
        Disordered(Signed(3).Stamp(Time, Day(2)));
        Disordered(Signed(1).Stamp(Time, Day(3)).Stamp(Time, Day(2)));
        Disordered(TestPdf.Create().Stamp(Time, Day(3)).Sign(Signer, set => set.Make = content => Message(Signer, content, 2)));

        void Disordered(TestPdf pdf) =>
            Fails(Judged(pdf, 5, fresh).Single(signature => signature.Kind == SignatureKind.Pades), Indication.Indeterminate, SubIndication.TimestampOrderFailure, Rules.TimeStampOrder);
    }

    [Theory]
    [InlineData(310, false, SubIndication.Expired, Rules.Expired)]
    [InlineData(60, true, SubIndication.Revoked, Rules.RevokedBefore)]
    public void Who_signs_over_a_document_time_stamp_signed_after_it(int stamped, bool isRevoked, SubIndication why, string rule)
    {
        var pdf = TestPdf.Create().Stamp(Time, Day(stamped)).Sign(Signer, set => set.Make = content => Message(Signer, content, null));
        var list = List(Root, 319, 326, list => { if (isRevoked) list.Revoke(Signer, Day(50)); });
        var day = isRevoked ? 70 : 320;
        Fails(Judged(pdf, day, [list, List(TimeRoot, day - 1, day + 6)])[1], Indication.TotalFailed, why, rule);
    }

    [Fact]
    public void The_level_says_what_holds_and_not_what_is_there()
    {
        var stranger = Holder.Root("CN=Stranger", Lives(-1000, 9000));
        byte[][] fresh = [List(Root, 1, 8), List(TimeRoot, 1, 8)];
        Assert.Equal(SignatureLevel.T, LevelOf(Secured(Signed(1), List(stranger, 1, 8))));
        Assert.Equal(SignatureLevel.T, LevelOf(Secured(Signed(1), List(Root, 1, 8))));
        Assert.Equal(SignatureLevel.LT, LevelOf(Secured(Signed(1), fresh)));
        Assert.Equal(SignatureLevel.LTA, LevelOf(Secured(Signed(1), fresh).Stamp(Time, Day(2))));
        Assert.Equal(SignatureLevel.LT, LevelOf(Secured(Signed(1), fresh).Stamp(stranger.TimeAuthority(set: Lives(-100, 400)), Day(2))));
        Assert.Equal(SignatureLevel.B, LevelOf(Secured(Signed(null), fresh).Stamp(stranger.TimeAuthority(set: Lives(-100, 400)), Day(2))));

        SignatureLevel? LevelOf(TestPdf pdf)
        {
            var judged = Judged(pdf, 3, fresh)[0];
            Passes(judged);
            return judged.Level;
        }
    }

    private TestPdf Signed(int? stamped) => TestPdf.Create().Sign(Signer, set => set.Make = content => Message(Signer, content, stamped));

    private static TestPdf Secured(TestPdf pdf, params byte[][] lists)
    {
        var at = pdf.CatalogEntries.IndexOf(" /DSS", StringComparison.Ordinal);
        return (at < 0 ? pdf : pdf.Set(catalog: pdf.CatalogEntries[..at])).Secure([], lists);
    }

    private byte[] Message(Holder signer, byte[] content, int? stamped)
    {
        var maker = new CmsMaker(signer, content) { IsDetached = true };
        maker.Make();
        if (stamped is { } day) maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, Time.Token(maker.Value, Day(day))));
        return maker.Make();
    }

    private IReadOnlyList<JudgedSignature> Judged(TestPdf pdf, int day, byte[][] lists, Holder? root = null)
    {
        var report = Report(pdf.Octets, at: Day(day), store: new TrustStore([(root ?? Root).Certificate, TimeRoot.Certificate], [], lists.Select(list => CertificateList.TryRead(list)!)));
        Assert.True(report.Refusal is null, report.Refusal?.Detail);
        return report.Signatures;
    }
}
