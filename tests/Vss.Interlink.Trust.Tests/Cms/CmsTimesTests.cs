using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>
/// Signatures years after they were made: EN 319 102-1 sections 5.3.4, 5.5 and 5.6, with time stamps of chosen times.
/// </summary>
public sealed class CmsTimesTests : YearsLater
{
    [Theory]
    [InlineData(5)]         // the lists are in force
    [InlineData(250)]       // they ended
    [InlineData(350)]       // the signer's certificate ended
    [InlineData(3000)]      // that of the first time stamp's authority too
    public void An_archived_signature_stays_good_as_long_as_its_last_time_stamp_does(int day)
    {
        var judged = Judge(Archived(), day, day < 220 ? [] : [List(TimeRoot, day - 1, day + 6)]);
        CmsJudging.Passes(judged);
        Assert.Equal((SignatureLevel.LTA, Day(1)), (judged.Level, judged.ProvedAt));
    }

    [Fact]
    public void An_archive_time_stamp_of_after_the_lists_had_ended_proves_nothing_of_them()
    {
        var maker = Stamped(Maker(List(Root, -1, 6), List(TimeRoot, -1, 6)), Time, 1);
        Archive(maker, Later, 230);
        Breaks(Judge(maker.Make(), 3000, List(TimeRoot, 2999, 3006)), Indication.Indeterminate, SubIndication.TryLater, Rules.RevocationKnown);
    }

    [Fact]
    public void A_revoked_time_stamping_authority_was_good_where_an_archive_time_stamp_proves_it()
    {
        var revoked = List(TimeRoot, 249, 256, list => list.Revoke(Time, Day(240)));
        CmsJudging.Passes(Judge(Archived(), 250, revoked));
        var judged = Judge(Stamped(Maker(List(Root, -1, 6), List(TimeRoot, -1, 6)), Time, 1).Make(), 250, revoked, List(Root, 249, 256));
        CmsJudging.Passes(judged);
        Assert.Equal((SignatureLevel.B, null), (judged.Level, judged.ProvedAt));
    }

    [Theory]
    [InlineData(50, null, 60, Indication.TotalFailed, SubIndication.Revoked, Rules.RevokedBefore)]
    [InlineData(50, null, 40, Indication.Indeterminate, SubIndication.RevokedNoPoe, Rules.Revoked)]
    [InlineData(50, 6, 60, Indication.Indeterminate, SubIndication.RevokedNoPoe, Rules.Revoked)]           // on hold, which may end
    [InlineData(null, null, 310, Indication.TotalFailed, SubIndication.Expired, Rules.Expired)]
    [InlineData(null, null, 290, Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe, Rules.Validity)]
    public void What_a_content_time_stamp_proves_to_be_made_too_late_has_failed(int? revoked, int? reason, int stamped, Indication indication, SubIndication why, string rule)
    {
        var maker = Maker();
        maker.Signed.Add((CmsMaker.ContentTimeStamp, Time.Token(CmsJudging.Content, Day(stamped))));
        var day = revoked is null ? 320 : 70;
        Breaks(Judge(maker.Make(), day, List(Root, day - 1, day + 6, list => { if (revoked is { } at) list.Revoke(Signer, Day(at), reason); }), List(TimeRoot, day - 1, day + 6)), indication, why, rule);
    }

    [Fact]
    public void A_content_time_stamp_of_somebody_who_is_not_trusted_makes_nothing_final()
    {
        var maker = Maker();
        maker.Signed.Add((CmsMaker.ContentTimeStamp, Holder.Root("CN=Nobody").TimeAuthority().Token(CmsJudging.Content, Day(60))));
        Breaks(Judge(maker.Make(), 70, List(Root, 69, 76, list => list.Revoke(Signer, Day(50)))), Indication.Indeterminate, SubIndication.RevokedNoPoe, Rules.Revoked);
    }

    [Fact]
    public void A_signature_that_was_there_before_its_certificate_has_failed() =>
        Breaks(Judge(Stamped(Maker(), Root.TimeAuthority("CN=Old time", Lives(-900, 900)), -101).Make(), 2, List(Root, 1, 8)), Indication.TotalFailed, SubIndication.NotYetValid, Rules.NotYetValid);

