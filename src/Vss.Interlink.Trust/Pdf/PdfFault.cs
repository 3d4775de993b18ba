namespace Vss.Interlink.Trust.Pdf;

/// <summary>What kind of thing keeps a PDF from being read.</summary>
public enum PdfFaultKind
{
    /// <summary>It is not built as ISO 32000 says, or is built so that two readers may see two documents.</summary>
    Malformed,

    /// <summary>It needs more than what is allowed here.</summary>
    Limit,

    /// <summary>It is encrypted: without the password its fields and updates cannot be read.</summary>
    Encrypted,
}

/// <summary>Why a PDF, or a part of it, cannot be read. Thrown inside this folder alone and never across its public surface.</summary>
internal sealed class PdfFault(PdfFaultKind kind, long at, string detail) : Exception(detail)
{
    public PdfFaultKind Kind { get; } = kind;

    /// <summary>Octet of the file, or of the decoded object stream, at which reading ended.</summary>
    public long At { get; } = at;

    public static PdfFault Malformed(long at, string detail) => new(PdfFaultKind.Malformed, at, detail);

    public static PdfFault Limit(long at, string detail) => new(PdfFaultKind.Limit, at, detail);
}

/// <summary>What reading one file may cost. Every token and every decoded octet is counted, so that neither loops nor bombs cost more than this.</summary>
internal sealed class PdfBudget
{
    public const int MaxDepth = 96;
    public const int MaxString = 16 * 1024 * 1024;
    public const int MaxName = 512;
    public const int MaxObjectNumber = 8_388_607;   // ISO 32000-1 annex C
    public const int MaxTokensAtOnce = 1_000_000;   // of one object, which is in memory whole
    public const int MaxSections = 512;
    public const int MaxFields = 50_000;
    public const int MaxSignatures = 128;

    private const long MaxTokens = 60_000_000;
    private const long MaxDecoded = 384L * 1024 * 1024;
    private const long MaxEntries = 2_000_000;
    private long _tokens;
    private long _decoded;
    private long _entries;

    public void Token(long at)
    {
        if (++_tokens > MaxTokens) throw PdfFault.Limit(at, $"the file has more than {MaxTokens} tokens");
    }

    public void Entry(long at)
    {
        if (++_entries > MaxEntries) throw PdfFault.Limit(at, $"the file has more than {MaxEntries} cross-reference entries");
    }

    public void Decoded(long count, long at)
    {
        if ((_decoded += count) > MaxDecoded) throw PdfFault.Limit(at, $"streams decode to more than {MaxDecoded} octets");
    }
}
