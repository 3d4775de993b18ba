using System.Diagnostics;
using System.Net;
using System.Text;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Sandbox.Tests.Pki;

/// <summary>Each fault does what it says, as often as it was scripted.</summary>
public sealed class AuthorityFaultTests : IAsyncLifetime
{
    private static readonly byte[] s_data = Encoding.UTF8.GetBytes("hồ sơ");
    private RelyingParty _party = null!;

    private SandboxAuthority Authority => _party.Authority;

    public async ValueTask InitializeAsync() => _party = await RelyingParty.StartAsync();

    public ValueTask DisposeAsync() => _party.DisposeAsync();

    public static TheoryData<AuthorityService> Services => [.. Enum.GetValues<AuthorityService>()];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_service_that_is_off_resets_the_connection(AuthorityService service)
    {
        Authority.Script(new(service, AuthorityFault.Off));
        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(service));
        Assert.NotEmpty(await OctetsAsync(service));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_server_error_is_HTTP_500(AuthorityService service)
    {
        Authority.Script(new(service, AuthorityFault.ServerError, 2));
        for (var call = 0; call < 2; call++)
        {
            using var response = await CallAsync(service);
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }

        Assert.NotEmpty(await OctetsAsync(service));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Garbage_and_half_an_answer_come_under_the_right_type(AuthorityService service)
    {
        var whole = await OctetsAsync(service);
        Authority.Script(new(service, AuthorityFault.Garbage));
        Authority.Script(new(service, AuthorityFault.Truncated));
        using var garbage = await CallAsync(service);
        using var half = await CallAsync(service);
        using var right = await CallAsync(service);

        Assert.Equal(right.Content.Headers.ContentType, garbage.Content.Headers.ContentType);
        Assert.Equal(64, (await garbage.Content.ReadAsByteArrayAsync()).Length);
        Assert.InRange((await half.Content.ReadAsByteArrayAsync()).Length, (whole.Length / 2) - 4, (whole.Length / 2) + 4);   // ECDSA values differ by some octets
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_slow_answer_is_right_and_late(AuthorityService service)
    {
        var right = await OctetsAsync(service);
        Authority.Script(new(service, AuthorityFault.Slow, 1, 700));
        var watch = Stopwatch.StartNew();
        var late = await OctetsAsync(service);
        Assert.True(watch.ElapsedMilliseconds >= 690, $"It came after {watch.ElapsedMilliseconds} ms.");
        Assert.InRange(late.Length, right.Length - 4, right.Length + 4);
    }

    [Fact]
    public async Task A_fault_without_a_count_lasts_until_the_script_is_cleared()
    {
        Authority.Script(new(AuthorityService.Ocsp, AuthorityFault.ServerError, null));
        for (var call = 0; call < 3; call++)
        {
            using var response = await CallAsync(AuthorityService.Ocsp);
            Assert.False(response.IsSuccessStatusCode);
        }

        Assert.NotEmpty(await OctetsAsync(AuthorityService.Crl));   // others go on
        Authority.ClearFaults();
        Assert.NotEmpty(await OctetsAsync(AuthorityService.Ocsp));
    }

    [Fact]
    public async Task Options_script_faults_from_the_start()
    {
        await using var party = await RelyingParty.StartAsync(new AuthorityOptions { Faults = [new(AuthorityService.Crl, AuthorityFault.ServerError)] });
        await Assert.ThrowsAsync<HttpRequestException>(() => party.ListAsync("root.crl"));
        Assert.NotEmpty(await party.ListAsync("root.crl"));
    }

    [Fact]
    public async Task Requests_are_counted_by_service_those_that_went_wrong_too()
    {
        Authority.Script(new(AuthorityService.Ocsp, AuthorityFault.ServerError));
        foreach (var service in new[] { AuthorityService.Ocsp, AuthorityService.Ocsp, AuthorityService.Tsa }) (await CallAsync(service)).Dispose();
        Assert.Equal((0, 0, 2, 1), (Authority.Requests[AuthorityService.Certificates], Authority.Requests[AuthorityService.Crl], Authority.Requests[AuthorityService.Ocsp], Authority.Requests[AuthorityService.Tsa]));
    }

    [Fact]
    public async Task A_service_has_no_faults_of_another()
    {
        Assert.Throws<ArgumentException>(() => Authority.Script(new(AuthorityService.Crl, AuthorityFault.WrongNonce)));
        Assert.Throws<ArgumentException>(() => Authority.Script(new(AuthorityService.Tsa, AuthorityFault.Unknown)));
        Assert.Throws<ArgumentException>(() => Authority.Script(new(AuthorityService.Ocsp, AuthorityFault.Waiting)));
        Assert.Throws<ArgumentException>(() => Authority.Script(new(AuthorityService.Ocsp, AuthorityFault.Off, 0)));
        Assert.Throws<ArgumentException>(() => Authority.Script(new(AuthorityService.Ocsp, AuthorityFault.Slow, 1, -1)));
        await Assert.ThrowsAsync<ArgumentException>(() => SandboxAuthority.StartAsync(new AuthorityOptions { Faults = [new(AuthorityService.Certificates, AuthorityFault.Expired)] }));
    }

    [Fact]
    public async Task An_ended_list_and_a_list_by_another_key_show_nothing()
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        var root = await _party.ListAsync("root.crl");

        Authority.Script(new(AuthorityService.Crl, AuthorityFault.Expired));
        var ended = await _party.ListAsync("issuing.crl");
        Authority.Script(new(AuthorityService.Crl, AuthorityFault.WrongSigner));
        var strange = await _party.ListAsync("issuing.crl");

        Assert.Contains("CRL has expired", _party.VerifyByOpenSsl(leaf, [ended], "-crl_check"), StringComparison.Ordinal);
        Assert.Contains("CRL", _party.VerifyByOpenSsl(leaf, [strange], "-crl_check"), StringComparison.Ordinal);
        foreach (var wrong in new[] { ended, strange }) Assert.Equal(Rules.RevocationKnown, _party.Verify(leaf, [root, wrong], []).Failure!.Rule);
        Assert.True(_party.Verify(leaf, [root, await _party.ListAsync("issuing.crl")], []).Passed);
    }

    [Theory]
    [InlineData(AuthorityFault.Expired, "Status times invalid")]
    [InlineData(AuthorityFault.WrongSigner, "Response Verify Failure")]
    [InlineData(AuthorityFault.Unknown, "certificate.pem: unknown")]
    public async Task An_OCSP_answer_that_is_wrong_shows_nothing(AuthorityFault fault, string byOpenSsl)
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        var root = await _party.ListAsync("root.crl");
        Authority.Script(new(AuthorityService.Ocsp, fault, 2));

        Assert.Contains(byOpenSsl, _party.AskByOpenSsl(leaf, Authority.Issuing), StringComparison.Ordinal);
        Assert.Equal(Rules.RevocationKnown, _party.Verify(leaf, [root], [await _party.AskAsync(leaf, Authority.Issuing)]).Failure!.Rule);
        Assert.True(_party.Verify(leaf, [root], [await _party.AskAsync(leaf, Authority.Issuing)]).Passed);
    }

