using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Vss.Interlink.Trust.Online;

/// <summary>What is asked over HTTP.</summary>
/// <param name="Address">Where.</param>
/// <param name="Accepts">Media type of the answer.</param>
internal sealed record AuthorityRequest(Uri Address, string Accepts)
{
    /// <summary>What is posted, and as what; null for GET.</summary>
    public (ReadOnlyMemory<byte> Octets, string Type)? Post { get; init; }

    /// <summary>Marks of the answer that is at hand, so that the same one is not sent again.</summary>
    public Marks? Known { get; init; }
}

/// <summary>What a server calls the state of a resource by: RFC 9110 section 8.8.</summary>
internal sealed record Marks(string? EntityTag, DateTimeOffset? LastModified);

/// <summary>What came of a request.</summary>
internal abstract record AuthorityReply
{
    private AuthorityReply() { }

    public sealed record Content(ReadOnlyMemory<byte> Octets, Marks Marks) : AuthorityReply;

    /// <summary>What is at hand is the newest.</summary>
    public sealed record Same : AuthorityReply;

    /// <param name="Why">For people.</param>
    /// <param name="IsPassing">Whether the host is to blame, and not what was asked.</param>
    public sealed record Nothing(string Why, bool IsPassing) : AuthorityReply;
}

/// <summary>
/// Asks authorities over HTTP, each host with time-outs, retries and a breaker of its own. Redirections are not followed: who may be asked stands in the configuration.
/// </summary>
internal sealed class AuthorityClient(AllowedHosts hosts, OnlineOptions options, TimeProvider clock) : IDisposable
{
    private const int Retries = 2;
    private const int FailuresThatBreak = 4;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, ResiliencePipeline<AuthorityReply>> _pipelines = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = AllowedHosts.ConnectAsync,
        MaxConnectionsPerServer = options.MaxParallel,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromMilliseconds(options.AttemptMilliseconds),
    }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Asks; bounded in time by the attempts and pauses, in memory by <see cref="OnlineOptions.MaxAnswerOctets"/>.</summary>
    public async Task<AuthorityReply> AskAsync(AuthorityRequest request, CancellationToken cancellation)
    {
        var host = request.Address.Authority;
        if (!hosts.Allows(request.Address)) return new AuthorityReply.Nothing($"{host} is not in Trust:Online:Hosts", IsPassing: false);
        try
        {
            return await _pipelines.GetOrAdd(host, _ => Build()).ExecuteAsync(async token => await OnceAsync(request, token), cancellation);
        }
        catch (BrokenCircuitException)
        {
            return new AuthorityReply.Nothing($"{host} failed several times and is left in peace for a while", IsPassing: true);
        }
        catch (TimeoutRejectedException)
        {
            return new AuthorityReply.Nothing($"{host} did not answer within {options.AttemptMilliseconds} ms", IsPassing: true);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<AuthorityReply> OnceAsync(AuthorityRequest request, CancellationToken cancellation)
    {
        var host = request.Address.Authority;
        try
        {
            using var message = Message(request);
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.StatusCode == HttpStatusCode.NotModified && request.Known is not null) return new AuthorityReply.Same();
            if (answer.StatusCode != HttpStatusCode.OK) return new AuthorityReply.Nothing($"{host} answered HTTP {(int)answer.StatusCode}", (int)answer.StatusCode is >= 500 or 408 or 429);
            if (await ReadAsync(answer.Content, cancellation) is not { } octets) return new AuthorityReply.Nothing($"{host} answered more than {options.MaxAnswerOctets} octets", IsPassing: false);
            return new AuthorityReply.Content(octets, new Marks(answer.Headers.ETag?.ToString(), answer.Content.Headers.LastModified));
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or IOException || (unreachable is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // The handler's time for a connection ends in a cancellation too, of a token of its own.
            return new AuthorityReply.Nothing($"{host} could not be asked: {(unreachable as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown}", IsPassing: true);
        }
    }

    private static HttpRequestMessage Message(AuthorityRequest request)
    {
        var message = new HttpRequestMessage(request.Post is null ? HttpMethod.Get : HttpMethod.Post, request.Address);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(request.Accepts));
        if (request.Post is { } post) message.Content = new ReadOnlyMemoryContent(post.Octets) { Headers = { ContentType = new MediaTypeHeaderValue(post.Type) } };
        if (request.Known?.EntityTag is { } tag && EntityTagHeaderValue.TryParse(tag, out var known)) message.Headers.IfNoneMatch.Add(known);
        message.Headers.IfModifiedSince = request.Known?.LastModified;
        return message;
    }

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        if (content.Headers.ContentLength > options.MaxAnswerOctets) return null;
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        using var all = new MemoryStream();
        var piece = new byte[16 * 1024];
        while (await stream.ReadAsync(piece, cancellation) is > 0 and var read)
        {
            if (all.Length + read > options.MaxAnswerOctets) return null;
            all.Write(piece, 0, read);
        }

        return all.ToArray();
    }

    private ResiliencePipeline<AuthorityReply> Build() => new ResiliencePipelineBuilder<AuthorityReply> { TimeProvider = new SteadyClock(clock) }
        .AddRetry(new RetryStrategyOptions<AuthorityReply>
        {
            MaxRetryAttempts = Retries,
            Delay = s_firstPause,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = Passing(),
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AuthorityReply>
        {
            FailureRatio = 0.9,
            MinimumThroughput = FailuresThatBreak,
            SamplingDuration = s_window,
            BreakDuration = TimeSpan.FromSeconds(options.RestSeconds),
            ShouldHandle = Passing(),
        })
        .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromMilliseconds(options.AttemptMilliseconds) })
        .Build();

    private static PredicateBuilder<AuthorityReply> Passing() => new PredicateBuilder<AuthorityReply>().Handle<TimeoutRejectedException>().HandleResult(reply => reply is AuthorityReply.Nothing { IsPassing: true });
}
