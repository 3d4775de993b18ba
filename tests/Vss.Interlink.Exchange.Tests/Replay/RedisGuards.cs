using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Replay;

namespace Vss.Interlink.Exchange.Tests.Replay;

/// <summary>Guards over a Redis of the test's, each test with keys of its own.</summary>
internal static class RedisGuards
{
    /// <summary>Long enough for a machine that is busy with other tests.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The end of a request's window.</summary>
    public static DateTimeOffset InAMinute => TimeProvider.System.GetUtcNow().AddMinutes(1);

    public static ClaimOptions Options(IEnumerable<string> endpoints, Action<RedisOptions>? set = null)
    {
        var redis = new RedisOptions { Tls = RedisTls.PlainText, Authentication = RedisAuthentication.None, Prefix = $"{Guid.NewGuid():N}:", Timeout = Patience };
        foreach (var endpoint in endpoints) redis.Endpoints.Add(endpoint);
        set?.Invoke(redis);
        return new ClaimOptions { Redis = redis, Poll = TimeSpan.FromMilliseconds(20) };
    }

    public static RedisNode Node(ClaimOptions options, TimeProvider? clock = null) => new(options, Link(options), clock ?? TimeProvider.System);

    public static RedisLink Link(ClaimOptions options) => new(options.Redis!, TimeProvider.System, NullLogger<RedisLink>.Instance);
}

/// <summary>The guard of one node, and its connections.</summary>
internal sealed class RedisNode(ClaimOptions options, RedisLink link, TimeProvider clock) : IAsyncDisposable
{
    public FallbackReplayGuard Guard { get; } = new(
        new ProcessReplayGuard(options, clock), new RedisReplayGuard(link, options, clock), options.Redis!, clock, NullLogger<FallbackReplayGuard>.Instance);

    public RedisLink Link => link;

    public ValueTask DisposeAsync() => link.DisposeAsync();
}
