using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vss.Interlink.Bench.Road.Ledger;

/// <summary>What a ledger has in it before the hub starts: synthetic exchanges, each with one part, one delivery that was made, two pieces of evidence and two lines of audit.</summary>
/// <param name="Exchanges">How many.</param>
/// <param name="Octets">Size of each dossier, receipt and evidence: with the true one of five to ten thousand octets ten million exchanges would not fit on a desk. Rows and indexes are whole.</param>
internal sealed record Filling(long Exchanges, int Octets)
{
    private const string Marker = "filled.json";
    private const int AtOnce = 250_000;

    /// <summary>Over which time they spread, so that they lie in several months.</summary>
    public static TimeSpan Span { get; } = TimeSpan.FromDays(75);

    [JsonIgnore]
    public string Words => string.Create(CultureInfo.InvariantCulture, $"{Exchanges:N0} exchanges in the ledger before") + (Exchanges == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", their receipts of {Octets} octets"));

    /// <summary>Whether the folder has a ledger that was filled so.</summary>
    /// <exception cref="InvalidOperationException">It was filled otherwise.</exception>
    public bool IsIn(DirectoryInfo folder)
    {
        var marker = Path.Combine(folder.FullName, Marker);
        if (!File.Exists(marker)) return false;
        var there = JsonSerializer.Deserialize<Filling>(File.ReadAllText(marker));
        return there == this ? true : throw new InvalidOperationException($"{folder} has {there?.Words}.");
    }

    public void Mark(DirectoryInfo folder) => File.WriteAllText(Path.Combine(folder.FullName, Marker), JsonSerializer.Serialize(this));

    /// <summary>First and last number of the exchanges that are written at once.</summary>
    public IEnumerable<(long From, long To)> Batches()
    {
        for (var from = 0L; from < Exchanges; from += AtOnce)
        {
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\rfilling: {from:N0} of {Exchanges:N0}"));
            yield return (from, Math.Min(from + AtOnce, Exchanges) - 1);
        }

        Console.Error.WriteLine("\rfilled; making the indexes   ");
    }

    /// <summary>The statements that write one batch, of a file beside this one.</summary>
    public static string Statements(string name)
    {
        using var stream = typeof(Filling).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
