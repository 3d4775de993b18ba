using System.Globalization;
using System.Text;

namespace Vss.Interlink.TestKit.Pdf;

/// <summary>How an update is written.</summary>
public sealed class UpdateSettings
{
    /// <summary>A cross-reference stream, and the objects that may be in an object stream in one; else a table.</summary>
    public bool AsStreams { get; set; }

    /// <summary>More entries of the trailer.</summary>
    public string Trailer { get; set; } = "";

    /// <summary>What Root names; null for the catalog.</summary>
    public int? Root { get; set; }

    /// <summary>What Prev says; null for the section before.</summary>
    public long? Prev { get; set; }

    /// <summary>Objects that the table has although the update does not write them, by the octet and the generation that they are said to have; free where that is null.</summary>
    public Dictionary<int, (long At, int Generation)?> Elsewhere { get; } = [];

    /// <summary>Octets that stand between the objects and the cross references.</summary>
    public string Between { get; set; } = "";
}

/// <summary>
/// A PDF of a page or so that grows by incremental updates: a small writer for tests, right or wrong as they need it. Its objects are text; it keeps what its catalog, its page and its form have, and
/// each update makes another value of it.
/// </summary>
public sealed class TestPdf
{
    public const int Catalog = 1;
    public const int Page = 3;
    public const int Content = 4;
    public const int Font = 5;
    public const int Info = 6;

    private TestPdf(byte[] octets) => Octets = octets;

    public byte[] Octets { get; private init; }

    /// <summary>Number of the next object.</summary>
    public int Size { get; private init; }

    /// <summary>Where the last cross-reference section begins.</summary>
    public long StartXref { get; private init; }

    public int CatalogNumber { get; private init; } = Catalog;

    public int PageNumber { get; private init; } = Page;

    /// <summary>Entries of the catalog but for the form.</summary>
    public string CatalogEntries { get; init; } = "";

    /// <summary>Entries of the page but for its annotations.</summary>
    public string PageEntries { get; init; } = "";

    /// <summary>Fields of the form, as references.</summary>
    public IReadOnlyList<int> Fields { get; init; } = [];

    /// <summary>Annotations of the page, as references.</summary>
    public IReadOnlyList<int> Annotations { get; init; } = [];

    /// <summary>More entries of the form.</summary>
    public string FormEntries { get; init; } = "";

    /// <summary>Whether updates are written with cross-reference streams, as the file is.</summary>
    public bool AsStreams { get; private init; }

    public string CatalogBody => $"<< {CatalogEntries}{(Fields.Count == 0 ? "" : $" /AcroForm << /Fields [{References(Fields)}] /SigFlags 3 {FormEntries}>>")} >>";

    public string PageBody => $"<< {PageEntries}{(Annotations.Count == 0 ? "" : $" /Annots [{References(Annotations)}]")} >>";

