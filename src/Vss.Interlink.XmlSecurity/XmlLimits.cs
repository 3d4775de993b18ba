namespace Vss.Interlink.XmlSecurity;

/// <summary>Limits that foreign XML is held to while it is read. All are counts; a breach names the limit and the place.</summary>
public sealed record XmlLimits
{
    /// <summary>Octets of the whole document.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Levels of elements, the root being 1. .NET's canonicaliser gives up beyond 64.</summary>
    public int MaxDepth { get; init; } = 48;

    /// <summary>Elements in the whole document.</summary>
    public int MaxElements { get; init; } = 100_000;

    /// <summary>Nodes of every kind: elements, texts, CDATA sections, comments, processing instructions. Long runs of siblings are slow in a tree.</summary>
    public int MaxNodes { get; init; } = 300_000;

    /// <summary>Texts and CDATA sections that follow each other without anything between. .NET's tree chains them, and every step along the chain starts at its head.</summary>
    public int MaxAdjacentTexts { get; init; } = 500;

    /// <summary>Attributes on one element, namespace declarations included.</summary>
    public int MaxAttributes { get; init; } = 64;

    /// <summary>Characters of one qualified name.</summary>
    public int MaxNameLength { get; init; } = 256;

    /// <summary>Characters of one attribute value.</summary>
    public int MaxAttributeLength { get; init; } = 16 * 1024;

    /// <summary>Namespace declarations in scope at any element.</summary>
    public int MaxNamespaces { get; init; } = 128;
}
