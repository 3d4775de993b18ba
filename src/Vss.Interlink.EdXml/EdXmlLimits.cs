namespace Vss.Interlink.EdXml;

/// <summary>Bounds on what reading a packet may cost, beside those of the XML reader that is handed in.</summary>
public sealed record EdXmlLimits
{
    /// <summary>Characters of names, values and attributes outside attachment contents, over the whole packet.</summary>
    public int HeaderCharacters { get; init; } = 1024 * 1024;

    /// <summary>Levels of elements below a section.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>Attachments in one packet.</summary>
    public int Attachments { get; init; } = 200;

    /// <summary>Bytes of one attachment, decoded and out of its zip.</summary>
    public long AttachmentBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>Bytes of all attachments together.</summary>
    public long TotalBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>How many times its zipped size an attachment may inflate to; asked once it is over <see cref="FreeInflation"/>.</summary>
    public int InflationRatio { get; init; } = 200;

    /// <summary>Bytes that may be inflated whatever the ratio: short texts of white space compress beyond any ratio and harm nobody.</summary>
    public long FreeInflation { get; init; } = 1024 * 1024;

    /// <summary>Errors gathered before reading stops.</summary>
    public int Errors { get; init; } = 50;
}
