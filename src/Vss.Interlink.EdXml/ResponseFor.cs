namespace Vss.Interlink.EdXml;

/// <summary>The document that is answered, or revoked (§1.12); in a status packet the document the status is about.</summary>
public sealed record ResponseFor
{
    /// <summary>In a status packet the addressee of the status.</summary>
    public string? OrganId { get; init; }

    /// <summary>Number and notation in one, e.g. <c>7816/VPCP-TTDT</c>.</summary>
    public string? Code { get; init; }

    /// <summary><c>yyyy/MM/dd</c> by the rule; see <see cref="EdXmlDate"/>.</summary>
    public string? PromulgationDate { get; init; }

    public string? DocumentId { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static ResponseFor Read(FieldReader at) => new()
    {
        OrganId = at.Text("OrganId"),
        Code = at.Text("Code"),
        PromulgationDate = at.Text("PromulgationDate"),
        DocumentId = at.Text("DocumentId"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("ResponseFor")
        .Text("OrganId", OrganId)
        .Text("Code", Code)
        .Text("PromulgationDate", PromulgationDate)
        .Text("DocumentId", DocumentId)
        .Extensions(Extensions)
        .Element();
}
