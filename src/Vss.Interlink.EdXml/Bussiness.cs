namespace Vss.Interlink.EdXml;

/// <summary>What a packet does to an earlier document (spelled so in the standard); stands in <c>TraceHeaderList</c>.</summary>
public sealed record Bussiness
{
    /// <summary>The document updated or revoked. New documents fill it too, so it tells nothing about the kind.</summary>
    public string? DocumentId { get; init; }

    /// <summary>0 new, 1 revocation, 2 update, 3 replacement.</summary>
    public string? BussinessDocType { get; init; }

    /// <summary>Free text.</summary>
    public string? BussinessDocReason { get; init; }

    /// <summary>1: a paper copy follows; 0: electronic only.</summary>
    public string? Paper { get; init; }

    public BussinessDocumentInfo? BussinessDocumentInfo { get; init; }
    public IReadOnlyList<ReplacementInfo> Replacements { get; init; } = [];
    public StaffInfo? StaffInfo { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static Bussiness Read(FieldReader at) => new()
    {
        DocumentId = at.Text("DocumentId"),
        BussinessDocType = at.Text("BussinessDocType"),
        BussinessDocReason = at.Text("BussinessDocReason"),
        Paper = at.Text("Paper"),
        BussinessDocumentInfo = at.Section("BussinessDocumentInfo", BussinessDocumentInfo.Read),
        Replacements = at.List("ReplacementInfoList", "ReplacementInfo", ReplacementInfo.Read),
        StaffInfo = at.Section("StaffInfo", StaffInfo.Read),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("Bussiness")
        .Text("DocumentId", DocumentId)
        .Text("BussinessDocType", BussinessDocType)
        .Text("BussinessDocReason", BussinessDocReason)
        .Text("Paper", Paper)
        .Section(BussinessDocumentInfo?.Write())
        .Section(new FieldWriter("ReplacementInfoList").Sections(Replacements, one => one.Write()).Element())
        .Section(StaffInfo?.Write())
        .Extensions(Extensions)
        .Element();
}

/// <summary>What an update changes.</summary>
public sealed record BussinessDocumentInfo
{
    /// <summary>1: the content changed; 0: it did not.</summary>
    public string? DocumentInfo { get; init; }

    /// <summary>1: the receivers changed; 0: they did not.</summary>
    public string? DocumentReceiver { get; init; }

    public IReadOnlyList<Receiver> Receivers { get; init; } = [];
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static BussinessDocumentInfo Read(FieldReader at) => new()
    {
        DocumentInfo = at.Text("DocumentInfo"),
        DocumentReceiver = at.Text("DocumentReceiver"),
        Receivers = at.List("ReceiverList", "Receiver", Receiver.Read),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("BussinessDocumentInfo")
        .Text("DocumentInfo", DocumentInfo)
        .Text("DocumentReceiver", DocumentReceiver)
        .Section(new FieldWriter("ReceiverList").Sections(Receivers, receiver => receiver.Write()).Element())
        .Extensions(Extensions)
        .Element();
}

/// <summary>A receiver that an update adds or removes.</summary>
public sealed record Receiver
{
    public required string OrganId { get; init; }

    /// <summary>0 removed, 1 added.</summary>
    public string? ReceiverType { get; init; }

    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static Receiver Read(FieldReader at) => new()
    {
        OrganId = at.Required("OrganId"),
        ReceiverType = at.Text("ReceiverType"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("Receiver")
        .Text("OrganId", OrganId)
        .Text("ReceiverType", ReceiverType)
        .Extensions(Extensions)
        .Element();
}

/// <summary>A document that this one replaces, and the organs that hold it.</summary>
public sealed record ReplacementInfo
{
    public required string DocumentId { get; init; }
    public IReadOnlyList<string> OrganIds { get; init; } = [];
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static ReplacementInfo Read(FieldReader at) => new()
    {
        DocumentId = at.Required("DocumentId"),
        OrganIds = at.List("OrganIdList", "OrganId"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("ReplacementInfo")
        .Text("DocumentId", DocumentId)
        .Section(new FieldWriter("OrganIdList").Texts("OrganId", OrganIds).Element())
        .Extensions(Extensions)
        .Element();
}
