using System.IO.Compression;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>Archiving gets on, however much there is to archive and whatever is in its way.</summary>
public abstract partial class KeepingContract
{
    [Fact]
    public async Task Archiving_passes_over_what_is_damaged_names_it_and_goes_on_behind_it()
    {
        List<ExchangeId> damaged = [];
        for (var number = 0; number < 3; number++)
        {
            damaged.Add((await FinishedAsync($"damaged-{number}", $"report {number}")).ExchangeId);
            await File.WriteAllTextAsync(PathOfBody($"report {number}"), "another rep0rt");
        }

        var whole = (await FinishedAsync("whole")).ExchangeId;
        var first = await Archives().ArchiveAsync(null, 2, By, CancellationToken.None);
        Assert.Null(first.Archive);
        Assert.Equal(damaged[..2], first.LeftOut.Select(left => left.Exchange));
        Assert.Equal(damaged[1], first.Next);

        var second = await Archives().ArchiveAsync(first.Next, 2, By, CancellationToken.None);
        Assert.Equal([whole], second.Removed);
        Assert.Equal(damaged[2], Assert.Single(second.LeftOut).Exchange);
        Assert.Empty((await Archives().ArchiveAsync(second.Next, 2, By, CancellationToken.None)).LeftOut);
    }

    [Fact]
    public async Task An_archive_is_full_when_its_attachments_are_and_one_exchange_goes_in_however_large_it_is()
    {
        var (small, large) = (new string('s', 600), new string('l', 1500));
        List<ExchangeId> exchanges = [];
        foreach (var report in (string[])[small, small, large, small + "2"]) exchanges.Add((await FinishedAsync($"m-{exchanges.Count}", report)).ExchangeId);
        var archives = new LedgerArchives(Ledger, _hub.Bodies, ArchiveFolder, Days, new ManualClock(TimeProvider.System.GetUtcNow().AddDays(Days + 1))) { MostAttachedOctets = 1000 };

        List<ExchangeId[]> runs = [];
        ExchangeId? next = null;
        do
        {
            var run = await archives.ArchiveAsync(next, 10, By, CancellationToken.None);
            runs.Add([.. run.Removed]);
            next = run.Next;
        }
        while (next is not null);

        Assert.Equal([[exchanges[0], exchanges[1]], [exchanges[2]], [exchanges[3]]], runs);   // the second one has the attachment of the first
        Assert.Empty(await ProveAsync());
    }

    [Fact]
    public async Task Attachments_are_archived_as_they_are_and_texts_compressed()
    {
        await FinishedAsync("m-1", new string('a', 5000));
        using var zip = ZipFile.OpenRead(Path.Combine(ArchiveFolder, (await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Archive!.Name));
        Assert.All(zip.Entries, entry => Assert.Equal(entry.FullName.StartsWith("bodies/", StringComparison.Ordinal), entry.CompressedLength == entry.Length));
    }

    [Fact]
    public async Task Every_archive_is_proved_page_by_page_also_behind_one_that_cannot_be_read()
    {
        for (var number = 0; number < 5; number++)
        {
            await FinishedAsync($"m-{number}");
            await Archives(later: Days + 1 + number).ArchiveAsync(null, 10, By, CancellationToken.None);
        }

        var files = Directory.GetFiles(ArchiveFolder).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(5, files.Length);
        Assert.Empty(await ProveAsync());
        await File.AppendAllTextAsync(files[^1], "x");
        using (new FileStream(files[0], FileMode.Open, FileAccess.ReadWrite, FileShare.None))   // as one that the hub's user may not read, or that lies on a bad disk
        {
            Assert.Equal(
                [("ledger.archive.here", false, Path.GetFileName(files[0])), ("ledger.archive", true, Path.GetFileName(files[^1]))],
                (await ProveAsync()).Select(finding => (finding.Rule, finding.Broken, finding.Subject)).Distinct());
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task What_the_hub_makes_is_for_its_own_user_alone_and_folders_that_were_there_stay_as_they_were()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes.");
        const UnixFileMode operators = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        const UnixFileMode folders = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(ArchiveFolder, operators);
        await FinishedAsync("m-1");
        await Archives().ArchiveAsync(null, 10, By, CancellationToken.None);

        var made = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Except([ArchiveFolder]).ToDictionary(path => path, File.GetUnixFileMode);
        Assert.Contains(made.Keys, path => path.EndsWith(".zip", StringComparison.Ordinal));
        Assert.Contains(PathOfBody("synthetic report"), made.Keys);
        Assert.All(made, one => Assert.Equal(Directory.Exists(one.Key) ? folders : folders & ~UnixFileMode.UserExecute, one.Value));
        Assert.Equal(operators, File.GetUnixFileMode(ArchiveFolder));
    }

    private string PathOfBody(string report)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(report)));
        return Path.Combine(_folder["bodies"], sha256[..2], sha256[2..4], sha256);
    }
}
