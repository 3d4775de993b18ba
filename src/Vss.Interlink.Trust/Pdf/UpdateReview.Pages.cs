namespace Vss.Interlink.Trust.Pdf;

/// <summary>Changes of pages: nothing but annotations that are added at the end of those that there are (ISO 32000-2 section 12.5).</summary>
internal sealed partial class UpdateReview
{
    // Kinds that readers draw themselves and that cover nothing. Stamps, free texts, redactions and shapes cover what is below them.
    private static readonly HashSet<string> s_notes = ["Text", "Popup", "Highlight", "Underline", "Squiggly", "StrikeOut"];

    private static readonly HashSet<string> s_noteKeys =
    [
        "Type", "Subtype", "Rect", "Contents", "P", "NM", "M", "F", "C", "CA", "T", "Popup", "Parent", "RC", "CreationDate", "IRT", "RT", "Subj", "IT", "Open", "Name", "State", "StateModel", "QuadPoints", "Border", "BS",
    ];

    private Dictionary<int, int>? _pages;   // numbers of pages, by their objects

    private void Pages()
    {
        foreach (var (number, change) in _changed.Where(change => !_explained.Contains(change.Key)).ToList())
        {
            switch (change)
            {
                case { Old: PdfDictionary old, New: PdfDictionary now } when old.Name("Type") == "Page":
                    Page(number, old, now);
                    break;
                case { Old: PdfArray, New: PdfArray } when _referrers.Of(number) is { Count: > 0 } referrers && referrers.All(IsAnnotations):
                    Annotations(change.Old, change.New);
                    _explained.Add(number);
                    break;
            }
        }
    }

    private int? Page(int number)
    {
        _pages ??= Numbered();
        return _pages.TryGetValue(number, out var page) ? page : null;
    }

    // Section 7.7.3: in the order of the page tree.
    private Dictionary<int, int> Numbered()
    {
        var numbers = new Dictionary<int, int>();
        var seen = new HashSet<int>();
        var open = new Stack<PdfObject>([_old.Catalog["Pages"]]);
        while (open.TryPop(out var next))
        {
            if (next is not PdfReference { Number: var number } || !seen.Add(number) || _old.Dictionary(next) is not { } node) continue;
            if (!node.Has("Kids")) numbers[number] = numbers.Count + 1;
            foreach (var kid in _old.Items(node["Kids"]).Reverse()) open.Push(kid);
        }

        return numbers;
    }

    private bool IsAnnotations(PdfReferrer referrer) => referrer.Path == "Annots" && _old[referrer.Source] is PdfDictionary page && page.Name("Type") == "Page";

    private void Page(int number, PdfDictionary old, PdfDictionary now)
    {
        var strange = PdfObject.Differing(old, now).Where(key => key is not ("Annots" or "LastModified") && !(key == "Tabs" && !old.Has(key))).ToList();
        if (strange.Count > 0) throw new Unexplained($"{Named(number)} has another {string.Join(" and another ", strange)}");

        _explained.Add(number);
        if (now["Annots"] is PdfReference { Number: var list } && _changed.ContainsKey(list))
        {
            if (!_referrers.Of(list).All(IsAnnotations)) throw new Unexplained($"object {list} {Role(list)}");
            _explained.Add(list);
        }

        Annotations(old["Annots"], now["Annots"]);
    }

    private void Annotations(PdfObject before, PdfObject after)
    {
        foreach (var added in Added("annotations of a page", before, after))
        {
            if (added is PdfReference { Number: var number } && _widgets.Contains(number)) continue;
            if (added is not PdfReference { Number: var note } || !_changed.TryGetValue(note, out var change) || change is not { Old: PdfNull, New: PdfDictionary annotation }) throw new Unexplained("a page has a new annotation that is no new object");
            if (annotation.Name("Subtype") is not { } kind || !s_notes.Contains(kind)) throw new Unexplained($"a page has a new annotation {annotation.Name("Subtype") ?? "of no kind"}, which may cover what is below it");
            if (annotation.Entries.Keys.FirstOrDefault(key => !s_noteKeys.Contains(key)) is { } strange) throw new Unexplained($"a page has a new annotation {kind} with a {strange}");
            _update.Kinds |= UpdateKinds.Annotation;
            ExplainUnder(added, 0, "no place that was there");
        }
    }
}
