using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using static Vss.Interlink.Trust.Tests.Cms.CmsJudging;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>Time stamps of a signer, made by a foreign authority: EN 319 122-1 sections 5.3 and 5.5.</summary>
public sealed class CmsTimeStampTests : IDisposable
{
    private readonly CmsJudging _judging = new();
    private readonly OpenSslTimeStamps _authority;

    public CmsTimeStampTests() => _authority = new OpenSslTimeStamps(_judging.Root, Current);

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void A_time_stamp_over_the_value_proves_when_it_existed()
    {
        var judged = _judging.One(Stamped(_judging.Maker()).Make());
        Passes(judged);
        Assert.Equal(SignatureLevel.T, judged.Level);
        Assert.InRange(judged.ProvedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public void A_time_stamp_over_another_value_proves_nothing()
    {
        var maker = _judging.Maker();
        maker.Make();
        maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, Token([1, 2, 3])));
        var judged = _judging.One(maker.Make());
        Passes(judged);
        Assert.Equal((SignatureLevel.B, null), (judged.Level, judged.ProvedAt));
        Assert.Contains("over something else", judged.Verdict.Ladder.Single(step => step.Rule == Rules.TimeStamp).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_expired_since_is_good_where_a_time_stamp_proves_that_it_was()
    {
        var signer = _judging.Root.Issue("CN=Short", settings => (settings.NotBefore, settings.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(2)));
        _judging.At = DateTimeOffset.UtcNow.AddDays(3);
        Breaks(_judging.One(_judging.Maker(signer).Make()), Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe, Rules.Validity, SignatureIntegrity.Intact);
        Passes(_judging.One(Stamped(_judging.Maker(signer)).Make()));
    }

    [Fact]
    public void A_revocation_counts_from_its_moment_on()
    {
        var now = DateTimeOffset.UtcNow;
        _judging.Revocation = RevocationRule.Required;
        _judging.At = now.AddHours(3);
        byte[] List(DateTimeOffset revoked) => _judging.Root.List(list =>
        {
            (list.ThisUpdate, list.NextUpdate) = (now.AddHours(2), now.AddHours(6));
            list.Revoke(_judging.Signer, revoked);
        });
        var maker = _judging.Maker();
        maker.Lists.Add(List(now.AddHours(1)));
        Breaks(_judging.One(maker.Make()), Indication.Indeterminate, SubIndication.RevokedNoPoe, Rules.Revoked, SignatureIntegrity.Intact);
        var judged = _judging.One(Stamped(maker).Make());
        Passes(judged);
        Assert.Equal(SignatureLevel.LT, judged.Level);
        maker.Lists[0] = List(now.AddHours(-1));
        Breaks(_judging.One(maker.Make()), Indication.Indeterminate, SubIndication.RevokedNoPoe, Rules.Revoked, SignatureIntegrity.Intact);
    }

    [Fact]
    public void An_archive_time_stamp_is_over_what_it_indexes()
    {
        var maker = Stamped(_judging.Maker());
        maker.Lists.Add(CurrentList());
        maker.Make();
        maker.Unsigned.Add((CmsMaker.ArchiveTimeStamp, Archive(maker)));
        var judged = _judging.One(maker.Make());
        Passes(judged);
        Assert.Equal(SignatureLevel.LTA, judged.Level);
        Assert.Equal(2, judged.Verdict.Ladder.Count(step => step.Rule == Rules.TimeStamp && step.Detail.Contains("is good", StringComparison.Ordinal)));

        // What came later is not in the index and changes nothing; what is in it and is gone does.
        maker.Certificates.Add(Holder.Root("CN=Later").Certificate);
        Assert.Equal(SignatureLevel.LTA, _judging.One(maker.Make()).Level);
        maker.Lists.Clear();
        Assert.Equal(SignatureLevel.T, _judging.One(maker.Make()).Level);
        maker.Lists.Add(CurrentList());
        Assert.Equal(SignatureLevel.LT, _judging.One(maker.Make()).Level);
    }

    [Fact]
    public void An_archive_time_stamp_with_another_imprint_proves_nothing()
    {
        var maker = Stamped(_judging.Maker());
        maker.Lists.Add(CurrentList());
        maker.Make();
        maker.Unsigned.Add((CmsMaker.ArchiveTimeStamp, Archive(maker, change: 1)));
        Assert.Equal(SignatureLevel.LT, _judging.One(maker.Make()).Level);
    }

    [Fact]
    public void A_content_time_stamp_is_reported()
    {
        var maker = _judging.Maker();
        maker.Signed.Add(("1.2.840.113549.1.9.16.2.20", Token(Content)));
        var judged = _judging.One(maker.Make());
        Passes(judged);
        Assert.Null(judged.ProvedAt);
        Assert.Contains("the content existed at", judged.Verdict.Ladder.Single(step => step.Rule == Rules.TimeStamp).Detail, StringComparison.Ordinal);
    }

    private byte[] CurrentList() => _judging.Root.List(list => (list.ThisUpdate, list.NextUpdate) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(6)));

    private CmsMaker Stamped(CmsMaker maker)
    {
        maker.Make();
        maker.Unsigned.Add((CmsMaker.SignatureTimeStamp, Token(maker.Value)));
        return maker;
    }

    private byte[] Token(byte[] data) => _authority.Token(_authority.Stamp(data).Response);

    private byte[] Archive(CmsMaker maker, byte change = 0)
    {
        var (stamped, index) = maker.Archived();
        stamped[^1] ^= change;
        var token = new SignedCms();
        token.Decode(Token(stamped));
        token.SignerInfos[0].AddUnsignedAttribute(new AsnEncodedData(CmsMaker.HashIndex, index));
        return token.Encode();
    }
}
