namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// The logical structure of one revision: ISO 32000-2 section 14.7. Elements stand below the structure tree's K; its ParentTree, a number tree (section 7.9.7), leads from what stands on a page back
/// to them.
/// </summary>
internal sealed class PdfStructure
{
    private readonly PdfView _view;
    private readonly HashSet<int> _objects = [];
    private readonly Dictionary<int, int> _kids = [];
    private readonly Dictionary<long, PdfObject> _parents = [];
    private readonly HashSet<int> _nodes = [];

    private PdfStructure(PdfView view, int root)
    {
        (_view, Root) = (view, root);
        _objects.Add(root);
        if (view[root] is not PdfDictionary tree) return;
        Elements(tree["K"], root);
        Parents(tree["ParentTree"]);
    }

    /// <summary>The structure tree root.</summary>
    public int Root { get; }

    /// <summary>Every object that is part of it: the root, elements, arrays of their kids, nodes and arrays of the parent tree.</summary>
    public IReadOnlySet<int> Objects => _objects;

    /// <summary>Arrays that are the kids of an element, by their number; and that element, or the root.</summary>
    public IReadOnlyDictionary<int, int> Kids => _kids;

    /// <summary>Nodes of the parent tree, and the arrays in them that are objects of their own.</summary>
    public IReadOnlySet<int> Nodes => _nodes;

    /// <summary>What the parent tree says, by key.</summary>
    public IReadOnlyDictionary<long, PdfObject> ParentTree => _parents;

    /// <summary>Whether a key stands twice in the parent tree, so that readers may find one or the other.</summary>
    public bool IsAmbiguous { get; private set; }

    /// <summary>Null where the document is not tagged.</summary>
    public static PdfStructure? Of(PdfView view) => view.Catalog["StructTreeRoot"] is PdfReference root ? new PdfStructure(view, root.Number) : null;

    /// <summary>The kids of an element as a list, which may stand as one by itself (table 355).</summary>
    public static IReadOnlyList<PdfObject> KidsOf(PdfView view, PdfObject kids) => view.Resolve(kids) switch
    {
        PdfNull => [],
        PdfArray array => array.Items,
        _ => [kids],
    };

    private static bool IsElement(PdfDictionary dictionary) => dictionary.Name("Type") is null or "StructElem" && dictionary["S"] is PdfName && dictionary["P"] is PdfReference;

    private void Elements(PdfObject kids, int owner)
    {
        var open = new Stack<(PdfObject Kids, int Owner)>([(kids, owner)]);
        while (open.TryPop(out var next))
        {
            if (next.Kids is PdfReference { Number: var list } && _view[list] is PdfArray && _objects.Add(list)) _kids[list] = next.Owner;
            foreach (var kid in KidsOf(_view, next.Kids))
            {
                if (kid is PdfReference { Number: var number } && _view[number] is PdfDictionary element && IsElement(element) && _objects.Add(number)) open.Push((element["K"], number));
            }
        }
    }

    private void Parents(PdfObject tree)
    {
        var open = new Stack<PdfObject>([tree]);
        while (open.TryPop(out var next))
        {
            if (next is PdfReference { Number: var number } && !Node(number)) continue;
            if (_view.Dictionary(next) is not { } node) continue;
            foreach (var key in new[] { "Kids", "Nums" })
            {
                if (node[key] is PdfReference { Number: var list }) Node(list);
            }

            foreach (var kid in _view.Items(node["Kids"])) open.Push(kid);
            Numbers(_view.Items(node["Nums"]));
        }
    }

    private void Numbers(IReadOnlyList<PdfObject> items)
    {
        IsAmbiguous |= items.Count % 2 != 0;
        for (var index = 0; index + 1 < items.Count; index += 2)
        {
            if (items[index] is not PdfInteger key || !_parents.TryAdd(key.Value, items[index + 1])) IsAmbiguous = true;
            if (items[index + 1] is PdfReference { Number: var value } && _view[value] is PdfArray) _objects.Add(value);
        }
    }

    private bool Node(int number)
    {
        _objects.Add(number);
        return _nodes.Add(number);
    }
}
