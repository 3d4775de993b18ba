using System.IO.Compression;
using System.Security.Cryptography;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// Moves finished exchanges from the tables into archives: files that hold all of them and can be verified without the hub. First the file is on the disk and read back
/// whole, only then do its exchanges leave the tables, each in a transaction of its own; a crash between leaves them in both, which harms nothing.
/// </summary>
/// <param name="ledger">Where they are.</param>
/// <param name="bodies">Their attachments.</param>
/// <param name="folder">Where archives go; made when it is not there, for the hub's user alone.</param>
/// <param name="afterDays">How long after the last thing that happened to it an exchange may be archived; null never.</param>
/// <param name="clock">The one clock.</param>
public sealed class LedgerArchives(ExchangeLedger ledger, BodyStore bodies, string folder, int? afterDays, TimeProvider clock)
{
    /// <summary>Exchanges that one run looks at, and one archive may hold.</summary>
    public const int MostExchanges = 500;

    // What is held in memory at a time, besides the attachments, which are streamed.
    private const long MostHeldOctets = 64 * 1024 * 1024;

    /// <summary>Octets of attachments beyond which no further exchange goes into an archive, so that whoever is interrupted has lost no more. The first one goes in however large it is.</summary>
    internal long MostAttachedOctets { get; init; } = 256 * 1024 * 1024;

    /// <summary>Of everything but the attachments, which are not compressed.</summary>
    internal CompressionLevel Compression { get; init; } = CompressionLevel.Optimal;

    /// <summary>Whether the configuration lets anything be archived.</summary>
    public bool IsAllowed => afterDays is not null;

    /// <summary>Makes one archive of what may be archived, the oldest first. What cannot be archived is told and passed over, so that nothing waits for it.</summary>
    /// <param name="after">Where the run before ended; null for the first.</param>
    /// <param name="max">Looks at so many exchanges at most, 1 to <see cref="MostExchanges"/>.</param>
    /// <param name="by">Who wants it, for the audit.</param>
    /// <param name="cancellation">Counts until the file is whole, and leaves none behind.</param>
    /// <returns>What was done; no file where nothing of what was looked at may be archived.</returns>
    /// <exception cref="InvalidOperationException">The configuration lets nothing be archived.</exception>
    public async Task<ArchiveRun> ArchiveAsync(ExchangeId? after, int max, string by, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MostExchanges);
        var age = afterDays ?? throw new InvalidOperationException("Exchange:Retention:ArchiveAfterDays is not set, so nothing may be archived.");
        var now = clock.GetUtcNow();
        var due = await ledger.ListArchivableAsync(now.AddDays(-age), after, max, cancellation);
        List<(ExchangeId, string)> leftOut = [];
        List<ArchivedExchange> contents = [];
        Dictionary<long, StampBatch> batches = [];
        Dictionary<ContentDigest, long> attached = [];
        var (looked, held) = (0, 0L);
        foreach (var id in due.TakeWhile(_ => held < MostHeldOctets))
        {
            try
            {
                var record = await ledger.FindRecordAsync(id, cancellation) ?? throw new InvalidDataException("It is not there.");
                var attachments = record.Dossier.Attachments.Select(attachment => (ContentDigest.Stored(attachment.Sha256.Span), attachment.Size)).Where(one => !attached.ContainsKey(one.Item1)).Distinct().ToList();
                if (contents.Count > 0 && attached.Values.Sum() + attachments.Sum(one => one.Size) > MostAttachedOctets) break;
                var content = await ReadAsync(record, batches, cancellation);
                contents.Add(content);
                foreach (var (digest, size) in attachments) attached[digest] = size;
                held += content.Record.Dossier.CalculateSize() + content.View.CalculateSize();
            }
            catch (Exception damaged) when (damaged is InvalidDataException or ExchangeFault { Fault: Fault.BodyUnreadable })
            {
                leftOut.Add((id, damaged.Message));   // it stays where it is, for a person to look at; the others need not wait
            }

            looked++;
        }

