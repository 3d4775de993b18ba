namespace Vss.Interlink.XmlSecurity;

/// <summary>
/// The part of a document that is canonicalised: all of it, or one element with what it holds (a same-document reference, XML-DSig section 4.4.3.3), in
/// either case without the subtrees that are left out.
/// </summary>
public sealed record XmlSelection
{
    private XmlSelection(int ordinal) => Ordinal = ordinal;

    /// <summary>The whole document.</summary>
    public static XmlSelection Document { get; } = new(0);

    /// <summary>Position of the element among all start tags of the document, the root element being 1; 0 for the whole document.</summary>
    public int Ordinal { get; }

    /// <summary>False leaves comments out whatever the method, as references by a bare name and by <c>URI=""</c> do.</summary>
    public bool Comments { get; init; } = true;

    /// <summary>Which subtrees are left out; asked for every element that is not in one, the ancestors of the selected element included. Null for none.</summary>
    public SubtreeRule? LeaveOut { get; init; }

    /// <summary>The one element that is left out, as <see cref="Ordinal"/> counts; 0 for none. Quicker than a rule.</summary>
    internal int LeftOutOrdinal { get; init; }

    /// <summary>One element.</summary>
    /// <param name="ordinal">Its position among all start tags of the document, the root element being 1.</param>
    public static XmlSelection Element(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ordinal, 1);
        return new XmlSelection(ordinal);
    }
}

/// <summary>Says whether an element is left out with everything in it.</summary>
public delegate bool SubtreeRule(XmlElementPlace element);

/// <summary>An element that was just met.</summary>
public readonly ref struct XmlElementPlace
{
    internal XmlElementPlace(int ordinal, int depth, ReadOnlySpan<byte> namespaceName, ReadOnlySpan<byte> localName)
    {
        (Ordinal, Depth) = (ordinal, depth);
        NamespaceName = namespaceName;
        LocalName = localName;
    }

    /// <summary>Position among all start tags of the document, the root element being 1.</summary>
    public int Ordinal { get; }

    /// <summary>Level, the root element being 1.</summary>
    public int Depth { get; }

    /// <summary>Namespace name in UTF-8, empty for none.</summary>
    public ReadOnlySpan<byte> NamespaceName { get; }

    /// <summary>Local name in UTF-8.</summary>
    public ReadOnlySpan<byte> LocalName { get; }
}
