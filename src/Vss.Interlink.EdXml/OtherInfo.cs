namespace Vss.Interlink.EdXml;

/// <summary>§1.11: how the document is to be handled.</summary>
public sealed record OtherInfo
{
    /// <summary>0 normal, 1 urgent, 2 very urgent, 3 express, 4 timed express.</summary>
    public string? Priority { get; init; }

    public string? SphereOfPromulgation { get; init; }
    public string? TyperNotation { get; init; }
    public string? PromulgationAmount { get; init; }
    public string? PageAmount { get; init; }

    /// <summary>Vendor's element that the axis itself adds (<c>true</c> or <c>false</c>); no part of what a seal covers.</summary>
    public string? Direction { get; init; }

    public IReadOnlyList<string> Appendixes { get; init; } = [];

    /// <summary>Vendor's element; its inner structure is not published, so it is kept whole.</summary>
    public EdXmlElement? ReplyFors { get; init; }

    /// <summary>Vendor's element; its inner structure is not published, so it is kept whole.</summary>
    public EdXmlElement? ReferenceCodes { get; init; }

    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static OtherInfo Read(FieldReader at) => new()
    {
        Priority = at.Text("Priority"),
        SphereOfPromulgation = at.Text("SphereOfPromulgation"),
        TyperNotation = at.Text("TyperNotation"),
        PromulgationAmount = at.Text("PromulgationAmount"),
        PageAmount = at.Text("PageAmount"),
        Direction = at.Text("Direction"),
        Appendixes = at.List("Appendixes", "Appendix"),
        ReplyFors = at.Whole("ReplyFors"),
        ReferenceCodes = at.Whole("ReferenceCodes"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("OtherInfo")
        .Text("Priority", Priority)
        .Text("SphereOfPromulgation", SphereOfPromulgation)
        .Text("TyperNotation", TyperNotation)
        .Text("PromulgationAmount", PromulgationAmount)
        .Text("PageAmount", PageAmount)
        .Text("Direction", Direction)
        .Section(new FieldWriter("Appendixes").Texts("Appendix", Appendixes).Element())
        .Section(ReplyFors)
        .Section(ReferenceCodes)
        .Extensions(Extensions)
        .Element();
}
