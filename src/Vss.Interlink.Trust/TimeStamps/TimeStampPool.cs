using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>
/// Time stamps from several authorities, in order, with fail-over. A token is judged as a court would before it is handed out; an authority that is not reached, slow beyond
/// measure or gives tokens that are not good is passed over, reported, and comes last for a while. At most four requests are on the way, whoever asks.
/// </summary>
public sealed partial class TimeStampPool : IDisposable
{
    private const int MostAtOnce = 4;
    private const int Retries = 2;

    // By how much a clock of ours and one of an authority may differ.
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    private readonly TimeStampingOptions _options;
    private readonly RevocationSource _source;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _slots = new(MostAtOnce);
    private readonly ConcurrentDictionary<Uri, DateTimeOffset> _restsUntil = new();
    private readonly ResiliencePipeline _pipeline;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <param name="options">Authorities and patience.</param>
    /// <param name="source">The trust store, and answers about the authorities' certificates.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">The log.</param>
    public TimeStampPool(TimeStampingOptions options, RevocationSource source, TimeProvider clock, ILogger<TimeStampPool> logger)
    {
        (_options, _source, _clock, _logger) = (options, source, clock, logger);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Retries,
                DelayGenerator = failed => ValueTask.FromResult<TimeSpan?>(TimeSpan.FromMilliseconds(_options.PauseMilliseconds) * (Math.Pow(2, failed.AttemptNumber) * (1 + Random.Shared.NextDouble() / 4))),
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(IsPassing).Handle<IOException>().Handle<TimeoutRejectedException>(),
            })
            .Build();
    }

    /// <summary>Whether there is anybody to ask.</summary>
    public bool HasAuthorities => _options.Authorities.Count > 0;

    /// <summary>Gets a token over a digest. It can take minutes: not for who waits for an answer.</summary>
    /// <returns>The TimeStampToken, DER, judged good.</returns>
    /// <exception cref="InvalidDataException">No authority gave a good one; the message says of each why.</exception>
    public async ValueTask<byte[]> StampAsync(ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation)
    {
        if (_options.Authorities.Count == 0) throw new InvalidDataException("There is nobody to ask for time stamps: Trust:TimeStamping:Authorities is empty.");
        var now = _clock.GetUtcNow();
        List<string> reasons = [];
        foreach (var authority in _options.Authorities.OrderBy(one => _restsUntil.TryGetValue(one.Address!, out var until) && until > now))
        {
            var (token, why) = await TryAsync(authority, imprint, hash, cancellation);
            if (token is not null) return token;
            reasons.Add($"{authority.Address!.Authority}: {why}");
        }

        throw new InvalidDataException($"No time-stamping authority gave a good token. {string.Join("; ", reasons)}.");
    }

    public void Dispose()
    {
        _http.Dispose();
        _slots.Dispose();
    }

    private async ValueTask<(byte[]? Token, string Why)> TryAsync(TimeStampAuthorityOptions authority, ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation)
    {
        var (outcome, why) = ("failed", "");
        try
        {
            var client = new TimeStampClient(_http, authority.Address!, authority.Policy);
            var (token, query) = await _pipeline.ExecuteAsync(async token => await OnceAsync(client, imprint, hash, token), cancellation);
            outcome = "refused";
            why = await ObjectionAsync(token, query, imprint, hash, cancellation) ?? "";
            if (why.Length == 0)
            {
                outcome = "good";
                _restsUntil.TryRemove(authority.Address!, out _);
                return (token, why);
            }
        }
        catch (InvalidDataException refused)
        {
            (outcome, why) = ("refused", refused.Message.TrimEnd('.'));   // it is part of a sentence
        }
        catch (TimeoutRejectedException)
        {
            why = $"no answer within {_options.AnswerSeconds} s";
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or IOException)
        {
            why = unreachable is HttpRequestException { StatusCode: { } status } ? $"HTTP {(int)status}" : "it could not be reached";
        }
        finally
        {
            OnlineTelemetry.Stamped(authority.Address!.Authority, outcome);
        }

        _restsUntil[authority.Address] = _clock.GetUtcNow() + TimeSpan.FromSeconds(_options.RestSeconds);
        PassedOver(_logger, authority.Address, why);
        return (null, why);
    }

    private static bool IsPassing(HttpRequestException failed) => failed.StatusCode is null or >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    // Waiting for a turn is not waiting for the authority, and a pause holds no slot.
    private async ValueTask<(byte[] Token, TimeStampQuery Query)> OnceAsync(TimeStampClient client, ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation);
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(_options.AnswerSeconds), _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            try
            {
                return await client.AskAsync(imprint, hash, either.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw new TimeoutRejectedException(TimeSpan.FromSeconds(_options.AnswerSeconds));
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Why a token is not good; null when it is.</summary>
    private async ValueTask<string?> ObjectionAsync(byte[] octets, TimeStampQuery query, ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation)
    {
        if (TimeStampToken.TryRead(octets) is not { } token) return "what came cannot be judged";
        var now = _clock.GetUtcNow();
        if ((token.Time - now).Duration() > s_skew + TimeSpan.FromSeconds(_options.AnswerSeconds)) return $"its clock is wrong: {Times.Iso(token.Time)} at {Times.Iso(now)}";
        var judged = await _source.VerifyAsync(
            () =>
            {
                var at = _clock.GetUtcNow();
                return new TimeStampJudge(_source.Current, ValidationPolicy.Strict, SignaturePolicy.Default, token.Time > at ? token.Time : at).Judge(token, asked => asked == hash ? imprint.ToArray() : [], query);
            }, cancellation);
        return judged.Verdict.Failure is { } failure ? $"{failure.Rule}, {failure.Detail}" : null;
    }

    [LoggerMessage(1301, LogLevel.Warning, "The time-stamping authority {Address} is passed over: {Why}.")]
    private static partial void PassedOver(ILogger logger, Uri address, string why);
}
