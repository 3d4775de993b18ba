using System.Text;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>A field, or a widget of it, in the tree of an interactive form: ISO 32000-2 section 12.7.4.</summary>
/// <param name="Number">Its object; 0 where it stands within another one.</param>
/// <param name="Name">Fully qualified name of the field.</param>
/// <param name="Type">FT, its own or inherited.</param>
/// <param name="Value">V, its own or inherited, as it stands.</param>
/// <param name="Parent">Object of the field above; 0 for none.</param>
/// <param name="Dictionary">The whole of it.</param>
internal sealed record PdfField(int Number, string Name, string? Type, PdfObject Value, int Parent, PdfDictionary Dictionary)
{
    public const string Signature = "Sig";

    /// <summary>Every field and widget of a form, parents before their kids.</summary>
    public static IReadOnlyList<PdfField> ReadAll(PdfView view)
    {
        var all = new List<PdfField>();
        var seen = new HashSet<int>();
        var open = new Stack<(PdfObject Node, PdfField? Above, int Depth)>();
        var named = 0;
        if (view.Dictionary(view.Catalog["AcroForm"]) is { } form) Push(form["Fields"], null, 0);
        while (open.TryPop(out var next))
        {
            var number = (next.Node as PdfReference)?.Number ?? 0;
            if (number != 0 && !seen.Add(number)) continue;
            if (view.Dictionary(next.Node) is not { } dictionary) continue;
            var own = dictionary["T"] is var name && view.Resolve(name) is PdfString text ? Text(text) : null;
            var field = new PdfField(
                number,
                string.Join('.', new[] { next.Above?.Name, own }.Where(part => !string.IsNullOrEmpty(part))),
                (view.Resolve(dictionary["FT"]) as PdfName)?.Value ?? next.Above?.Type,
                dictionary.Entries.TryGetValue("V", out var value) ? value : next.Above?.Value ?? PdfNull.Instance,
                next.Above?.Number ?? 0,
                dictionary);
            all.Add(field);
            Push(dictionary["Kids"], field, next.Depth + 1);
        }

        return all;

        void Push(PdfObject nodes, PdfField? above, int depth)
        {
            if (depth > PdfBudget.MaxDepth) throw PdfFault.Limit(0, $"form fields are nested deeper than {PdfBudget.MaxDepth}");
            var items = view.Items(nodes);
            named += items.Count;
            if (named > PdfBudget.MaxFields) throw PdfFault.Limit(0, $"the form has more than {PdfBudget.MaxFields} fields");
            foreach (var node in items.Reverse()) open.Push((node, above, depth));
        }
    }

    /// <summary>A text string: section 7.9.2.2. Only names are shown by it, so that octets beyond ASCII in PDFDocEncoding may look odd.</summary>
    public static string Text(PdfString text) => text.Octets switch
    {
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(text.Octets.AsSpan(2)),
        [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8.GetString(text.Octets.AsSpan(3)),
        _ => Encoding.Latin1.GetString(text.Octets),
    };
}
