using System.Globalization;

namespace Vss.Interlink.Bench.Xml;

/// <summary>Runs the sides in turns and keeps what came of it.</summary>
internal sealed class XmlComparison(Workbench bench, double seconds, int rounds)
{
    private readonly List<Table> _tables = [];
    private readonly List<Goal> _goals = [];

    public IReadOnlyList<Table> Tables => _tables;

    public IReadOnlyList<Goal> Goals => _goals;

    /// <summary>Most resident memory of own sides, in units of 2^20 octets.</summary>
    public double MostResident { get; private set; }

    /// <summary>Compares sides on a document, or one side on documents of several shapes.</summary>
    public async Task AgainstOthersAsync(long size, IReadOnlyList<Shape> shapes, IReadOnlyList<string> sides, int? times = null)
    {
        foreach (var shape in shapes) bench.Make(shape, size);
        var columns = shapes.SelectMany(shape => sides.Select(side => (Shape: shape, Side: side))).ToArray();
        List<Run[]> runs = [];
        for (var round = 0; round < (times ?? rounds); round++)
        {
            var found = new Run[columns.Length];
            for (var column = 0; column < columns.Length; column++) found[column] = await bench.RunAsync(columns[column].Side, columns[column].Shape, size, seconds);
            runs.Add(found);
        }

        var megabytes = columns.Select(column => bench.SignedSize(column.Shape, size) / 1e6).ToArray();
        var names = shapes.Count == 1 ? sides : [.. columns.Select(column => column.Shape.ToString())];
        _tables.Add(new Table(string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", shapes)}, {size / 1e6:0.##} MB"), names,
        [
            Of("operations", "1/s", run => run.Rate),
            Of("time", "ms", run => 1000 / run.Rate),
            Quantity.Of("octets", "MB/s", [.. runs.Select(round => round.Select((run, column) => run.Rate * megabytes[column]).ToArray())]),
            Of("resident", "MiB", run => run.ResidentMegabytes),
        ]));
        foreach (var shape in shapes) bench.Remove(shape, size);
        foreach (var (index, column) in columns.Index())
        {
            if (column.Side.StartsWith("own-", StringComparison.Ordinal)) MostResident = Math.Max(MostResident, runs.Max(round => round[index].ResidentMegabytes));
        }

        Quantity Of(string name, string unit, Func<Run, double> value) => Quantity.Of(name, unit, [.. runs.Select(round => round.Select(value).ToArray())]);
    }

    /// <summary>Rate of one side, of another's, in the last table.</summary>
    public double Ratio(string side, string other)
    {
        var ratios = _tables[^1].Quantities[0].Ratios;
        return ratios[IndexOf(side)] / ratios[IndexOf(other)];
    }

    /// <summary>Octets a second of one shape, of those of the table's first.</summary>
    public double ShapeRatio(Shape shape) => _tables[^1].Quantities[2].Ratios[IndexOf(shape.ToString())];

    public void Expect(string what, Func<string, double, double, Goal> bound, double value, double limit) => _goals.Add(bound(what, value, limit));

    private int IndexOf(string side) => _tables[^1].Sides.Index().Single(entry => entry.Item == side).Index;
}
