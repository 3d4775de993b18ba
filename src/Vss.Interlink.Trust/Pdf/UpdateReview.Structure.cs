namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// Changes of the logical structure (ISO 32000-2 section 14.7). In a tagged document whoever adds a signature field tags its widget, and that changes the structure tree around it. Whatever else
/// changes there draws nothing, but is what assistive readers read; it leaves open what was agreed.
/// </summary>
internal sealed partial class UpdateReview
{
    private const int MaxTagDepth = 8;

    // What an element may say of a widget (table 355); not what would be read in place of the page (ActualText, E).
    private static readonly HashSet<string> s_tagKeys = ["Type", "S", "P", "ID", "Pg", "K", "A", "R", "T", "Lang", "Alt", "NS"];

    private void Structure()
    {
        // The tree is read whole, so only where something is left that it could explain.
        if (_changed.Keys.All(_explained.Contains) || PdfStructure.Of(_old) is not { } before || PdfStructure.Of(_new) is not { } after || after.Root != before.Root) return;
        var parts = before.Objects.Union(after.Objects).Where(_changed.ContainsKey).ToList();
        var problem = new WidgetTags(this, before, after).Review() ?? parts.Where(number => !_explained.Contains(number)).Select(number => $"object {number} of the structure was changed").FirstOrDefault();
        if (problem is null) return;
        _update.Kinds |= UpdateKinds.Structure;
        _update.Structure = problem;
        _explained.UnionWith(parts.Where(number => IsOnlyStructure(number, before)));
    }

    // Bookmarks refer to elements, too (table 151).
    private bool IsOnlyStructure(int number, PdfStructure structure) => _referrers.Of(number).All(referrer =>
        structure.Objects.Contains(referrer.Source) || referrer.Path == "SE" || (number == structure.Root && IsAt(referrer, ((PdfReference)_new.Trailer["Root"]).Number, "StructTreeRoot")));

    /// <summary>Holds what changed of the structure to what tags the widgets of this update's new signature fields, and marks that as explained.</summary>
    private sealed class WidgetTags(UpdateReview review, PdfStructure before, PdfStructure after)
    {
        private readonly Dictionary<int, int> _elements = [];   // by the widget that they tag

        /// <summary>The first thing that is something else; null where there is nothing.</summary>
        public string? Review() => Root() ?? Elements() ?? ParentTree();

        private string? Root()
        {
            if (review._old[before.Root] is not PdfDictionary old || review._new[after.Root] is not PdfDictionary now) return "the structure tree was taken away";
            var strange = PdfObject.Differing(old, now).FirstOrDefault(key => key is not ("K" or "ParentTree" or "ParentTreeNextKey"));
            return strange is null ? null : $"the structure tree has another {strange}";
        }

        // Elements that were there get new kids and nothing else.
        private string? Elements()
        {
            var owners = before.Objects.Where(number => review._changed.ContainsKey(number) && !before.Nodes.Contains(number)).Select(number => before.Kids.GetValueOrDefault(number, number)).Distinct();
            foreach (var number in owners)
            {
                if (review._old[number] is not PdfDictionary old || review._new[number] is not PdfDictionary now) return $"object {number} of the structure was changed";
                if (number != before.Root && PdfObject.Differing(old, now).FirstOrDefault(key => key != "K") is { } strange) return $"the structure element {number} has another {strange}";
                if (!IsKnown(number)) return $"object {number} of the structure has another role";
                if (Kids(old["K"], now["K"], number, 0) is { } problem) return problem;
            }

            return null;
        }

        private string? Kids(PdfObject old, PdfObject now, int owner, int depth)
        {
            if (now is PdfReference { Number: var list } && review._changed.ContainsKey(list) && review._new[list] is PdfArray && !IsKnown(list) && !IsNew(list)) return $"object {list} of the structure has another role";
            var were = PdfStructure.KidsOf(review._old, old);
            var matched = 0;
            foreach (var kid in PdfStructure.KidsOf(review._new, now))
            {
                if (matched < were.Count && PdfObject.Same(were[matched], kid)) matched++;
                else if (Tag(kid, owner, depth) is { } problem) return problem;
            }

            return matched == were.Count ? null : $"the structure element {owner} lacks a kid that was there, or has another order";
        }

        // A new element, or a reference to a new widget (OBJR, section 14.7.5.3).
        private string? Tag(PdfObject kid, int owner, int depth)
        {
            if (review._new.Dictionary(kid) is not { } dictionary) return $"the structure element {owner} gets page content";
            var number = (kid as PdfReference)?.Number ?? 0;
            if (number != 0 && !IsNew(number)) return $"the structure element {owner} gets a kid that is no new object";
            if (dictionary.Name("Type") == "OBJR")
            {
                var isWidget = dictionary["Obj"] is PdfReference { Number: var widget } && review._widgets.Contains(widget) && dictionary.Entries.Keys.All(key => key is "Type" or "Obj" or "Pg") && _elements.TryAdd(widget, owner);
                return isWidget ? null : $"the structure element {owner} gets a reference to something else than the widget of a new signature field";
            }

            if (number == 0 || depth == MaxTagDepth || dictionary.Name("Type") is not (null or "StructElem") || dictionary["P"] is not PdfReference { Number: var parent } || parent != owner) return $"the structure element {owner} gets a kid that is no element of it";
            if (dictionary.Entries.Keys.FirstOrDefault(key => !s_tagKeys.Contains(key)) is { } strange) return $"the structure element {owner} gets a kid with a {strange}";
            review.ExplainUnder(dictionary["A"], number, "A");
            return dictionary.Has("K") ? Kids(PdfNull.Instance, dictionary["K"], number, depth + 1) : $"the structure element {owner} gets a kid without a widget";
        }

        // Every key that was there leads where it did; new ones lead from the new widgets to their elements (section 14.7.5.4).
        private string? ParentTree()
        {
            if (after.IsAmbiguous) return "the parent tree of the structure has a key twice, or something else than keys";
            if (before.ParentTree.Any(each => !after.ParentTree.TryGetValue(each.Key, out var now) || !PdfObject.Same(each.Value, now))) return "the parent tree of the structure has something else for a key that was there";
            var tags = _elements.Select(each => (Key: (review._new[each.Key] as PdfDictionary)?.Integer("StructParent"), Element: each.Value)).ToHashSet();
            foreach (var (key, value) in after.ParentTree.Where(each => !before.ParentTree.ContainsKey(each.Key)))
            {
                if (value is not PdfReference { Number: var element } || !tags.Contains((key, element))) return $"the parent tree of the structure gets the key {key}, which is of no new signature field";
            }

            var strange = after.Nodes.Where(number => review._changed.ContainsKey(number) && !(before.Nodes.Contains(number) ? IsKnown(number) : IsNew(number))).Select(number => (int?)number).FirstOrDefault();
            return strange is null ? null : $"object {strange} of the structure has another role";
        }

        // It was part of the structure, and of nothing else.
        private bool IsKnown(int number) => before.Objects.Contains(number) && review.IsOnlyStructure(number, before) && (review._explained.Add(number) || true);

        // Nothing referred to it before it was there.
        private bool IsNew(int number) => review._changed.TryGetValue(number, out var change) && change.Old is PdfNull && review._referrers.Of(number).Count == 0 && review._explained.Add(number);
    }
}
