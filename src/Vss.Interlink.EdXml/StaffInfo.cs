namespace Vss.Interlink.EdXml;

/// <summary>The clerk who handled a document or a status.</summary>
public sealed record StaffInfo
{
    public string? DepartmentId { get; init; }
    public string? Department { get; init; }
    public string? StaffId { get; init; }
    public string? Staff { get; init; }
    public string? Mobile { get; init; }
    public string? Email { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static StaffInfo Read(FieldReader at) => new()
    {
        DepartmentId = at.Text("DepartmentId"),
        Department = at.Text("Department"),
        StaffId = at.Text("StaffId"),
        Staff = at.Text("Staff"),
        Mobile = at.Text("Mobile"),
        Email = at.Text("Email"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("StaffInfo")
        .Text("DepartmentId", DepartmentId)
        .Text("Department", Department)
        .Text("StaffId", StaffId)
        .Text("Staff", Staff)
        .Text("Mobile", Mobile)
        .Text("Email", Email)
        .Extensions(Extensions)
        .Element();
}
