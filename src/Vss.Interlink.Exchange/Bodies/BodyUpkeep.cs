using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Bodies;

/// <summary>What a run over all bodies has done so far. Counts are of the whole run; findings are those since the last report.</summary>
/// <param name="Seen">Bodies looked at.</param>
/// <param name="Octets">Octets of content that were read or, by a collection, octets of files that were freed.</param>
/// <param name="Changed">Bodies that were re-keyed or removed.</param>
/// <param name="Faults">Findings of the whole run.</param>
/// <param name="Findings">Each a sentence with a rule.</param>
/// <param name="Done">The run came to its end.</param>
public sealed record BodyProgress(long Seen, long Octets, long Changed, long Faults, IReadOnlyList<ExchangeFault> Findings, bool Done);

/// <summary>
/// Work over all bodies while the hub runs: scrub, re-key, collect. One run at a time on a node. A run that is broken off has done what it has done; the next one begins again and finds less to do.
/// </summary>
public sealed partial class BodyUpkeep(BodyStore bodies, BodyKeys keys, ExchangeLedger ledger, TimeSpan grace, TimeProvider clock, ILogger<BodyUpkeep> logger) : IDisposable
{
    private const int ChunkSize = 64 * 1024;
    private const int NamesAtOnce = 500;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);

    public void Dispose() => _turn.Dispose();

    /// <summary>Reads every body, by the keys that are in the key file now, and holds every one that the ledger names to be there. Changes nothing.</summary>
    /// <param name="actor">Who asked, for the audit.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <exception cref="ExchangeFault">IN_FLIGHT: another run has not ended. BODY_KEYS_UNUSABLE: the key file is not as it must be.</exception>
    public IAsyncEnumerable<BodyProgress> ScrubAsync(string actor, CancellationToken cancellation)
    {
        ReloadKeys();   // else a body passes whose key is about to be destroyed, because it is out of the file already
        return RunAsync(AuditEvent.BodiesScrubbed, actor, ScrubStepsAsync, cancellation);
    }

    /// <summary>Encrypts every body anew whose data key is not under the current master key. The key file is read again first.</summary>
    /// <inheritdoc cref="ScrubAsync"/>
    public IAsyncEnumerable<BodyProgress> RekeyAsync(string actor, CancellationToken cancellation)
    {
        ReloadKeys();
        return RunAsync(AuditEvent.BodiesRekeyed, actor, RekeyStepsAsync, cancellation);
    }

    /// <summary>Removes every body that no exchange names and that was stored longer ago than the grace.</summary>
    /// <inheritdoc cref="ScrubAsync"/>
    public IAsyncEnumerable<BodyProgress> CollectAsync(string actor, CancellationToken cancellation) => RunAsync(AuditEvent.BodiesCollected, actor, CollectStepsAsync, cancellation);

    private void ReloadKeys()
    {
        try
        {
            keys.Reload();
        }
        catch (Exception wrong) when (BodyKeys.IsOfTheFile(wrong))
        {
            throw new ExchangeFault(Fault.BodyKeysUnusable, $"Exchange:BodyKeys: {wrong.Message}", "body.key-file");
        }
    }

    private async IAsyncEnumerable<BodyProgress> RunAsync(AuditEvent what, string actor, Func<CancellationToken, IAsyncEnumerable<Step>> steps, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero, CancellationToken.None)) throw Running("on this node");
        var (tally, ended) = (new Tally(), false);
        try
        {
            await AuditAsync(what, $"begun by {actor}");
            var reported = clock.GetTimestamp();
            await foreach (var step in steps(cancellation))
            {
                tally.Add(step);
                if (step.Finding is { } found) LogFound(logger, found.Rule, found.Detail);
                if (clock.GetElapsedTime(reported) < ReportEvery) continue;
                yield return tally.Report(done: false);
                reported = clock.GetTimestamp();
            }

            ended = true;
            yield return tally.Report(done: true);
        }
        finally
        {
            _turn.Release();
            await AuditAsync(what, $"{(ended ? "ended" : "broken off")}: {tally.Seen} seen, {tally.Changed} changed, {tally.Octets} octets, {tally.Faults} findings");
        }
    }

    private async IAsyncEnumerable<Step> ScrubStepsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[ChunkSize];
        foreach (var digest in bodies.List())
        {
            cancellation.ThrowIfCancellationRequested();
            yield return await ReadAsync(digest, buffer, cancellation);
        }

        ContentDigest? after = null;
        do
        {
            var names = await ledger.ListBodiesAsync(after, NamesAtOnce, cancellation);
            foreach (var missing in names.Where(name => bodies.StoredAt(name) is null))
                yield return new Step(0, 0, 0, new ExchangeFault(Fault.BodyUnreadable, $"Body {missing} is named by the ledger and is not in the store.", "body.present"));
            after = names.Count < NamesAtOnce ? null : names[^1];
        }
        while (after is not null);
    }

    private async Task<Step> ReadAsync(ContentDigest digest, byte[] buffer, CancellationToken cancellation)
    {
        long octets = 0;
        try
        {
            await using var content = bodies.OpenRead(digest);
            int read;
            while ((read = await content.ReadAsync(buffer, cancellation)) > 0) octets += read;
            return new Step(1, octets, 0, null);
        }
        catch (ExchangeFault damaged)
        {
            return bodies.StoredAt(digest) is null ? default : new Step(1, octets, 0, damaged);   // gone since it was listed is no damage
        }
    }

    private async IAsyncEnumerable<Step> RekeyStepsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var digest in bodies.List())
        {
            cancellation.ThrowIfCancellationRequested();
            yield return await RekeyAsync(digest, cancellation);
        }
    }

    // Old and new file have the same name, and the rename is the step from one to the other: killed before it, the old one is there, after it, the new one. Who reads the old one goes on reading it.
    private async Task<Step> RekeyAsync(ContentDigest digest, CancellationToken cancellation)
    {
        try
        {
            await using (var old = bodies.OpenRaw(digest)) if (old.KeyId == keys.CurrentId) return new Step(1, 0, 0, null);
            await using var content = bodies.OpenRead(digest);
            await using var writer = bodies.Begin(long.MaxValue);
            await content.CopyToAsync(writer, ChunkSize, cancellation);   // throws where the content is not what the name says, before anything takes its place
            var stored = await writer.CommitAsync(cancellation);
            return new Step(1, stored.Size, 1, null);
        }
        catch (ExchangeFault damaged) when (damaged.Fault == Fault.BodyUnreadable)
        {
            return bodies.StoredAt(digest) is null ? default : new Step(1, 0, 0, damaged);
        }
    }

    private async IAsyncEnumerable<Step> CollectStepsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var turn = bodies.TakeRemovalTurn() ?? throw Running("on another node");
        bodies.RemoveBrokenOff();
        var before = clock.GetUtcNow() - grace;
        foreach (var digest in bodies.List())
        {
            cancellation.ThrowIfCancellationRequested();
            if (bodies.StoredAt(digest) is not { } at || at >= before || await IsNamedAsync()) yield return new Step(1, 0, 0, null);
            else if (await bodies.TryRemoveAsync(digest, before, IsNamedAsync) is not { } freed) yield return new Step(1, 0, 0, null);
            else
            {
                LogCollected(logger, digest, at);
                yield return new Step(1, freed, 1, null);
            }

            Task<bool> IsNamedAsync() => ledger.NamesBodyAsync(digest, CancellationToken.None);
        }
    }

    private Task AuditAsync(AuditEvent what, string detail) => ledger.WriteAuditAsync(AuditLine.New(clock.GetUtcNow(), what, "admin") with { Detail = detail }, CancellationToken.None);

    private static ExchangeFault Running(string where) => new(Fault.InFlight, $"A run over the bodies has not ended {where}.", "bodies.one-run");

    /// <summary>What became of one body.</summary>
    private readonly record struct Step(int Seen, long Octets, int Changed, ExchangeFault? Finding);

    private sealed class Tally
    {
        private readonly List<ExchangeFault> _findings = [];

        public long Seen { get; private set; }

        public long Octets { get; private set; }

        public long Changed { get; private set; }

        public long Faults { get; private set; }

        public void Add(Step step)
        {
            (Seen, Octets, Changed) = (Seen + step.Seen, Octets + step.Octets, Changed + step.Changed);
            if (step.Finding is not { } found) return;
            Faults++;
            _findings.Add(found);
        }

        public BodyProgress Report(bool done)
        {
            var report = new BodyProgress(Seen, Octets, Changed, Faults, [.. _findings], done);
            _findings.Clear();
            return report;
        }
    }

    [LoggerMessage(2601, LogLevel.Error, "By rule {Rule}: {Detail}")]
    private static partial void LogFound(ILogger logger, string rule, string detail);

    [LoggerMessage(2602, LogLevel.Information, "Body {Digest}, stored at {At}, was named by no exchange and is removed")]
    private static partial void LogCollected(ILogger logger, ContentDigest digest, DateTimeOffset at);
}
