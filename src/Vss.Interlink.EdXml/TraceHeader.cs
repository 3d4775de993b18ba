namespace Vss.Interlink.EdXml;

/// <summary>One stop of a packet on its way; the transit adds entries. Everything here can be changed under way and proves nothing.</summary>
public sealed record TraceHeader
{
    /// <summary>Null where the transit wrote nothing or the literal <c>null</c>; both occur.</summary>
    public string? OrganId { get; init; }

    /// <summary><c>yyyy/MM/dd HH:mm:ss</c> by the rule; see <see cref="EdXmlTime"/>.</summary>
    public string? Timestamp { get; init; }

    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static TraceHeader Read(FieldReader at) => Values.Clean(at.Element.Text) == "null" ? new TraceHeader() : new TraceHeader
    {
        OrganId = NotNull(at.Text("OrganId")),
        Timestamp = NotNull(at.Text("Timestamp")),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("TraceHeader")
        .Text("OrganId", OrganId)
        .Text("Timestamp", Timestamp)
        .Extensions(Extensions)
        .Element();

    private static string? NotNull(string? text) => text == "null" ? null : text;
}

/// <summary>The list that carries the trace headers and, in either order, <see cref="EdXml.Bussiness"/>.</summary>
internal sealed record TraceHeaderList
{
    public IReadOnlyList<TraceHeader> TraceHeaders { get; init; } = [];
    public Bussiness? Bussiness { get; init; }
    public IReadOnlyList<EdXmlAttribute> Attributes { get; init; } = [];
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    public static TraceHeaderList Read(FieldReader at) => new()
    {
        TraceHeaders = at.Sections("TraceHeader", TraceHeader.Read),
        Bussiness = at.Section("Bussiness", EdXml.Bussiness.Read),
        Attributes = at.Element.Attributes,
        Extensions = at.Rest(),
    };
}
