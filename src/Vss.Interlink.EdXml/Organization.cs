namespace Vss.Interlink.EdXml;

/// <summary>An organ with its address: <c>From</c> (§1.1) and <c>To</c> (§1.2).</summary>
public sealed record Organization
{
    /// <summary>Identifier of the organ; its form is a matter of policy, not of the packet (test systems use odd ones).</summary>
    public required string OrganId { get; init; }

    public string? OrganizationInCharge { get; init; }
    public string? OrganName { get; init; }
    public string? OrganAdd { get; init; }
    public string? Email { get; init; }
    public string? Telephone { get; init; }
    public string? Fax { get; init; }
    public string? Website { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static Organization Read(FieldReader at) => new()
    {
        OrganId = at.Required("OrganId"),
        OrganizationInCharge = at.Text("OrganizationInCharge"),
        OrganName = at.Text("OrganName"),
        OrganAdd = at.Text("OrganAdd"),
        Email = at.Text("Email"),
        Telephone = at.Text("Telephone"),
        Fax = at.Text("Fax"),
        Website = at.Text("Website"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write(string name) => new FieldWriter(name)
        .Text("OrganId", OrganId)
        .Text("OrganizationInCharge", OrganizationInCharge)
        .Text("OrganName", OrganName)
        .Text("OrganAdd", OrganAdd)
        .Text("Email", Email)
        .Text("Telephone", Telephone)
        .Text("Fax", Fax)
        .Text("Website", Website)
        .Extensions(Extensions)
        .Element();
}