    /// <summary>One page that says something.</summary>
    /// <param name="asStreams">Whether cross references and objects are in streams.</param>
    /// <param name="more">More objects, from 7 on.</param>
    /// <param name="set">What catalog, page and form have from the beginning.</param>
    public static TestPdf Create(bool asStreams = false, IReadOnlyList<string>? more = null, Func<TestPdf, TestPdf>? set = null)
    {
        var empty = new TestPdf(Encoding.Latin1.GetBytes(asStreams ? "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n" : "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n"))
        {
            Size = 7 + (more?.Count ?? 0), AsStreams = asStreams, CatalogEntries = "/Type /Catalog /Pages 2 0 R",
            PageEntries = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R",
        };
        var draft = set?.Invoke(empty) ?? empty;
        List<(int, string)> objects =
        [
            (Catalog, draft.CatalogBody),
            (2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
            (Page, draft.PageBody),
            (Content, Stream("BT /F1 24 Tf 72 720 Td (Quyet dinh 12/QD-BHXH) Tj ET")),
            (Font, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
            (Info, "<< /Title (Quyet dinh) /Producer (interlink test) >>"),
        ];
        if (more is not null) objects.AddRange(more.Select((body, index) => (7 + index, body)));
        return draft.Append(objects, new UpdateSettings { AsStreams = asStreams, Trailer = "/Info 6 0 R" }, isFirst: true);
    }

    /// <summary>A file by somebody else, to be updated.</summary>
    /// <param name="octets">The file.</param>
    /// <param name="size">Size of its trailer.</param>
    /// <param name="catalog">Number and entries of its catalog.</param>
    /// <param name="page">Number and entries of its page.</param>
    /// <param name="asStreams">Whether it has cross-reference streams.</param>
    public static TestPdf Of(byte[] octets, int size, (int Number, string Entries) catalog, (int Number, string Entries) page, bool asStreams)
    {
        var text = Encoding.Latin1.GetString(octets);
        var last = text[(text.LastIndexOf("startxref", StringComparison.Ordinal) + 9)..].Trim().Split('\n')[0];
        return new TestPdf(octets)
        {
            Size = size, StartXref = long.Parse(last, CultureInfo.InvariantCulture), CatalogNumber = catalog.Number, CatalogEntries = catalog.Entries, PageNumber = page.Number, PageEntries = page.Entries, AsStreams = asStreams,
        };
    }

    /// <summary>The same document with other octets, as an attacker changes them in place.</summary>
    public TestPdf With(byte[] octets) => Copy(octets, Size, StartXref);

    /// <summary>The same state, with other entries in what the next update writes.</summary>
    public TestPdf Set(string? catalog = null, string? page = null, IReadOnlyList<int>? fields = null, IReadOnlyList<int>? annotations = null, string? form = null) => new(Octets)
    {
        Size = Size, StartXref = StartXref, CatalogNumber = CatalogNumber, PageNumber = PageNumber, AsStreams = AsStreams, CatalogEntries = catalog ?? CatalogEntries, PageEntries = page ?? PageEntries,
        Fields = fields ?? Fields, Annotations = annotations ?? Annotations, FormEntries = form ?? FormEntries,
    };

    /// <summary>An incremental update (ISO 32000-2 section 7.5.6).</summary>
    public TestPdf Update(IReadOnlyList<(int Number, string Body)> objects, Action<UpdateSettings>? set = null)
    {
        var settings = new UpdateSettings { AsStreams = AsStreams };
        set?.Invoke(settings);
        return Append(objects, settings, isFirst: false);
    }

    public static string Stream(string data, string entries = "") => $"<< /Length {data.Length} {entries}>>\nstream\n{data}\nendstream";

    public static string References(IEnumerable<int> numbers) => string.Join(' ', numbers.Select(number => $"{number} 0 R"));

    private TestPdf Append(IReadOnlyList<(int Number, string Body)> objects, UpdateSettings settings, bool isFirst)
    {
        using var output = new MemoryStream();
        output.Write(Octets);
        var places = new SortedDictionary<int, string>();
        var size = Math.Max(Size, objects.Select(each => each.Number + 1).DefaultIfEmpty(0).Max());
        if (isFirst) places[0] = Entry(0, 65535, 'f');
        foreach (var (number, at) in settings.Elsewhere) places[number] = at is { } place ? Entry(place.At, place.Generation, 'n') : Entry(0, 1, 'f');
        if (settings.AsStreams) return AppendStreams(output, objects, settings, size, isFirst);
        foreach (var (number, body) in objects)
        {
            places[number] = Entry(output.Position, 0, 'n');
            Write(output, $"{number} 0 obj\n{body}\nendobj\n");
        }

        Write(output, settings.Between);
        var start = output.Position;
        Write(output, "xref\n");
        foreach (var run in Runs([.. places.Keys])) Write(output, $"{run[0]} {run.Count}\n{string.Concat(run.Select(number => places[number]))}");
        Write(output, $"trailer\n<< /Size {size} /Root {settings.Root ?? CatalogNumber} 0 R{(isFirst ? "" : $" /Prev {settings.Prev ?? StartXref}")} {settings.Trailer} >>\nstartxref\n{start}\n%%EOF\n");
        return Copy(output.ToArray(), size, start);
    }

    // Everything but streams and signatures goes into one object stream; section 7.5.7 keeps streams out, and a signature must stand in the file.
    private TestPdf AppendStreams(MemoryStream output, IReadOnlyList<(int Number, string Body)> objects, UpdateSettings settings, int size, bool isFirst)
    {
        var entries = new SortedDictionary<int, (int Kind, long At, int Third)>();
        if (isFirst) entries[0] = (0, 0, 65535);
        foreach (var (number, at) in settings.Elsewhere) entries[number] = at is { } place ? (1, place.At, place.Generation) : (0, 0, 1);
        List<(int Number, string Body)> inside = [.. objects.Where(each => !each.Body.Contains("stream\n", StringComparison.Ordinal) && !each.Body.Contains("/ByteRange", StringComparison.Ordinal))];
        foreach (var (number, body) in objects.Except(inside))
        {
            entries[number] = (1, output.Position, 0);
            Write(output, $"{number} 0 obj\n{body}\nendobj\n");
        }

        if (inside.Count > 0)
        {
            var (index, data) = (new StringBuilder(), new StringBuilder());
            foreach (var (number, body) in inside)
            {
                index.Append(CultureInfo.InvariantCulture, $"{number} {data.Length} ");
                data.Append(body).Append('\n');
                entries[number] = (2, size, entries.Values.Count(entry => entry.Kind == 2));
            }

            entries[size] = (1, output.Position, 0);
            Write(output, $"{size} 0 obj\n{Stream(index.ToString() + data, $"/Type /ObjStm /N {inside.Count} /First {index.Length} ")}\nendobj\n");
            size++;
        }

        Write(output, settings.Between);
        var start = output.Position;
        entries[size] = (1, start, 0);
        var rows = string.Concat(entries.Values.Select(entry => string.Concat((char)entry.Kind, (char)(entry.At >> 24), (char)(entry.At >> 16 & 255), (char)(entry.At >> 8 & 255), (char)(entry.At & 255), (char)(entry.Third >> 8), (char)(entry.Third & 255))));
        var runs = string.Join(' ', Runs([.. entries.Keys]).Select(run => $"{run[0]} {run.Count}"));
        Write(output, $"{size} 0 obj\n{Stream(rows, $"/Type /XRef /W [1 4 2] /Index [{runs}] /Size {size + 1} /Root {settings.Root ?? CatalogNumber} 0 R{(isFirst ? "" : $" /Prev {settings.Prev ?? StartXref}")} {settings.Trailer} ")}\nendobj\nstartxref\n{start}\n%%EOF\n");
        return Copy(output.ToArray(), size + 1, start);
    }

    private TestPdf Copy(byte[] octets, int size, long start) => new(octets)
    {
        Size = size, StartXref = start, CatalogNumber = CatalogNumber, PageNumber = PageNumber, AsStreams = AsStreams, CatalogEntries = CatalogEntries, PageEntries = PageEntries, Fields = Fields, Annotations = Annotations,
        FormEntries = FormEntries,
    };

    private static string Entry(long at, int generation, char kind) => string.Create(CultureInfo.InvariantCulture, $"{at:D10} {generation:D5} {kind} \n");

    private static IEnumerable<List<int>> Runs(IReadOnlyList<int> numbers)
    {
        var run = new List<int>();
        foreach (var number in numbers)
        {
            if (run.Count > 0 && number != run[^1] + 1)
            {
                yield return run;
                run = [];
            }

            run.Add(number);
        }

        if (run.Count > 0) yield return run;
    }

    private static void Write(Stream output, string text) => output.Write(Encoding.Latin1.GetBytes(text));
}
