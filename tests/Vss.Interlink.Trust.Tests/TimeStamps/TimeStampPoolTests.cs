using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Trust.Tests.TimeStamps;

/// <summary>RFC 3161 sections 2.2 and 3.4, against <c>openssl ts</c> behind HTTP.</summary>
public sealed class TimeStampPoolTests : IAsyncLifetime
{
    private static readonly byte[] s_imprint = SHA256.HashData("a document"u8);

    private readonly Holder _root = Holder.Root();
    private readonly OpenSslTimeStamps _stamps;
    private AuthorityHost _host = null!;

    public TimeStampPoolTests() => _stamps = new OpenSslTimeStamps(_root);

    public async ValueTask InitializeAsync()
    {
        _host = await AuthorityHost.StartAsync();
        _host.Serve("/good", call => Task.FromResult<byte[]?>(_stamps.Reply(call.Body)));
        _host.Serve("/good-too", call => Task.FromResult<byte[]?>(_stamps.Reply(call.Body)));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _stamps.Dispose();
    }

    [Fact]
    public async Task A_token_comes_from_the_first_authority_and_is_of_the_digest_and_the_policy()
    {
        using var pool = Pool(options => options.Authorities[0].Policy = "1.3.6.1.4.1.55555.4.2", "/good", "/good-too");
        var token = TimeStampToken.TryRead(await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None))!;
        Assert.Equal(s_imprint, token.Imprint.ToArray());
        Assert.Equal("1.3.6.1.4.1.55555.4.2", token.Policy);
        Assert.NotNull(token.Nonce);
        Assert.Equal(["POST /good"], _host.Asked);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("an old answer")]
    [InlineData("of a stranger")]
    [InlineData("rejection")]
    [InlineData("no such place")]
    public async Task An_authority_that_answers_badly_is_passed_over_at_once_and_comes_last_for_a_while(string fault)
    {
        var old = _stamps.Stamp("a document"u8.ToArray()).Response;
        using var strange = new OpenSslTimeStamps(Holder.Root("CN=Stranger"));
        switch (fault)
        {
            case "garbage": _host.Serve("/bad", () => "<html>It works!</html>"u8.ToArray()); break;
            case "an old answer": _host.Serve("/bad", () => old); break;   // the imprint is right, the nonce is not
            case "of a stranger": _host.Serve("/bad", call => Task.FromResult<byte[]?>(strange.Reply(call.Body))); break;
            case "rejection": _host.Serve("/bad", () => [0x30, 5, 0x30, 3, 2, 1, 2]); break;
            case "no such place": _host.Refuse("/bad", 404); break;
        }

        using var pool = Pool(null, "/bad", "/good");
        Assert.NotNull(await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None));
        var asked = _host.CountOf("/bad");
        Assert.Equal(1, asked);
        Assert.NotNull(await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None));
        Assert.Equal((1, 2), (_host.CountOf("/bad"), _host.CountOf("/good")));
    }

    [Fact]
    public async Task An_authority_that_is_down_or_slow_is_asked_three_times_and_then_the_next()
    {
        _host.Refuse("/down", 503);
        _host.Serve("/slow", async call =>
        {
            await Task.Delay(TimeSpan.FromSeconds(20), call.Http.RequestAborted);
            return [];
        });
        using var pool = Pool(options => options.AnswerSeconds = 1, "/down", "/slow", "/good");
        var began = Stopwatch.GetTimestamp();
        Assert.NotNull(await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None));
        Assert.Equal((3, 3, 1), (_host.CountOf("/down"), _host.CountOf("/slow"), _host.CountOf("/good")));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 3, 15);
    }

    [Fact]
    public async Task When_all_fail_it_is_said_of_each_why()
    {
        _host.Refuse("/down", 503);
        _host.Serve("/garbage", () => [1, 2, 3]);
        _host.Serve("/large", () => new byte[(1 << 20) + 1]);
        using var pool = Pool(null, "/down", "/garbage", "/large");
        var failed = await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None));
        Assert.Contains("HTTP 503", failed.Message, StringComparison.Ordinal);
        Assert.Contains("no token for this request", failed.Message, StringComparison.Ordinal);
        Assert.Contains("longer than 1048576 octets", failed.Message, StringComparison.Ordinal);
        Assert.Equal(1, _host.CountOf("/large"));   // it will not be shorter the second time
        Assert.DoesNotMatch(@"\.(\.|;)", failed.Message);
        using var empty = Pool(null);
        Assert.Contains("Trust:TimeStamping:Authorities is empty", (await Assert.ThrowsAsync<InvalidDataException>(async () => await empty.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_most_four_requests_are_on_the_way()
    {
        _host.Serve("/steady", async call =>
        {
            await Task.Delay(100, call.Http.RequestAborted);
            return _stamps.Reply(call.Body);
        });
        using var pool = Pool(null, "/steady");
        var tokens = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () => await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None))));
        Assert.Equal((12, 4), (tokens.Length, _host.MostAtOnce));
    }

    [Fact]
    public async Task Who_asked_can_leave()
    {
        _host.Serve("/slow", async call =>
        {
            await Task.Delay(TimeSpan.FromSeconds(20), call.Http.RequestAborted);
            return [];
        });
        using var pool = Pool(null, "/slow", "/good");
        using var leaving = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, leaving.Token));
        Assert.Equal(0, _host.CountOf("/good"));
    }

    [Fact]
    public async Task A_revoked_authority_is_passed_over()
    {
        using var pool = Pool(null, list => list.Revoke(_stamps.Authority, TimeProvider.System.GetUtcNow().AddHours(-1)), "/good");
        var failed = await Assert.ThrowsAsync<InvalidDataException>(async () => await pool.StampAsync(s_imprint, HashAlgorithmName.SHA256, CancellationToken.None));
        Assert.Contains("cert.revoked", failed.Message, StringComparison.Ordinal);
    }

    private TimeStampPool Pool(Action<TimeStampingOptions>? set, params string[] paths) => Pool(set, null, paths);

    private TimeStampPool Pool(Action<TimeStampingOptions>? set, Action<ListSettings>? revoke, params string[] paths)
    {
        var options = new TimeStampingOptions { PauseMilliseconds = 20 };
        foreach (var path in paths) options.Authorities.Add(new TimeStampAuthorityOptions { Address = new Uri(_host.At(path)) });
        set?.Invoke(options);
        Assert.Empty(options.Faults());
        var now = TimeProvider.System.GetUtcNow();
        var list = CertificateList.TryRead(_root.List(settings =>
        {
            (settings.ThisUpdate, settings.NextUpdate) = (now.AddDays(-1), now.AddDays(1));
            revoke?.Invoke(settings);
        }))!;
        var folders = new TrustStore([_root.Certificate], [], [list]);
        var source = new RevocationSource(new OnlineOptions(), () => folders, new MemoryLibrary(), TimeProvider.System, NullLogger<RevocationSource>.Instance);
        return new TimeStampPool(options, source, TimeProvider.System, NullLogger<TimeStampPool>.Instance);
    }
}
