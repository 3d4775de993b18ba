using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Tests.Cms;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.TimeStamps;

/// <summary>RFC 3161, on tokens that a foreign authority made.</summary>
public sealed class TimeStampJudgeTests : IDisposable
{
    private static readonly byte[] s_data = Encoding.UTF8.GetBytes("hồ sơ");
    private readonly Holder _root = Holder.Root();
    private readonly OpenSslTimeStamps _authority;

    public TimeStampJudgeTests() => _authority = new OpenSslTimeStamps(_root, Current);

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void A_token_of_the_data_by_a_trusted_authority_passes_as_response_and_by_itself(string digest)
    {
        var (request, response) = _authority.Stamp(s_data, digest);
        Passes(response, request);
        Passes(_authority.Token(response), request);
        Assert.Equal(TimeSpan.FromSeconds(1.5), TimeStampToken.TryRead(response)!.Accuracy);
    }

    [Fact]
    public void Behind_a_token_a_response_or_a_request_stands_nothing_that_another_reader_could_take()
    {
        var (request, response) = _authority.Stamp(s_data);
        var token = _authority.Token(response);
        foreach (var tail in new byte[][] { [.. "junk"u8], response, [0, 1] })
        {
            Assert.Null(TimeStampToken.TryRead((byte[])[.. response, .. tail]));
            Assert.Null(TimeStampToken.TryRead((byte[])[.. token, .. tail]));
            Assert.Null(TimeStampQuery.TryRead((byte[])[.. request, .. tail]));
        }

        Passes([.. token, .. "\n"u8], [.. request, .. "\r\n"u8]);
        var third = new AsnWriter(AsnEncodingRules.DER);
        using (third.PushSequence())
        {
            third.WriteEncodedValue(new AsnReader(response, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().Span);
            third.WriteEncodedValue(token);
            third.WriteOctetString("evil"u8);
        }

        Assert.Null(TimeStampToken.TryRead(third.Encode()));
    }

    [Fact]
    public void A_token_of_other_data_fails()
    {
        var (_, response) = _authority.Stamp(s_data);
        var judged = Judge(response, [.. s_data, 0]);
        Assert.Equal((Indication.TotalFailed, SubIndication.HashFailure, false), (judged.Verdict.Indication, judged.Verdict.SubIndication, judged.IsIntact));
    }

    [Fact]
    public void The_answer_to_another_request_is_none_to_this()
    {
        var (request, _) = _authority.Stamp(s_data);
        var (_, later) = _authority.Stamp(s_data);
        Assert.Equal(Rules.Request, Judge(later, s_data, request).Verdict.Failure!.Rule);   // the nonce
        var (other, _) = _authority.Stamp([1]);
        Assert.Equal(Rules.Digest, Judge(later, s_data, other).Verdict.Failure!.Rule);
        var (asking, answer) = _authority.Stamp(s_data, "sha256", "-tspolicy", "1.3.6.1.4.1.55555.4.2");
        Passes(answer, asking);
        Assert.Equal("1.3.6.1.4.1.55555.4.2", TimeStampToken.TryRead(answer)!.Policy);
    }

    [Fact]
    public void Any_octet_of_the_signed_content_or_the_signature_that_changes_is_seen()
    {
        var token = _authority.Token(_authority.Stamp(s_data).Response);
        var info = TimeStampToken.TryRead(token)!;
        foreach (var place in new[] { token.AsSpan().IndexOf(info.Imprint.Span), token.Length - 1, token.AsSpan().LastIndexOf("\u0004\u0020"u8) + 2 })
        {
            var changed = token.ToArray();
            changed[place] ^= 1;
            Assert.NotEqual(Indication.TotalPassed, TimeStampToken.TryRead(changed) is { } read ? Judge(read, s_data, null).Verdict.Indication : Indication.TotalFailed);
        }
    }

    [Fact]
    public void An_authority_below_no_anchor_is_not_trusted()
    {
        var (_, response) = _authority.Stamp(s_data);
        var judged = new TimeStampJudge(new TrustStore([Holder.Root("CN=Other").Certificate], [], []), NotChecked, SignaturePolicy.Default, DateTimeOffset.UtcNow.AddMinutes(1)).Judge(TimeStampToken.TryRead(response)!, Digest(s_data), null);
        Assert.Equal((Rules.Chain, Indication.Indeterminate, true), (judged.Verdict.Failure!.Rule, judged.Verdict.Indication, judged.IsIntact));
    }

    [Fact]
    public void A_token_from_the_future_and_one_of_an_old_digest_prove_nothing()
    {
        var (_, response) = _authority.Stamp(s_data);
        Assert.Equal(Rules.Window, Judge(response, s_data, at: DateTimeOffset.UtcNow.AddDays(-1)).Verdict.Failure!.Rule);
        var (_, old) = _authority.Stamp(s_data, "sha1");
        Assert.Equal(SubIndication.CryptoConstraintsFailure, Judge(old, s_data).Verdict.SubIndication);
        Assert.True(new TimeStampJudge(Store, NotChecked, SignaturePolicy.Legacy, DateTimeOffset.UtcNow.AddMinutes(1)).Judge(TimeStampToken.TryRead(old)!, Digest(s_data), null).Verdict.Passed);
    }

    [Fact]
    public void Revocation_of_the_authority_is_asked_for()
    {
        var (_, response) = _authority.Stamp(s_data);
        var now = DateTimeOffset.UtcNow.AddMinutes(1);
        byte[] List(Action<ListSettings> set) => _root.List(list =>
        {
            (list.ThisUpdate, list.NextUpdate) = (now.AddDays(-1), now.AddDays(1));
            set(list);
        });
        Verdict With(params byte[][] lists) => new TimeStampJudge(new TrustStore([_root.Certificate], [], lists.Select(list => Vss.Interlink.Trust.Revocation.CertificateList.TryRead(list)!)), Required, SignaturePolicy.Default, now)
            .Judge(TimeStampToken.TryRead(response)!, Digest(s_data), null).Verdict;
        Assert.True(With(List(_ => { })).Passed);
        Assert.Equal(Rules.RevocationKnown, With().Failure!.Rule);
        Assert.Equal(Rules.Revoked, With(List(list => list.Revoke(_authority.Authority, now.AddHours(-1)))).Failure!.Rule);
    }

    [Fact]
    public void What_is_no_token_is_not_read()
    {
        Assert.Null(TimeStampToken.TryRead("no token"u8.ToArray()));
        Assert.Null(TimeStampToken.TryRead(_authority.Stamp(s_data).Request));
        byte[] rejection = [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
        Assert.Null(TimeStampToken.TryRead(rejection));
        Assert.Equal("rejection", TimeStampToken.TryReadRefusal(rejection));
    }

    [Theory]
    [InlineData(32, null)]
    [InlineData(31, Rules.Structure)]
    [InlineData(64, Rules.Structure)]
    public void An_imprint_that_is_longer_or_shorter_than_its_digest_is_of_no_data_whatever_is_given(int octets, string? rule)
    {
        var time = _root.Issue("CN=Other time", settings =>
        {
            Current(settings);
            settings.With(Extensions.Extended(true, Extensions.TimeStamping));
        });
        var token = TimeStampToken.TryRead(Token(time, new byte[octets]))!;
        var verdict = new TimeStampJudge(Store, NotChecked, SignaturePolicy.Default, DateTimeOffset.UtcNow.AddMinutes(1)).Judge(token, null, null).Verdict;
        Assert.Equal((rule, rule is null ? SubIndication.None : SubIndication.FormatFailure), (verdict.Failure?.Rule, verdict.SubIndication));
    }

    // With SHA-256 as the digest of the imprint.
    private static byte[] Token(Holder time, byte[] imprint)
    {
        const string info = "1.2.840.113549.1.9.16.1.4";
        var content = CmsMaker.Written(writer =>
        {
            using var whole = writer.PushSequence();
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier("1.3.6.1.4.1.55555.4.1");
            using (writer.PushSequence())
            {
                using (writer.PushSequence()) writer.WriteObjectIdentifier("2.16.840.1.101.3.4.2.1");
                writer.WriteOctetString(imprint);
            }

            writer.WriteInteger(7);
            writer.WriteGeneralizedTime(DateTimeOffset.UtcNow, omitFractionalSeconds: true);
        });
        var maker = new CmsMaker(time, content) { Type = info };
        maker.Signed[0] = (CmsMaker.ContentType, CmsMaker.Written(writer => writer.WriteObjectIdentifier(info)));
        return maker.Make();
    }

    private static ValidationPolicy NotChecked => new(RevocationRule.NotChecked, UntrustedSignerRule.JudgeIntegrity);

    private static ValidationPolicy Required => new(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity);

    private TrustStore Store => new([_root.Certificate], [], []);

    // openssl stamps with the clock's time.
    private static void Current(CertificateSettings settings) => (settings.NotBefore, settings.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(30));

    private static Func<HashAlgorithmName, byte[]> Digest(byte[] data) => hash => CryptographicOperations.HashData(hash, data);

    private void Passes(byte[] octets, byte[] request)
    {
        var judged = Judge(octets, s_data, request);
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());
        Assert.Equal((true, "CN=Time"), (judged.IsIntact, judged.Signer!.Subject));
    }

    private JudgedTimeStamp Judge(byte[] octets, byte[] data, byte[]? request = null, DateTimeOffset? at = null) => Judge(TimeStampToken.TryRead(octets)!, data, request, at);

    private JudgedTimeStamp Judge(TimeStampToken token, byte[] data, byte[]? request, DateTimeOffset? at = null) =>
        new TimeStampJudge(Store, NotChecked, SignaturePolicy.Default, at ?? DateTimeOffset.UtcNow.AddMinutes(1)).Judge(token, Digest(data), request is null ? null : TimeStampQuery.TryRead(request)!);
}
