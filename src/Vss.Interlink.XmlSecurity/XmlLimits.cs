namespace Vss.Interlink.XmlSecurity;

/// <summary>Limits that foreign XML is held to while it is read. A breach names the limit and the place. Octets of names and values are those of UTF-8.</summary>
public sealed record XmlLimits
{
    /// <summary>No limits: for octets that were made from a document that was read within limits, never for what a stranger sent.</summary>
    public static XmlLimits None { get; } = new()
    {
        MaxBytes = long.MaxValue, MaxDepth = int.MaxValue, MaxElements = int.MaxValue, MaxNodes = int.MaxValue, MaxAdjacentTexts = int.MaxValue, MaxAttributes = int.MaxValue,
        MaxNameLength = int.MaxValue, MaxAttributeLength = int.MaxValue, MaxTagBytes = int.MaxValue, MaxNamespaces = int.MaxValue, MaxNamespaceNames = int.MaxValue,
    };

    /// <summary>Octets of the whole document as it came.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Levels of elements, the root being 1. .NET's canonicaliser gives up beyond 64.</summary>
    public int MaxDepth { get; init; } = 48;

    /// <summary>Elements in the whole document.</summary>
    public int MaxElements { get; init; } = 100_000;

    /// <summary>Nodes of every kind in a tree: elements, texts, CDATA sections, comments, processing instructions. Long runs of siblings are slow there.</summary>
    public int MaxNodes { get; init; } = 300_000;

    /// <summary>Texts and CDATA sections that follow each other in a tree without anything between. .NET's tree chains them, and every step along the chain starts at its head.</summary>
    public int MaxAdjacentTexts { get; init; } = 500;

    /// <summary>Attributes on one element, namespace declarations included.</summary>
    public int MaxAttributes { get; init; } = 64;

    /// <summary>Octets of one qualified name.</summary>
    public int MaxNameLength { get; init; } = 256;

    /// <summary>Octets of one attribute value as it stands between its quotes.</summary>
    public int MaxAttributeLength { get; init; } = 16 * 1024;

    /// <summary>Octets of one start tag as it stands, white space included; it is the most that is held of a document.</summary>
    public int MaxTagBytes { get; init; } = 1024 * 1024;

    /// <summary>Namespace declarations in scope at any element.</summary>
    public int MaxNamespaces { get; init; } = 128;

    /// <summary>Different prefixes and namespace names in the whole document, those in scope no longer included: each is remembered to its end.</summary>
    public int MaxNamespaceNames { get; init; } = 4096;
}
