using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>
/// Gets time stamps for evidence, off the road of messages: what waits becomes the leaves of a Merkle tree, a time-stamping authority stamps its root, and the ledger keeps both. Any number of nodes may
/// do so on one ledger; a lease keeps them from asking twice, and the ledger lets no piece of evidence into two batches. While no authority answers it asks again, also when nothing waits.
/// </summary>
public sealed partial class EvidenceStamps : BackgroundService
{
    /// <summary>So that nodes do not ask for the same stamps; what is in a batch is not decided by it.</summary>
    internal const string LeaseName = "evidence.stamps";

    // Exchanges whose earlier evidence is queued by one transaction.
    private const int EarlierAtOnce = 200;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // By how much clocks of nodes may differ.
    private static readonly TimeSpan MostApart = TimeSpan.FromMinutes(1);

    private readonly ExchangeLedger _ledger;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> _stamp;
    private readonly TimeStampVerifier _verifier;
    private readonly TimeStampsOptions? _options;
    private readonly string _owner;
    private readonly TimeProvider _clock;
    private readonly ILogger<EvidenceStamps> _logger;
    private volatile string? _trouble;

    /// <param name="ledger">Where evidence and stamps are.</param>
    /// <param name="pool">Who is asked.</param>
    /// <param name="verifier">Looks at what they answer.</param>
    /// <param name="options">Null: no time stamps are made.</param>
    /// <param name="owner">One start of one node.</param>
    /// <param name="clock">The one clock.</param>
    /// <param name="logger">Hears of authorities that go and come.</param>
    public EvidenceStamps(ExchangeLedger ledger, TimeStampPool pool, TimeStampVerifier verifier, TimeStampsOptions? options, string owner, TimeProvider clock, ILogger<EvidenceStamps> logger)
        : this(ledger, async (root, cancellation) => await pool.StampAsync(root, HashAlgorithmName.SHA256, cancellation), verifier, options, owner, clock, logger) { }

    /// <summary>With another way to get a token over a SHA-256.</summary>
    internal EvidenceStamps(
        ExchangeLedger ledger, Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> stamp, TimeStampVerifier verifier, TimeStampsOptions? options, string owner, TimeProvider clock, ILogger<EvidenceStamps> logger) =>
        (_ledger, _stamp, _verifier, _options, _owner, _clock, _logger) = (ledger, stamp, verifier, options, owner, clock, logger);

    /// <summary>How it stands: this node's trouble, and what waits in the ledger.</summary>
    public async Task<StampState> LookAsync(CancellationToken cancellation)
    {
        if (_options is not { Grace: { } grace }) return StampState.Off;
        var oldest = await _ledger.OldestUnstampedAsync(cancellation);
        return new StampState(true, oldest, oldest + grace, _trouble, oldest + grace / 2 < _clock.GetUtcNow(), oldest + grace < _clock.GetUtcNow());
    }

    /// <summary>Makes every batch that is due; where the last attempt failed, asks again whatever is due.</summary>
    /// <returns>How much evidence was stamped.</returns>
    /// <exception cref="InvalidOperationException">The configuration has no time stamps.</exception>
    public async Task<int> StampAsync(CancellationToken cancellation)
    {
        var options = _options ?? throw new InvalidOperationException("Exchange:Evidence:TimeStamps is not set.");
        await _ledger.SwitchStampsOnAsync(cancellation);
        for (var stamped = 0; ;)
        {
            if (!await _ledger.TakeLeaseAsync(LeaseName, _owner, Lease, cancellation))
            {
                _trouble = null;   // another node's, if there is any
                return stamped;
            }

            var earlier = await _ledger.QueueEarlierAsync(EarlierAtOnce, cancellation);
            var waiting = await _ledger.ListUnstampedAsync(options.Most, cancellation);
            await RedateAsync(waiting, options.Every, cancellation);
            if (waiting.Count == options.Most || waiting.Count > 0 && (_trouble is not null || waiting.Any(evidence => _clock.GetUtcNow() - evidence.Since >= options.Every)))
            {
                if (await StampAsync(waiting, cancellation) is not { } count) return stamped;
                stamped += count;
            }
            else if (!earlier)
            {
                if (_trouble is not null) await AskAsync(RandomNumberGenerator.GetBytes(MerkleTree.Length), cancellation);   // nothing waits, and whether they are back must still be known
                return stamped;
            }
        }
    }