        ExchangeId? next = looked < due.Count || due.Count == max ? due[looked - 1] : null;
        if (contents.Count == 0) return new ArchiveRun(null, [], leftOut, next);
        var archive = await WriteAsync($"interlink-{now.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}-{contents[0].Id}.zip", contents, now, cancellation);
        List<ExchangeId> removed = [];
        foreach (var content in contents)
        {
            if (await ledger.RemoveArchivedAsync(content.Id, archive, by, CancellationToken.None)) removed.Add(content.Id);
            else leftOut.Add((content.Id, "It was put under hold, queued for a time stamp or archived by another node meanwhile; the ledger keeps it."));
        }

        return new ArchiveRun(archive, removed, leftOut, next);
    }

    private async Task<ArchivedExchange> ReadAsync(ExchangeRecord record, Dictionary<long, StampBatch> batches, CancellationToken cancellation)
    {
        var id = record.Id;
        var view = await ledger.FindViewAsync(id, cancellation) ?? throw new InvalidDataException("It is not there.");
        var audit = await ledger.ListAuditAsync(id, cancellation);
        foreach (var attachment in record.Dossier.Attachments)
        {
            // To its end, where a body that is not what it was is found out; better now than in the middle of the archive.
            await using var body = bodies.OpenRead(ContentDigest.Stored(attachment.Sha256.Span));
            await body.CopyToAsync(Stream.Null, cancellation);
        }

        List<ArchivedStamp> stamps = [];
        foreach (var (number, evidence) in view.Evidence.Index().Where(one => one.Item.Stamp is not null))
        {
            if (!batches.TryGetValue(evidence.Stamp.Batch, out var batch)) batches[evidence.Stamp.Batch] = batch = await ledger.FindStampBatchAsync(evidence.Stamp.Batch, cancellation) ?? throw new InvalidDataException("Its time stamp is not there.");
            stamps.Add(ArchivedStamp.Of(ArchiveFormat.EvidenceFile(number, evidence.Type), evidence, batch));
        }

        // Asked last: what another node took out of the tables meanwhile may have been read half.
        if (await ledger.FindArchiveAsync(id, cancellation) is not null) throw new InvalidDataException("It was archived by another node meanwhile.");
        return new ArchivedExchange(id, record, view, audit, stamps);
    }

    private async Task<ArchiveFile> WriteAsync(string name, IReadOnlyList<ArchivedExchange> contents, DateTimeOffset now, CancellationToken cancellation)
    {
        OwnerOnly.MakeFolder(folder);
        var (target, temporary) = (Path.Combine(folder, name), Path.Combine(folder, $"{name}.{Guid.NewGuid():N}.part"));   // another node may be at the same exchange at this very moment
        try
        {
            byte[] sha256;
            await using (var file = OwnerOnly.Open(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                await ArchiveFormat.WriteAsync(file, contents, bodies, Compression, now, cancellation);
                file.Flush(flushToDisk: true);
                file.Position = 0;
                sha256 = await SHA256.HashDataAsync(file, cancellation);
                file.Position = 0;
                if (await ArchiveFormat.FaultsAsync(file, cancellation) is [var first, ..]) throw new IOException($"The archive does not read back as it was written: {first}");
            }

            File.Move(temporary, target);
            DirectoryFlush.Flush(folder);
            return new ArchiveFile(name, sha256);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}

/// <summary>What one run did.</summary>
/// <param name="Archive">The file, or null when nothing was to be archived.</param>
/// <param name="Removed">What left the tables.</param>
/// <param name="LeftOut">What stays, and why.</param>
/// <param name="Next">Where to go on, or null when that was all.</param>
public sealed record ArchiveRun(ArchiveFile? Archive, IReadOnlyList<ExchangeId> Removed, IReadOnlyList<(ExchangeId Exchange, string Why)> LeftOut, ExchangeId? Next);