    [Fact]
    public async Task A_nonce_is_wrong_or_missing_as_scripted()
    {
        Authority.Script(new(AuthorityService.Ocsp, AuthorityFault.WrongNonce, 2));
        Assert.Contains("Nonce Verify error", _party.AskByOpenSsl(Authority.TimeStamper, Authority.Issuing, "-nonce"), StringComparison.Ordinal);
        var request = _party.OcspRequest(Authority.TimeStamper, Authority.Issuing, "-nonce");
        var wrong = OcspAnswer.TryRead(await _party.AskAsync(request))!.Nonce!.Value;
        Assert.Equal(-1, request.AsSpan().IndexOf(wrong.Span));

        Authority.Script(new(AuthorityService.Ocsp, AuthorityFault.NoNonce, 2));
        Assert.Contains("no nonce in response", _party.AskByOpenSsl(Authority.TimeStamper, Authority.Issuing, "-nonce"), StringComparison.Ordinal);
        Assert.Null(OcspAnswer.TryRead(await _party.AskAsync(request))!.Nonce);
    }

    [Theory]
    [InlineData(AuthorityFault.WrongNonce, "nonce mismatch", Rules.Request)]
    [InlineData(AuthorityFault.NoNonce, "nonce not returned", Rules.Request)]
    [InlineData(AuthorityFault.WrongImprint, "message imprint mismatch", Rules.Digest)]
    [InlineData(AuthorityFault.WrongPolicy, "policy mismatch", Rules.Request)]
    [InlineData(AuthorityFault.WrongSigner, "Verification: FAILED", Rules.Chain)]
    [InlineData(AuthorityFault.Expired, "certificate has expired", Rules.Validity)]
    public async Task A_stamp_that_is_wrong_is_seen_by_both_judges(AuthorityFault fault, string byOpenSsl, string rule)
    {
        byte[][] lists = [await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl")];
        Authority.Script(new(AuthorityService.Tsa, fault));

        var (request, response) = await _party.StampAsync(s_data, "-cert", "-tspolicy", "1.3.6.1.4.1.55555.4.2");

        Assert.Contains(byOpenSsl, _party.VerifyStampByOpenSsl(request, response), StringComparison.Ordinal);
        Assert.Equal(rule, _party.JudgeStamp(response, s_data, request, lists).Verdict.Failure!.Rule);
    }

    [Theory]
    [InlineData(AuthorityFault.Rejection, "rejection")]
    [InlineData(AuthorityFault.Waiting, "waiting")]
    public async Task A_refusal_has_no_token(AuthorityFault fault, string status)
    {
        Authority.Script(new(AuthorityService.Tsa, fault));
        var (_, response) = await _party.StampAsync(s_data);
        Assert.Equal((null, status), (TimeStampToken.TryRead(response), TimeStampToken.TryReadRefusal(response)));
        Assert.NotNull(TimeStampToken.TryRead((await _party.StampAsync(s_data)).Response));
    }

    private Task<HttpResponseMessage> CallAsync(AuthorityService service) => service switch
    {
        AuthorityService.Certificates => _party.Http.GetAsync("ca/issuing.cer"),
        AuthorityService.Crl => _party.Http.GetAsync("ca/issuing.crl"),
        AuthorityService.Ocsp => _party.PostAsync("ocsp", "application/ocsp-request", _party.OcspRequest(Authority.TimeStamper, Authority.Issuing, "-no_nonce")),
        _ => _party.PostAsync("tsa", "application/timestamp-query", _party.OpenSsl.Make("fault.tsq", "ts", "-query", "-data", _party.OpenSsl.Write("data", s_data), "-no_nonce")),
    };

    private async Task<byte[]> OctetsAsync(AuthorityService service)
    {
        using var response = await CallAsync(service);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }
}