    /// <summary>The work itself, on the caller's context; the host's start puts it on the thread pool.</summary>
    internal async Task ServeAsync(CancellationToken stopping)
    {
        if (_options is null)
        {
            LogOff(_logger);
            return;
        }

        // So that evidence waits little longer than Every, and a full batch is not left lying.
        var look = TimeSpan.FromTicks(Math.Clamp(_options.Every.Ticks / 4, TimeSpan.FromMilliseconds(250).Ticks, TimeSpan.FromSeconds(5).Ticks));
        try
        {
            while (true)
            {
                try
                {
                    await StampAsync(stopping);
                }
                catch (Exception failed) when (failed is not OperationCanceledException || !stopping.IsCancellationRequested)
                {
                    LogFailed(_logger, failed);   // the ledger is away; what waits still waits the next time
                }

                await Task.Delay(_trouble is null ? look : TimeSpan.FromTicks(Math.Min(_options.Every.Ticks, TimeSpan.FromMinutes(1).Ticks)), _clock, stopping);
            }
        }
        finally
        {
            await GiveBackAsync();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ServeAsync(stoppingToken);

    /// <summary>How much was stamped: none where another node came first. Null: no token came.</summary>
    private async Task<int?> StampAsync(IReadOnlyList<UnstampedEvidence> waiting, CancellationToken cancellation)
    {
        byte[] leaves = [.. waiting.SelectMany(evidence => evidence.Sha256)];
        var root = MerkleTree.Root(leaves);
        if (await AskAsync(root, cancellation) is not { } stamp) return null;
        var batch = new NewStampBatch(waiting, leaves, root, stamp.Octets, stamp.Kept.Token.Time, stamp.Kept.Judged.Signer?.Subject ?? "");
        if (await _ledger.RecordStampsAsync(batch, CancellationToken.None) is not { } number)
        {
            LogElsewhere(_logger, waiting.Count);
            return 0;
        }

        StampTelemetry.Stamped(waiting.Count);
        LogStamped(_logger, number, waiting.Count, batch.Authority);
        return waiting.Count;
    }

    // Clocks of nodes differ a little; further ahead than evidence ever waits, a clock was wrong. Such a date would keep the evidence from a batch, and the grace from its end.
    private async Task RedateAsync(IReadOnlyList<UnstampedEvidence> waiting, TimeSpan every, CancellationToken cancellation)
    {
        var latest = _clock.GetUtcNow() + TimeSpan.FromTicks(Math.Min(every.Ticks, MostApart.Ticks));
        if (waiting.Where(evidence => evidence.Since > latest).ToList() is not [_, ..] ahead) return;
        var count = await _ledger.RedateUnstampedAsync(waiting, latest, cancellation);
        if (count > 0) LogAhead(_logger, count, ahead.Max(evidence => evidence.Since));
    }

    /// <summary>Asks for a token, and keeps the lease while it is on its way. Null: none came that is over the root.</summary>
    private async Task<(byte[] Octets, KeptTimeStamp Kept)?> AskAsync(byte[] root, CancellationToken cancellation)
    {
        try
        {
            var asked = _stamp(root, cancellation);
            while (await Task.WhenAny(asked, Task.Delay(Lease / 3, _clock, cancellation)) != asked && !cancellation.IsCancellationRequested) await _ledger.TakeLeaseAsync(LeaseName, _owner, Lease, cancellation);
            var octets = await asked;
            if (_verifier.Verify(octets, root) is not { IsIntact: true } kept) throw new InvalidDataException("The token that came is not over the root that was sent.");
            if (_trouble is not null) LogBack(_logger);
            _trouble = null;
            return (octets, kept);
        }
        catch (InvalidDataException refused)
        {
            StampTelemetry.Failed();
            if (_trouble is null) LogAway(_logger, refused.Message);
            _trouble = $"Evidence gets no time stamps: {refused.Message}";
            return null;
        }
    }

    private async Task GiveBackAsync()
    {
        try
        {
            await _ledger.GiveLeaseBackAsync(LeaseName, _owner, CancellationToken.None);
        }
        catch (Exception failed)
        {
            LogFailed(_logger, failed);   // it runs out by itself
        }
    }

    [LoggerMessage(2501, LogLevel.Information, "No time stamps are made of evidence: Exchange:Evidence:TimeStamps is not set")]
    private static partial void LogOff(ILogger logger);

    [LoggerMessage(2502, LogLevel.Information, "Batch {Batch}: {Count} pieces of evidence time-stamped by {Authority}")]
    private static partial void LogStamped(ILogger logger, long batch, int count, string authority);

    [LoggerMessage(2503, LogLevel.Warning, "Evidence gets no time stamps: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(2504, LogLevel.Information, "Evidence gets time stamps again")]
    private static partial void LogBack(ILogger logger);

    [LoggerMessage(2505, LogLevel.Error, "Evidence could not be time-stamped")]
    private static partial void LogFailed(ILogger logger, Exception failed);

    [LoggerMessage(2506, LogLevel.Information, "A batch of {Count} was left: another node has stamped some of it")]
    private static partial void LogElsewhere(ILogger logger, int count);

    [LoggerMessage(2507, LogLevel.Warning, "{Count} pieces of evidence that wait for their time stamp are dated in the future, up to {Until}: a hub's clock is or was ahead. They wait from now on")]
    private static partial void LogAhead(ILogger logger, int count, DateTimeOffset until);
}

/// <summary>How it stands with time stamps.</summary>
/// <param name="IsOn">Whether the configuration has them.</param>
/// <param name="Oldest">Since when the longest waiting evidence waits; null when none does.</param>
/// <param name="RefusesFrom">When the intake refuses for it.</param>
/// <param name="Trouble">What keeps this node from getting them; null when nothing does.</param>
/// <param name="IsLate">Whether half of the grace is over, whichever node's trouble that is.</param>
/// <param name="IsRefusing">Whether the grace is over.</param>
public sealed record StampState(bool IsOn, DateTimeOffset? Oldest, DateTimeOffset? RefusesFrom, string? Trouble, bool IsLate, bool IsRefusing)
{
    internal static readonly StampState Off = new(false, null, null, null, false, false);
}
