using System.IO.Compression;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.Exchange.Simulation.Partners;

namespace Vss.Interlink.Exchange.Simulation.Promises;

/// <summary>What leaves the tables is finished, under no hold, and whole in a file on the disk.</summary>
internal sealed class ArchiveWatch(World world)
{
    private readonly HashSet<string> _archived = new(StringComparer.Ordinal);
    private HashSet<string> _held = new(StringComparer.Ordinal);

    public bool Has(string exchange) => _archived.Contains(exchange);

    /// <summary>Looks at what was archived with the last commit, and at what stood in the tables before it.</summary>
    /// <param name="archived">All that is.</param>
    /// <param name="exchanges">Before.</param>
    /// <param name="evidence">Before.</param>
    /// <param name="letters">What was sent.</param>
    public string? Look(List<ArchivedRow> archived, IReadOnlyDictionary<string, ExchangeRow> exchanges, IReadOnlyList<EvidenceRow> evidence, Func<ExchangeRow, Letter?> letters)
    {
        foreach (var (id, file) in archived)
        {
            if (!_archived.Add(id)) continue;
            world.Count("exchange archived");
            var exchange = exchanges[id];
            if (!ExchangeStates.IsFinished(exchange.State)) return $"'{exchange.Subject}' is archived and was {exchange.State}";
            if (_held.Contains(id)) return $"'{exchange.Subject}' is archived under a legal hold";
            if (Lacks(exchange, [.. evidence.Where(row => row.Exchange == id)], letters(exchange)?.Attachments ?? [], file) is { } lacks) return $"'{exchange.Subject}' leaves the tables for {file}, which {lacks}";
        }

        return null;
    }

    /// <summary>Holds that stand.</summary>
    public void Hold(List<string> exchanges) => _held = [.. exchanges];

    public bool IsHeld(string exchange) => _held.Contains(exchange);

    private string? Lacks(ExchangeRow exchange, List<EvidenceRow> evidence, IEnumerable<Content> attachments, string file)
    {
        var path = Path.Combine(world.Disk!.Archives, file);
        if (!File.Exists(path)) return "is not on the disk";
        using var zip = ZipFile.OpenRead(path);
        if (!Is(zip, $"{exchange.Id}/receipt.xml", exchange.Receipt)) return "lacks its receipt";
        var kept = zip.Entries.Where(entry => entry.FullName.StartsWith($"{exchange.Id}/evidence/", StringComparison.Ordinal)).Select(Octets).ToList();
        if (kept.Count != evidence.Count || evidence.Any(row => !kept.Exists(octets => octets.AsSpan().SequenceEqual(row.Document)))) return $"has {kept.Count} of its {evidence.Count} pieces of evidence";
        return attachments.FirstOrDefault(content => !Is(zip, $"bodies/{content.Body.Digest}", content.Octets)) is { } lost ? $"lacks {lost.Id}" : null;
    }

    private static bool Is(ZipArchive zip, string path, byte[] octets) => zip.GetEntry(path) is { } entry && Octets(entry).AsSpan().SequenceEqual(octets);

    private static byte[] Octets(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var octets = new MemoryStream();
        content.CopyTo(octets);
        return octets.ToArray();
    }
}
