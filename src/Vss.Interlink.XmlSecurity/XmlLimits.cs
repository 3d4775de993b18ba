namespace Vss.Interlink.XmlSecurity;

/// <summary>Limits that foreign XML is held to while it is read. A breach names the limit and the place. Octets of names and values are those of UTF-8.</summary>
public sealed record XmlLimits
{
    /// <summary>For documents that somebody judges at his own machine: what a stranger sends in must be small, an archive's dossier of a gigabyte must be read.</summary>
    public static XmlLimits OwnFiles { get; } = new()
    {
        MaxBytes = 1L << 40, MaxDepth = 10_000, MaxElements = int.MaxValue, MaxAttributes = 100_000, MaxNameLength = 4096, MaxAttributeLength = 64 * 1024 * 1024,
        MaxTagBytes = 128 * 1024 * 1024, MaxNamespaces = 100_000, MaxNamespaceNames = 200_000,
    };

    /// <summary>No limits: for octets that were made from a document that was read within limits, never for what a stranger sent.</summary>
    public static XmlLimits None { get; } = new()
    {
        MaxBytes = long.MaxValue, MaxDepth = int.MaxValue, MaxElements = int.MaxValue, MaxAttributes = int.MaxValue,
        MaxNameLength = int.MaxValue, MaxAttributeLength = int.MaxValue, MaxTagBytes = int.MaxValue, MaxNamespaces = int.MaxValue, MaxNamespaceNames = int.MaxValue,
    };

    /// <summary>Octets of the whole document as it came.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Levels of elements, the root being 1.</summary>
    public int MaxDepth { get; init; } = 48;

    /// <summary>Elements in the whole document.</summary>
    public int MaxElements { get; init; } = 100_000;

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
