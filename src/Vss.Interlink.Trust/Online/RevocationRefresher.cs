using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Online;

/// <summary>
/// Keeps answers fresh ahead of their end, so that no document waits for what is asked for all the time; and those about the hub's own certificates, without which it can sign
/// nothing. An answer that nobody needed since it came is left to end.
/// </summary>
/// <param name="source">Has the answers.</param>
/// <param name="options">When to renew.</param>
/// <param name="library">Is tidied up now and then.</param>
/// <param name="hubKeys">The hub's keys.</param>
/// <param name="clock">The time.</param>
/// <param name="random">Spreads nodes and answers.</param>
/// <param name="logger">The log.</param>
internal sealed partial class RevocationRefresher(
    RevocationSource source, OnlineOptions options, IRevocationLibrary library, Func<IReadOnlyList<SigningKey>> hubKeys, TimeProvider clock, Random random, ILogger<RevocationRefresher> logger) : BackgroundService
{
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(10);

    // Stale answers are kept for policies that grant a grace, and for the question who was revoked: a revocation stands in an answer that ended too.
    private static readonly TimeSpan s_keepsEnded = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_tidies = TimeSpan.FromHours(1);

    private DateTimeOffset _tidiedAt = DateTimeOffset.MinValue;

    /// <summary>What the hub needs to sign is sought before the first message can come; the hub starts without it all the same.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (source.IsOn) await FetchOwnAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!source.IsOn) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                RoundFailed(logger, failed);
            }

            await Task.Delay(s_round, clock, stoppingToken);
        }
    }

    /// <summary>Renews what is due.</summary>
    internal async Task RoundAsync(CancellationToken cancellation)
    {
        // 1 the hub's own
        await FetchOwnAsync(cancellation);

        // 2 all others
        var now = clock.GetUtcNow();
        foreach (var answer in source.Known.All.Where(answer => answer.RenewAt == DateTimeOffset.MaxValue)) Plan(answer, now);
        await Task.WhenAll(source.Known.All.Where(answer => answer.RenewAt <= now && answer is { IsInUse: true, Issuer: null }).Select(answer => RenewAsync(answer))).WaitAsync(cancellation);

        // 3 what is of no use any more
        foreach (var ended in source.Known.All.Where(answer => answer.EndsAt < now && (!answer.IsInUse || answer.EndsAt + s_keepsEnded < now))) source.Known.Drop(ended);
        OnlineTelemetry.At(source.Known.Count, source.Endangered().Count);
        if (now - _tidiedAt < s_tidies) return;
        _tidiedAt = now;
        await library.ForgetAsync(now - s_keepsEnded, cancellation);
    }

    private async Task FetchOwnAsync(CancellationToken cancellation)
    {
        foreach (var key in hubKeys())
        {
            await source.ObtainAsync(
                () =>
                {
                    var ladder = new Ladder();
                    CertificateJudge.Judge(key.Certificate, [.. key.Intermediates], source.Current, clock.GetUtcNow(), forClientAuthentication: false, ValidationPolicy.Strict, ladder);
                    return ladder.Lacks;
                }, cancellation);
        }
    }

    private async Task RenewAsync(KnownAnswer answer)
    {
        var why = await source.Fetcher.RenewAsync(answer);
        var now = clock.GetUtcNow();
        if (why is null)
        {
            // The same one where the authority has nothing newer yet: what is left of its life is divided again.
            answer.Failures = 0;
            Plan(answer, now);
            return;
        }

        answer.Failures++;
        var pause = s_firstPause * Math.Pow(2, Math.Min(answer.Failures - 1, 10));
        answer.RenewAt = now + (pause < s_longestPause ? pause : s_longestPause) * (0.75 + random.NextDouble() / 2);
        NotRenewed(logger, answer.Question.Kind, answer.Question.Address, answer.EndsAt, answer.Failures, why);
    }

    // Not all at once, and not again and again as the end comes near.
    private void Plan(KnownAnswer answer, DateTimeOffset now)
    {
        var part = (options.RenewFromPercent + random.NextDouble() * (options.RenewToPercent - options.RenewFromPercent)) / 100;
        var left = answer.EndsAt > now ? (answer.EndsAt - now) * part : TimeSpan.Zero;
        var shortest = (answer.EndsAt - answer.ThisUpdate) / 20;
        answer.RenewAt = now + Max(left, shortest < s_firstPause ? shortest : s_firstPause);

        static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }

    [LoggerMessage(1211, LogLevel.Warning, "{Kind} of {Address}, good until {EndsAt}, could not be renewed (attempt {Attempt}): {Why}.")]
    private static partial void NotRenewed(ILogger logger, AnswerKind kind, Uri address, DateTimeOffset endsAt, int attempt, string why);

    [LoggerMessage(1212, LogLevel.Error, "A round of renewing revocation answers failed.")]
    private static partial void RoundFailed(ILogger logger, Exception exception);
}