    [Theory]
    [InlineData(5, 3, 0, false)]
    [InlineData(5, 3, 86400, true)]         // by its accuracy each may be a day wrong
    [InlineData(3, 3, 0, true)]
    [InlineData(2, 3, 0, true)]
    public void The_content_is_stamped_before_the_signature(int content, int signature, int accuracy, bool isGood)
    {
        var maker = Maker();
        maker.Signed.Add((CmsMaker.ContentTimeStamp, Time.Token(CmsJudging.Content, Day(content), set => set.Accuracy = accuracy)));
        maker.Make();
        maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, Time.Token(maker.Value, Day(signature), set => set.Accuracy = accuracy)));
        Ordered(Judge(maker.Make(), 6, List(Root, 5, 12), List(TimeRoot, 5, 12)), isGood);
    }

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(2, 1, false)]
    public void The_archive_is_stamped_after_what_it_is_over(int signature, int archive, bool isGood)
    {
        var maker = Stamped(Maker(), Time, signature);
        Archive(maker, Time, archive);
        Ordered(Judge(maker.Make(), 6, List(Root, 5, 12), List(TimeRoot, 5, 12)), isGood);
    }

    [Fact]
    public void A_content_time_stamp_over_other_data_is_the_signers_own_fault()
    {
        var maker = Maker();
        maker.Signed.Add((CmsMaker.ContentTimeStamp, Time.Token([1, 2, 3], Day(-1))));
        Breaks(Judge(maker.Make(), 2, List(Root, 1, 8), List(TimeRoot, 1, 8)), Indication.Indeterminate, SubIndication.SigConstraintsFailure, Rules.TimeStamp);
    }

    [Fact]
    public void The_level_says_what_holds_and_not_what_is_there()
    {
        var stranger = Holder.Root("CN=Stranger", Lives(-1000, 9000));
        byte[][] fresh = [List(Root, 1, 8), List(TimeRoot, 1, 8)];
        Assert.Equal(SignatureLevel.B, LevelOf(Stamped(Maker(fresh), stranger.TimeAuthority(set: Lives(-100, 400)), 1)));
        Assert.Equal(SignatureLevel.T, LevelOf(Stamped(Maker(), Time, 1)));
        Assert.Equal(SignatureLevel.T, LevelOf(Stamped(Maker(List(stranger, 1, 8)), Time, 1)));
        Assert.Equal(SignatureLevel.T, LevelOf(Stamped(Maker(List(Root, 1, 8)), Time, 1)));          // nothing of the time stamp's authority
        Assert.Equal(SignatureLevel.T, LevelOf(Stamped(Maker(List(TimeRoot, 1, 8)), Time, 1)));      // nothing of the signer
        Assert.Equal(SignatureLevel.T, LevelOf(Stamped(Maker(List(Root, -20, -10), List(TimeRoot, 1, 8)), Time, 1)));
        Assert.Equal(SignatureLevel.LT, LevelOf(Stamped(Maker(fresh), Time, 1)));

        var untrusted = Stamped(Maker(fresh), Time, 1);
        Archive(untrusted, stranger.TimeAuthority(set: Lives(-100, 400)), 2);
        Assert.Equal(SignatureLevel.LT, LevelOf(untrusted));

        // What came after the archive time stamp is not under it.
        var late = Stamped(Maker(), Time, 1);
        Archive(late, Time, 2);
        late.Lists.AddRange(fresh);
        Assert.Equal(SignatureLevel.LT, LevelOf(late));

        SignatureLevel? LevelOf(CmsMaker maker)
        {
            var judged = Judge(maker.Make(), 3, fresh);
            CmsJudging.Passes(judged);
            return judged.Level;
        }
    }

    private CmsMaker Maker(params byte[][] lists)
    {
        var maker = new CmsMaker(Signer, CmsJudging.Content);
        maker.Lists.AddRange(lists);
        return maker;
    }

    private static CmsMaker Stamped(CmsMaker maker, Holder authority, int day)
    {
        maker.Make();
        maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, authority.Token(maker.Value, Day(day))));
        return maker;
    }

    private static void Archive(CmsMaker maker, Holder authority, int day)
    {
        maker.Make();
        var (stamped, index) = maker.Archived();
        maker.Unsigned.Add((CmsMaker.ArchiveTimeStamp, authority.Token(stamped, Day(day), set => set.Unsigned.Add((CmsMaker.HashIndex, index)))));
    }

    // Stamped on day 1 and archived on day 3 while the lists were in force, and again on day 210 by another authority while the first one's was good.
    private byte[] Archived()
    {
        var maker = Stamped(Maker(List(Root, -1, 6), List(TimeRoot, -1, 6)), Time, 1);
        Archive(maker, Time, 3);
        maker.Lists.Add(List(TimeRoot, 209, 216));
        Archive(maker, Later, 210);
        return maker.Make();
    }

    private JudgedSignature Judge(byte[] message, int day, params byte[][] lists)
    {
        using var stream = new MemoryStream(message);
        var file = CmsFile.TryOpen(stream, out var problem);
        Assert.True(file is not null, problem?.Detail);
        var store = new TrustStore([Root.Certificate, TimeRoot.Certificate], [], lists.Select(list => CertificateList.TryRead(list)!));
        return Assert.Single(new CmsVerifier(store, new ValidationPolicy(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity), SignaturePolicy.Default, Day(day)).Judge(file, CmsContent.Of(file)));
    }

    private static void Breaks(JudgedSignature judged, Indication indication, SubIndication reason, string rule) => CmsJudging.Breaks(judged, indication, reason, rule, SignatureIntegrity.Intact);

    private static void Ordered(JudgedSignature judged, bool isGood)
    {
        if (isGood) CmsJudging.Passes(judged);
        else Breaks(judged, Indication.Indeterminate, SubIndication.TimestampOrderFailure, Rules.TimeStampOrder);
    }
}
