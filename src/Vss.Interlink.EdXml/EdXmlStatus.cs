namespace Vss.Interlink.EdXml;

/// <summary>A status packet: what happened to a document at its receiver, or the sender's wish to take it back. Unsigned by the standard's practice.</summary>
public sealed record EdXmlStatus
{
    /// <summary>Who states it.</summary>
    public required Organization From { get; init; }

    /// <summary>The document, and in <c>OrganId</c> the addressee of the status.</summary>
    public required ResponseFor ResponseFor { get; init; }

    public StaffInfo? StaffInfo { get; init; }
    public required StatusCode StatusCode { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary><c>yyyy/MM/dd HH:mm:ss</c>; see <see cref="EdXmlTime"/>.</summary>
    public required string Timestamp { get; init; }

    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    /// <summary>None when written; a transit may add some.</summary>
    public IReadOnlyList<TraceHeader> TraceHeaders { get; init; } = [];

    /// <summary>Unknown elements outside the message header.</summary>
    public PacketExtensions PacketExtensions { get; init; } = PacketExtensions.None;

    internal static EdXmlStatus Read(FieldReader at)
    {
        var written = at.Required("StatusCode");
        if (!StatusCode.TryParse(written, out var code) && written.Length > 0)
            at.Bad("StatusCode", $"'{Shortened(written)}' is no status code.", "Write two digits, e.g. 01.");
        var answered = at.RequiredSection("ResponseFor", ResponseFor.Read);
        if (answered.OrganId is null) at.Missing("ResponseFor/OrganId");
        if (answered.DocumentId is null && answered.Code is null) at.Missing("ResponseFor/DocumentId");
        return new EdXmlStatus
        {
            From = at.RequiredSection("From", Organization.Read),
            ResponseFor = answered,
            StaffInfo = at.Section("StaffInfo", StaffInfo.Read),
            StatusCode = code,
            Description = at.Text("Description"),
            Timestamp = at.Required("Timestamp"),
            Extensions = at.Rest(),
        };
    }

    internal EdXmlElement Write() => new FieldWriter("MessageHeader")
        .Section(From.Write("From"))
        .Section(ResponseFor.Write())
        .Section(StaffInfo?.Write())
        .Text("StatusCode", StatusCode.ToString())
        .Text("Description", Description)
        .Text("Timestamp", Timestamp)
        .Extensions(Extensions)
        .Element() ?? new EdXmlElement("MessageHeader", EdXmlNames.Qcvn);

    private static string Shortened(string text) => text.Length <= 20 ? text : text[..20] + "…";
}

/// <summary>
/// The two digits of a status packet. Nine are known; 07 to 12, 14 and the rest are not published and pass as they are.
/// </summary>
public readonly record struct StatusCode
{
    private readonly string? _digits;

    private StatusCode(string digits) => _digits = digits;

    /// <summary>01: arrived, not yet handled by a clerk. From the receiver's system.</summary>
    public static readonly StatusCode Arrived = new("01");

    /// <summary>02: reception refused. From the receiver.</summary>
    public static readonly StatusCode Refused = new("02");

    /// <summary>03: received. From the receiver.</summary>
    public static readonly StatusCode Received = new("03");

    /// <summary>04: assigned to somebody. From the receiver.</summary>
    public static readonly StatusCode Assigned = new("04");

    /// <summary>05: being processed. From the receiver.</summary>
    public static readonly StatusCode Processing = new("05");

    /// <summary>06: completed. From the receiver.</summary>
    public static readonly StatusCode Completed = new("06");

    /// <summary>13: the original sender asks for the document back.</summary>
    public static readonly StatusCode TakeBackRequested = new("13");

    /// <summary>15: update or take-back agreed. From the receiver.</summary>
    public static readonly StatusCode ChangeAgreed = new("15");

    /// <summary>16: update or take-back refused. From the receiver.</summary>
    public static readonly StatusCode ChangeRefused = new("16");

    /// <summary>True for the nine codes above.</summary>
    public bool IsKnown => _digits is "01" or "02" or "03" or "04" or "05" or "06" or "13" or "15" or "16";

    /// <summary>One or two ASCII digits; one is padded with a zero.</summary>
    public static bool TryParse(string? text, out StatusCode code)
    {
        var digits = text is { Length: 1 or 2 } && text.All(char.IsAsciiDigit);
        code = digits ? new StatusCode(text!.PadLeft(2, '0')) : default;
        return digits;
    }

    /// <summary>Two digits; empty for a value that was never set.</summary>
    public override string ToString() => _digits ?? "";
}
