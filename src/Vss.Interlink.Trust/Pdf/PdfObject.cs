namespace Vss.Interlink.Trust.Pdf;

/// <summary>An object: ISO 32000-2 section 7.3.</summary>
internal abstract class PdfObject
{
    /// <summary>Whether two objects say the same, whatever they look like in the file. References are the same when they name the same object; streams are never compared by this.</summary>
    public static bool Same(PdfObject one, PdfObject other) => (one, other) switch
    {
        (PdfNull, PdfNull) => true,
        (PdfBoolean a, PdfBoolean b) => a.Value == b.Value,
        (PdfInteger a, PdfInteger b) => a.Value == b.Value,
        (PdfReal a, PdfReal b) => a.Value.Equals(b.Value),
        (PdfInteger a, PdfReal b) => b.Value.Equals(a.Value),
        (PdfReal a, PdfInteger b) => a.Value.Equals(b.Value),
        (PdfName a, PdfName b) => a.Value == b.Value,
        (PdfString a, PdfString b) => a.Octets.AsSpan().SequenceEqual(b.Octets),
        (PdfReference a, PdfReference b) => a.Number == b.Number && a.Generation == b.Generation,
        (PdfArray a, PdfArray b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => Same(pair.First, pair.Second)),
        (PdfDictionary a, PdfDictionary b) => Differing(a, b).Count == 0,
        _ => false,
    };

    /// <summary>Keys whose values differ; a value of null is as good as none (section 7.3.7).</summary>
    public static IReadOnlyList<string> Differing(PdfDictionary one, PdfDictionary other) =>
        [.. one.Entries.Keys.Union(other.Entries.Keys, StringComparer.Ordinal).Where(key => !Same(one[key], other[key]))];
}

internal sealed class PdfNull : PdfObject
{
    public static PdfNull Instance { get; } = new();
}

internal sealed class PdfBoolean(bool value) : PdfObject
{
    public bool Value { get; } = value;
}

internal sealed class PdfInteger(long value) : PdfObject
{
    public long Value { get; } = value;
}

internal sealed class PdfReal(double value) : PdfObject
{
    public double Value { get; } = value;
}

/// <summary>A name, its #xx decoded, each octet one character.</summary>
internal sealed class PdfName(string value) : PdfObject
{
    public string Value { get; } = value;
}

/// <summary>A string.</summary>
/// <param name="octets">Decoded.</param>
/// <param name="start">Octet of the file at which its opening delimiter stands; -1 where it comes out of an object stream and so stands nowhere in the file.</param>
/// <param name="end">Octet after its closing delimiter.</param>
/// <param name="isPureHex">Whether it is hexadecimal, an even number of digits and nothing else.</param>
internal sealed class PdfString(byte[] octets, long start, long end, bool isPureHex) : PdfObject
{
    public byte[] Octets { get; } = octets;

    public long Start { get; } = start;

    public long End { get; } = end;

    public bool IsPureHex { get; } = isPureHex;
}

internal sealed class PdfReference(int number, int generation) : PdfObject
{
    public int Number { get; } = number;

    public int Generation { get; } = generation;

    public override string ToString() => $"{Number} {Generation} R";
}

internal sealed class PdfArray(IReadOnlyList<PdfObject> items) : PdfObject
{
    public IReadOnlyList<PdfObject> Items { get; } = items;
}

/// <summary>A dictionary, or that of a stream.</summary>
internal sealed class PdfDictionary(Dictionary<string, PdfObject> entries) : PdfObject
{
    public static PdfDictionary Empty { get; } = new([]);

    public IReadOnlyDictionary<string, PdfObject> Entries { get; } = entries;

    /// <summary>The value as it stands; null object where there is none.</summary>
    public PdfObject this[string key] => Entries.TryGetValue(key, out var value) ? value : PdfNull.Instance;

    public bool Has(string key) => this[key] is not PdfNull;

    /// <summary>The value where it is a name.</summary>
    public string? Name(string key) => (this[key] as PdfName)?.Value;

    /// <summary>The value where it is an integer.</summary>
    public long? Integer(string key) => (this[key] as PdfInteger)?.Value;
}

/// <summary>A stream, its data still in the file.</summary>
/// <param name="dictionary">What describes it.</param>
/// <param name="data">First octet of the data.</param>
/// <param name="length">Octets of it, as they stand.</param>
internal sealed class PdfStream(PdfDictionary dictionary, long data, long length) : PdfObject
{
    public PdfDictionary Dictionary { get; } = dictionary;

    public long Data { get; } = data;

    public long Length { get; } = length;
}

/// <summary>An indirect object where it stands.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Value">What it is.</param>
/// <param name="Start">First octet of its number.</param>
/// <param name="End">Octet after endobj.</param>
internal sealed record PdfIndirect(int Number, int Generation, PdfObject Value, long Start, long End);
