using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Sandbox.Tests.Pki;

/// <summary>RFC 3161 and RFC 5816, asked and judged by <c>openssl ts</c> and by the hub.</summary>
public sealed class TimeStampTests : IAsyncLifetime
{
    private static readonly byte[] s_data = Encoding.UTF8.GetBytes("hồ sơ");
    private RelyingParty _party = null!;

    public async ValueTask InitializeAsync() => _party = await RelyingParty.StartAsync();

    public ValueTask DisposeAsync() => _party.DisposeAsync();

    [Theory]
    [InlineData(AuthorityKey.EcdsaP256, "-sha256", "-cert")]
    [InlineData(AuthorityKey.EcdsaP256, "-sha384")]
    [InlineData(AuthorityKey.EcdsaP256, "-sha512", "-no_nonce")]
    [InlineData(AuthorityKey.Rsa2048, "-sha256", "-cert")]
    [InlineData(AuthorityKey.Rsa2048, "-sha512", "-cert", "-tspolicy", "1.3.6.1.4.1.55555.4.2")]
    public async Task Both_judges_believe_a_stamp(AuthorityKey key, params string[] options)
    {
        await using var party = await RelyingParty.StartAsync(new AuthorityOptions { Key = key });
        var (request, response) = await party.StampAsync(s_data, options);
        byte[][] lists = [await party.ListAsync("root.crl"), await party.ListAsync("issuing.crl")];

        Assert.Contains("Verification: OK", party.VerifyStampByOpenSsl(request, response), StringComparison.Ordinal);
        var judged = party.JudgeStamp(response, s_data, request, lists);
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());

        var token = TimeStampToken.TryRead(response)!;
        Assert.Equal((options.Contains("-tspolicy") ? "1.3.6.1.4.1.55555.4.2" : "1.3.6.1.4.1.55555.4.1", TimeSpan.FromSeconds(1.5)), (token.Policy, token.Accuracy));
        Assert.Equal(options.Contains("-no_nonce"), token.Nonce is null);
        Assert.Equal(options.Contains("-cert"), response.AsSpan().IndexOf(party.Authority.TimeStamper.RawData) > 0);
    }

    [Fact]
    public async Task Stamps_are_numbered_in_order_and_have_the_authoritys_time()
    {
        var clock = new ManualClock(Holder.Now);
        await using var party = await RelyingParty.StartAsync(new AuthorityOptions { Clock = clock });
        var numbers = new List<long>();
        for (var stamp = 0; stamp < 3; stamp++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var token = TimeStampToken.TryRead((await party.StampAsync(s_data)).Response)!;
            Assert.Equal(clock.GetUtcNow(), token.Time);
            numbers.Add(long.Parse(token.SerialNumber, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        Assert.Equal([1, 2, 3], numbers);
    }

    [Fact]
    public async Task The_client_of_the_hub_gets_a_token_for_its_request()
    {
        using var http = new HttpClient();
        var token = await new TimeStampClient(http, _party.Authority.TimeStampAddress).StampAsync(SHA256.HashData(s_data), HashAlgorithmName.SHA256, CancellationToken.None);
        var judged = _party.JudgeStamp(token, s_data, null, [await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl")]);
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());
    }

    [Fact]
    public async Task The_time_stampers_certificate_can_be_revoked()
    {
        var (request, response) = await _party.StampAsync(s_data, "-cert");
        _party.Authority.Revoke(_party.Authority.TimeStamper);
        _party.Authority.Publish();
        Assert.Equal(Rules.Revoked, _party.JudgeStamp(response, s_data, request, [await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl")]).Verdict.Failure!.Rule);
    }

    [Theory]
    [InlineData("unrecognized or unsupported algorithm", "-sha1")]
    [InlineData("policy", "-sha256", "-tspolicy", "1.2.3.4")]
    public async Task What_it_does_not_stamp_is_rejected_with_the_reason(string reason, params string[] options)
    {
        var (_, response) = await _party.StampAsync(s_data, options);
        var (_, told) = _party.OpenSsl.Run("ts", "-reply", "-in", _party.OpenSsl.Write("rejected.tsr", response), "-text");
        Assert.Contains("Status: Rejected", told, StringComparison.Ordinal);
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.Equal((null, "rejection"), (TimeStampToken.TryRead(response), TimeStampToken.TryReadRefusal(response)));
    }

    [Fact]
    public async Task What_is_no_request_is_rejected_and_what_is_no_query_over_HTTP_refused()
    {
        foreach (var broken in new[] { [], "no request"u8.ToArray(), [0x30, 0x00], [0x30, 0x80], RelyingParty.Deep() })
        {
            using var answer = await _party.PostAsync("tsa", "application/timestamp-query", broken);
            Assert.Equal("rejection", TimeStampToken.TryReadRefusal(await answer.Content.ReadAsByteArrayAsync()));
        }

        using var read = await _party.Http.GetAsync("tsa");
        using var typed = await _party.PostAsync("tsa", "application/octet-stream", [1]);
        using var large = await _party.PostAsync("tsa", "application/timestamp-query", new byte[70_000]);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge), (read.StatusCode, typed.StatusCode, large.StatusCode));
    }
}
