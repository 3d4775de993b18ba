using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vss.Interlink.Bench;

/// <summary>What a run of the bench found, to be read and to be kept.</summary>
internal sealed record Report(Machine Machine, IReadOnlyList<Table> Tables, IReadOnlyList<Goal> Goals)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public async Task PublishAsync(TextWriter output, FileInfo? json)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{Machine.Command}\n{Machine.Processors} CPUs, {Machine.Runtime}, load before {Machine.LoadBefore}, after {Machine.LoadAfter}"));
        foreach (var table in Tables) await output.WriteAsync(table.ToText());
        await output.WriteLineAsync();
        foreach (var goal in Goals) await output.WriteLineAsync(goal.ToText());
        if (json is not null) await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(this, Indented));
    }
}

/// <summary>Where the figures come from. The load is that of the whole machine over the last minute: figures of a busy one are worth less.</summary>
internal sealed record Machine(string Command, int Processors, string Runtime, string LoadBefore, string LoadAfter)
{
    public static string LoadNow => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    public static Machine After(string command, string loadBefore) =>
        new(command, Environment.ProcessorCount, RuntimeInformation.FrameworkDescription, loadBefore, LoadNow);
}

/// <summary>The same quantities of several sides; the first is what the others are compared with.</summary>
internal sealed record Table(string Title, IReadOnlyList<string> Sides, IReadOnlyList<Quantity> Quantities)
{
    private const int NameWidth = 30;
    private const int ColumnWidth = 24;

    public string ToText()
    {
        var lines = new List<string> { "", Title, "".PadRight(NameWidth) + string.Concat(Sides.Select(side => side.PadLeft(ColumnWidth))) };
        foreach (var quantity in Quantities)
        {
            var cells = quantity.Medians.Select((median, side) => Cell(median, side == 0 ? null : quantity.Ratios[side]));
            lines.Add($"{quantity.Name}, {quantity.Unit}".PadRight(NameWidth) + string.Concat(cells.Select(cell => cell.PadLeft(ColumnWidth))));
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Cell(double median, double? ratio) =>
        median.ToString(median < 10 ? "0.00" : "#,0", CultureInfo.InvariantCulture) +
        (ratio is { } known ? known.ToString(" (0.00×)", CultureInfo.InvariantCulture) : "");
}

/// <summary>
/// One quantity: per side the median over the rounds, and the median of the rounds' own ratios to the first side. A round's sides ran
/// right after each other, so a busy minute of the machine weighs on both.
/// </summary>
internal sealed record Quantity(string Name, string Unit, IReadOnlyList<double> Medians, IReadOnlyList<double> Ratios)
{
    /// <param name="rounds">For each round the value of each side.</param>
    public static Quantity Of(string name, string unit, IReadOnlyList<double[]> rounds)
    {
        var sides = Enumerable.Range(0, rounds[0].Length).ToArray();
        return new Quantity(name, unit,
            [.. sides.Select(side => Median(rounds.Select(round => round[side])))],
            [.. sides.Select(side => Median(rounds.Select(round => round[side] / round[0])))]);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>A bound that a figure is to keep.</summary>
internal sealed record Goal(string Text, double Value, bool Met)
{
    public static Goal AtLeast(string what, double value, double bound) => new($"{what} >= {bound}", value, value >= bound);

    public static Goal Below(string what, double value, double bound) => new($"{what} < {bound}", value, value < bound);

    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"goal {Text}: {Value:#,0.##} {(Met ? "met" : "MISSED")}");
}
