using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.Peers;

/// <summary>RFC 3161 over HTTP, answered by <c>openssl ts</c>.</summary>
public sealed class TimeStampPeerTests : IAsyncLifetime
{
    private static readonly byte[] s_data = Encoding.UTF8.GetBytes("hồ sơ");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Holder _root = Holder.Root();
    private readonly OpenSslTimeStamps _authority;
    private OpenSslTimeStampServer _server = null!;

    public TimeStampPeerTests() =>
        _authority = new OpenSslTimeStamps(_root, settings => (settings.NotBefore, settings.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(30)));

    public async ValueTask InitializeAsync() => _server = await OpenSslTimeStampServer.StartAsync(_authority);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        _http.Dispose();
    }

    public static TheoryData<string> Digests => ["SHA256", "SHA384", "SHA512"];

    [Theory]
    [MemberData(nameof(Digests))]
    public async Task The_client_gets_a_token_that_is_good(string digest)
    {
        var hash = new HashAlgorithmName(digest);
        var token = await new TimeStampClient(_http, _server.Address).StampAsync(CryptographicOperations.HashData(hash, s_data), hash, CancellationToken.None);

        var judged = Judge(token, s_data, Assert.Single(_server.Requests));
        Assert.True(judged.Verdict.Passed, judged.Verdict.Failure?.ToString());
        Assert.NotNull(TimeStampToken.TryRead(token)!.Nonce);
        Assert.False(Judge(token, [.. s_data, 0], null).Verdict.Passed);
    }

    [Fact]
    public async Task Each_request_has_a_nonce_of_its_own()
    {
        var client = new TimeStampClient(_http, _server.Address);
        for (var call = 0; call < 2; call++) await client.StampAsync(SHA256.HashData(s_data), HashAlgorithmName.SHA256, CancellationToken.None);
        var queries = _server.Requests.Select(request => TimeStampQuery.TryRead(request)!).ToList();
        Assert.NotEqual(queries[0].Nonce, queries[1].Nonce);
        Assert.All(queries, query => Assert.NotNull(query.Nonce));
    }

    [Fact]
    public async Task A_token_under_the_policy_that_was_asked_for_is_good_and_another_is_not()
    {
        var (asked, _) = _authority.Stamp(s_data, "sha512", "-tspolicy", "1.3.6.1.4.1.55555.4.2");
        var response = await PostAsync(asked);
        Assert.Equal("1.3.6.1.4.1.55555.4.2", TimeStampToken.TryRead(response)!.Policy);
        Assert.True(Judge(response, s_data, asked).Verdict.Passed);
        var (other, _) = _authority.Stamp(s_data, "sha512", "-tspolicy", "1.3.6.1.4.1.55555.4.1");
        Assert.False(Judge(response, s_data, other).Verdict.Passed);
    }

    [Fact]
    public async Task A_digest_that_the_authority_does_not_take_gives_no_token()
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => new TimeStampClient(_http, _server.Address).StampAsync(CryptographicOperations.HashData(HashAlgorithmName.SHA3_256, s_data), HashAlgorithmName.SHA3_256, CancellationToken.None).AsTask());
        Assert.Contains("no token", refused.Message, StringComparison.Ordinal);
    }

    private JudgedTimeStamp Judge(byte[] octets, byte[] data, byte[]? request) =>
        new TimeStampJudge(new TrustStore([_root.Certificate], [], []), new ValidationPolicy(RevocationRule.NotChecked, UntrustedSignerRule.JudgeIntegrity), SignaturePolicy.Default, DateTimeOffset.UtcNow.AddMinutes(1))
            .Judge(TimeStampToken.TryRead(octets)!, hash => CryptographicOperations.HashData(hash, data), request is null ? null : TimeStampQuery.TryRead(request));

    private async Task<byte[]> PostAsync(byte[] request)
    {
        using var content = new ByteArrayContent(request) { Headers = { ContentType = new MediaTypeHeaderValue("application/timestamp-query") } };
        using var response = await _http.PostAsync(_server.Address, content);
        return await response.Content.ReadAsByteArrayAsync();
    }
}
