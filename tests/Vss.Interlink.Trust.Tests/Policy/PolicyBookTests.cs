using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Trust.Tests.Policy;

public sealed class PolicyBookTests : IDisposable
{
    private static readonly DateTime Packed = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-policies-");
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));

    private string File => Path.Combine(_folder.FullName, "policies.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_new_file_is_swapped_in_whole_and_a_faulty_one_changes_nothing()
    {
        Write(File, Of("000.00.00.G12"));
        var book = Book();
        var first = book.Current;
        Write(File, Of("000.00.00.G99").Replace("\"requiredLevel\": \"T\", ", "", StringComparison.Ordinal));
        Assert.Same(first, Later(book));
        Write(File, Of("000.00.00.G99"));
        Assert.NotNull(Later(book).Find("000.00.00.G99"));
        Assert.Null(book.Current.Find("000.00.00.G12"));
        Assert.NotNull(first.Find("000.00.00.G12"));   // who has it keeps it
        System.IO.File.Delete(File);
        Assert.NotNull(Later(book).Find("000.00.00.G99"));
    }

    [Fact]
    public void A_file_that_could_not_be_read_at_first_counts_as_soon_as_it_can_be_read()
    {
        Write(File, Of("000.00.00.G12"));
        var book = Book();
        Write(File, Of("000.00.00.G99"));
        using (new FileStream(File, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) Assert.NotNull(Later(book).Find("000.00.00.G12"));   // as a mode that lets nobody in, which would not stop these tests where they run as root
        Assert.NotNull(Later(book).Find("000.00.00.G99"));
    }

    [Fact]
    public void A_link_that_comes_to_lead_elsewhere_is_a_new_file_whatever_the_times_and_lengths()
    {
        // As an orchestrator mounts settings: the path leads over a link to a folder, and that is what changes.
        foreach (var (version, organ) in new[] { ("..1", "000.00.00.G12"), ("..2", "000.00.00.G99") })
        {
            _folder.CreateSubdirectory(version);
            Write(Path.Combine(_folder.FullName, version, "policies.json"), Of(organ));
        }

        Lead("..1");
        System.IO.File.CreateSymbolicLink(File, Path.Combine("..data", "policies.json"));
        var book = Book();
        Assert.NotNull(Later(book).Find("000.00.00.G12"));
        Lead("..2");
        Assert.NotNull(Later(book).Find("000.00.00.G99"));
    }

    private static string Of(string organ) => PolicyFileTests.Whole.Replace("000.00.00.G12", organ, StringComparison.Ordinal);

    // Times as an image or an archive sets them.
    private static void Write(string path, string text)
    {
        System.IO.File.WriteAllText(path, text);
        System.IO.File.SetLastWriteTimeUtc(path, Packed);
    }

    private void Lead(string version)
    {
        var link = Path.Combine(_folder.FullName, "..data");
        System.IO.File.Delete(link);
        Directory.CreateSymbolicLink(link, version);
    }

    private PolicyBook Book() => new(Options.Create(new TrustOptions { Policies = File }), _clock, NullLogger<PolicyBook>.Instance);

    private PartnerPolicies Later(PolicyBook book)
    {
        _clock.Advance(TimeSpan.FromSeconds(6));
        return book.Current;
    }
}
