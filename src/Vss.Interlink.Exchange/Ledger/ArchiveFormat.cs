using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>One exchange, all of it.</summary>
internal sealed record ArchivedExchange(ExchangeId Id, ExchangeRecord Record, ExchangeView View, IReadOnlyList<AuditLine> Audit, IReadOnlyList<ArchivedStamp> Stamps);

/// <summary>
/// A ZIP that anybody can read: for each exchange a folder with <c>exchange.json</c>, <c>dossier.pb</c> (as the ledger kept it) and <c>dossier.json</c> (for people), <c>receipt.xml</c>,
/// <c>evidence/NN-TYPE.xml</c>, <c>audit.jsonl</c> and, where evidence is time-stamped, <c>stamps.json</c> (what leads from each document to a root) with the tokens over the roots once each as
/// <c>stamps/BATCH.tst</c>; attachments once each as <c>bodies/SHA-256</c>; and last <c>listing.jsonl</c>, a line of path, octets and SHA-256 for every other entry.
/// </summary>
internal static class ArchiveFormat
{
    private const string Listing = "listing.jsonl";
    private const int LargestText = 64 * 1024 * 1024;

    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());

    // The events and words as they are written, also where they are not ASCII.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(Stream file, IEnumerable<ArchivedExchange> exchanges, BodyStore bodies, CompressionLevel texts, DateTimeOffset now, CancellationToken cancellation)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
        var listing = new StringBuilder();
        HashSet<ContentDigest> kept = [];
        HashSet<string> tokens = [];

        async Task AddAsync(string path, Stream content, CompressionLevel? compression = null)
        {
            var entry = zip.CreateEntry(path, compression ?? texts);
            entry.LastWriteTime = now;
            using var hash = SHA256.Create();
            long octets;
            await using (var hashing = new CryptoStream(entry.Open(), hash, CryptoStreamMode.Write))
            {
                var counting = new byte[81920];
                octets = 0;
                for (int read; (read = await content.ReadAsync(counting, cancellation)) > 0; octets += read) await hashing.WriteAsync(counting.AsMemory(0, read), cancellation);
            }

            listing.AppendLine(JsonSerializer.Serialize(new ListedEntry(path, octets, Convert.ToHexStringLower(hash.Hash!)), s_json));
        }

        foreach (var (id, record, view, audit, stamps) in exchanges)
        {
            await AddAsync($"{id}/exchange.json", Text(s_formatter.Format(WithoutDocuments(view))));
            await AddAsync($"{id}/dossier.pb", new MemoryStream(record.Dossier.ToByteArray()));
            await AddAsync($"{id}/dossier.json", Text(s_formatter.Format(record.Dossier)));
            await AddAsync($"{id}/receipt.xml", new MemoryStream(record.Receipt));
            foreach (var (number, evidence) in view.Evidence.Index())
                await AddAsync($"{id}/{EvidenceFile(number, evidence.Type)}", new MemoryStream(evidence.Document.ToByteArray()));
            if (stamps.Count > 0) await AddAsync($"{id}/{ArchivedStamp.File}", Text(JsonSerializer.Serialize(stamps, s_json)));
            foreach (var stamp in stamps.Where(stamp => tokens.Add(stamp.Token))) await AddAsync(stamp.Token, new MemoryStream(stamp.Octets));
            await AddAsync($"{id}/audit.jsonl", Text(string.Concat(audit.Select(line => JsonSerializer.Serialize(Line(line), s_json) + "\n"))));
            foreach (var digest in record.Dossier.Attachments.Select(attachment => ContentDigest.Stored(attachment.Sha256.Span)).Where(kept.Add))
            {
                await using var body = bodies.OpenRead(digest);
                await AddAsync($"bodies/{digest}", body, CompressionLevel.NoCompression);   // PDF and the like: compressed already, and nearly all of the octets
            }
        }

        await using var last = zip.CreateEntry(Listing, texts).Open();
        await last.WriteAsync(Encoding.UTF8.GetBytes(listing.ToString()), cancellation);
    }

    /// <summary>Where a piece of evidence lies in its exchange's folder.</summary>
    /// <param name="number">From 0.</param>
    /// <param name="type">Of the evidence.</param>
    public static string EvidenceFile(int number, string type) => $"evidence/{(number + 1).ToString("D2", CultureInfo.InvariantCulture)}-{type}.xml";

    /// <summary>What is wrong with an archive; empty when every entry is listed and is what the listing says, every dossier is what was accepted, and every time stamp is of its evidence.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(Stream file, CancellationToken cancellation)
    {
        List<string> faults = [];
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            var listed = (await ReadAsync(zip, Listing, cancellation)).AsSpan().EnumerateListing();
            foreach (var (path, octets, sha256) in listed)
            {
                if (zip.GetEntry(path) is not { } entry)
                {
                    faults.Add($"{path} is missing.");
                    continue;
                }

                await using var content = entry.Open();
                if (entry.Length != octets || Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation)) != sha256) faults.Add($"{path} is not what was archived.");
            }

            faults.AddRange(zip.Entries.Select(entry => entry.FullName).Except(listed.Select(line => line.Path)).Where(path => path != Listing).Select(path => $"{path} is not listed."));
            foreach (var path in listed.Select(line => line.Path).Where(path => path.EndsWith("/dossier.pb", StringComparison.Ordinal)))
            {
                var view = JsonParser.Default.Parse<ExchangeView>(Encoding.UTF8.GetString(await ReadAsync(zip, path.Replace("dossier.pb", "exchange.json", StringComparison.Ordinal), cancellation)));
                if (!DossierDigest.Of(Dossier.Parser.ParseFrom(await ReadAsync(zip, path, cancellation))).Equals(ContentDigest.Stored(view.ContentSha256.Span))) faults.Add($"{path} is not the content that was accepted.");
            }

            foreach (var path in listed.Select(line => line.Path).Where(path => path.EndsWith("/" + ArchivedStamp.File, StringComparison.Ordinal)))
            {
                foreach (var stamp in JsonSerializer.Deserialize<List<ArchivedStamp>>(await ReadAsync(zip, path, cancellation), s_json) ?? [])
                {
                    var document = await ReadAsync(zip, path.Replace(ArchivedStamp.File, stamp.Evidence, StringComparison.Ordinal), cancellation);
                    if (!stamp.IsOf(document, await ReadAsync(zip, stamp.Token, cancellation))) faults.Add($"{path}: the time stamp is not of {stamp.Evidence}.");
                }
            }
        }
        catch (Exception damaged) when (damaged is InvalidDataException or JsonException or FormatException or InvalidProtocolBufferException or InvalidJsonException or ArgumentException or EndOfStreamException)
        {
            faults.Add($"It cannot be read: {damaged.Message}");
        }

        return faults;
    }

    private static List<ListedEntry> EnumerateListing(this Span<byte> text)
    {
        List<ListedEntry> lines = [];
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            lines.Add(JsonSerializer.Deserialize<ListedEntry>(line, s_json) ?? throw new InvalidDataException("The listing has an empty line."));
        return lines;
    }

    private static async Task<byte[]> ReadAsync(ZipArchive zip, string path, CancellationToken cancellation)
    {
        var entry = zip.GetEntry(path) ?? throw new InvalidDataException($"{path} is missing.");
        if (entry.Length > LargestText) throw new InvalidDataException($"{path} is too large.");
        await using var content = entry.Open();
        var octets = new byte[entry.Length];
        await content.ReadExactlyAsync(octets, cancellation);
        return octets;
    }

    private static ExchangeView WithoutDocuments(ExchangeView view)
    {
        var copy = view.Clone();
        foreach (var evidence in copy.Evidence) evidence.Document = ByteString.Empty;
        return copy;
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));

    private static object Line(AuditLine line) => new
    {
        reference = line.Reference,
        at = line.At.ToString("O", CultureInfo.InvariantCulture),
        @event = line.Event.ToString(),
        edge = line.Edge,
        delivery = line.Delivery?.ToString(),
        sender = line.Sender?.ToString(),
        fault = line.Fault?.ToString(),
        rule = line.Rule,
        detail = line.Detail,
    };

    private sealed record ListedEntry(string Path, long Octets, string Sha256);
}
