namespace Vss.Interlink.EdXml;

/// <summary>
/// The header of a document packet (QCVN 102:2016 §1.1 to §1.14). Values are the packet's text without the white space around it: the field
/// writes dates that do not exist and numbers that are none, and a hub that cannot repeat them cannot prove what it was handed.
/// </summary>
public sealed record MessageHeader
{
    /// <summary>§1.1</summary>
    public required Organization From { get; init; }

    /// <summary>§1.2, at least one.</summary>
    public required IReadOnlyList<Organization> To { get; init; }

    /// <summary>§1.3</summary>
    public required DocumentCode Code { get; init; }

    /// <summary>§1.4</summary>
    public required PromulgationInfo PromulgationInfo { get; init; }

    /// <summary>§1.5</summary>
    public required DocumentType DocumentType { get; init; }

    /// <summary>§1.6, the abstract (trích yếu).</summary>
    public required string Subject { get; init; }

    /// <summary>§1.7</summary>
    public string? Content { get; init; }

    /// <summary>§1.8</summary>
    public SignerInfo? SignerInfo { get; init; }

    /// <summary>§1.9, <c>yyyy/MM/dd</c> by the rule.</summary>
    public string? DueDate { get; init; }

    /// <summary>§1.10, recipients in free text.</summary>
    public IReadOnlyList<string> ToPlaces { get; init; } = [];

    /// <summary>§1.11</summary>
    public OtherInfo? OtherInfo { get; init; }

    /// <summary>§1.12</summary>
    public IReadOnlyList<ResponseFor> ResponseFor { get; init; } = [];

    /// <summary>§1.13: 1 not steering, 2 steering, 3 report on steering; 0 occurs.</summary>
    public required string SteeringType { get; init; }

    /// <summary>§1.14, an opaque key; often <c>{OrganId},{yyyy/MM/dd},{number}/{notation}</c>, sometimes a UUID.</summary>
    public required string DocumentId { get; init; }

    /// <summary>Vendor's element <c>ResponseForTask/TaskCode</c>.</summary>
    public IReadOnlyList<string> ResponseForTask { get; init; } = [];

    /// <summary>Vendor's element, e.g. <c>MCDT_DT</c>.</summary>
    public string? ApplicationType { get; init; }

    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static MessageHeader Read(FieldReader at)
    {
        var header = new MessageHeader
        {
            From = at.RequiredSection("From", Organization.Read),
            To = at.Sections("To", Organization.Read),
            Code = at.RequiredSection("Code", DocumentCode.Read),
            PromulgationInfo = at.RequiredSection("PromulgationInfo", PromulgationInfo.Read),
            DocumentType = at.RequiredSection("DocumentType", DocumentType.Read),
            Subject = at.Required("Subject"),
            Content = at.Text("Content"),
            SignerInfo = at.Section("SignerInfo", SignerInfo.Read),
            DueDate = at.Text("DueDate"),
            ToPlaces = at.List("ToPlaces", "Place"),
            OtherInfo = at.Section("OtherInfo", OtherInfo.Read),
            ResponseFor = at.Sections("ResponseFor", EdXml.ResponseFor.Read),
            SteeringType = at.Required("SteeringType"),
            DocumentId = at.Required("DocumentId"),
            ResponseForTask = at.List("ResponseForTask", "TaskCode"),
            ApplicationType = at.Text("ApplicationType"),
            Extensions = at.Rest(),
        };
        if (header.To.Count == 0) at.Missing("To");
        return header;
    }

    /// <summary>The header in the order of the clauses, the vendor's elements after them.</summary>
    internal EdXmlElement Write() => new FieldWriter("MessageHeader")
        .Section(From.Write("From"))
        .Sections(To, to => to.Write("To"))
        .Section(Code.Write())
        .Section(PromulgationInfo.Write())
        .Section(DocumentType.Write())
        .Text("Subject", Subject)
        .Text("Content", Content)
        .Section(SignerInfo?.Write())
        .Text("DueDate", DueDate)
        .Section(new FieldWriter("ToPlaces").Texts("Place", ToPlaces).Element())
        .Section(OtherInfo?.Write())
        .Sections(ResponseFor, answer => answer.Write())
        .Text("SteeringType", SteeringType)
        .Text("DocumentId", DocumentId)
        .Section(new FieldWriter("ResponseForTask").Texts("TaskCode", ResponseForTask).Element())
        .Text("ApplicationType", ApplicationType)
        .Extensions(Extensions)
        .Element() ?? new EdXmlElement("MessageHeader", EdXmlNames.Qcvn);
}

/// <summary>§1.3: number and notation. The number is not always numeric.</summary>
public sealed record DocumentCode
{
    public required string CodeNumber { get; init; }
    public required string CodeNotation { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static DocumentCode Read(FieldReader at) => new()
    {
        CodeNumber = at.Required("CodeNumber"),
        CodeNotation = at.Required("CodeNotation"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("Code")
        .Text("CodeNumber", CodeNumber)
        .Text("CodeNotation", CodeNotation)
        .Extensions(Extensions)
        .Element();
}

/// <summary>§1.4: where and when the document was issued.</summary>
public sealed record PromulgationInfo
{
    public string? Place { get; init; }

    /// <summary><c>yyyy/MM/dd</c> by the rule; see <see cref="EdXmlDate"/>.</summary>
    public required string PromulgationDate { get; init; }

    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static PromulgationInfo Read(FieldReader at) => new()
    {
        Place = at.Text("Place"),
        PromulgationDate = at.Required("PromulgationDate"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("PromulgationInfo")
        .Text("Place", Place)
        .Text("PromulgationDate", PromulgationDate)
        .Extensions(Extensions)
        .Element();
}

/// <summary>§1.5. Two official tables share the numbers of <see cref="Type"/>: the name is the human truth, never branch on the number alone.</summary>
public sealed record DocumentType
{
    public string? Type { get; init; }

    /// <summary>Vendor's element.</summary>
    public string? TypeDetail { get; init; }

    public required string TypeName { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static DocumentType Read(FieldReader at) => new()
    {
        Type = at.Text("Type"),
        TypeDetail = at.Text("TypeDetail"),
        TypeName = at.Required("TypeName"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("DocumentType")
        .Text("Type", Type)
        .Text("TypeDetail", TypeDetail)
        .Text("TypeName", TypeName)
        .Extensions(Extensions)
        .Element();
}

/// <summary>§1.8: who signed the document, and by what right (TM., KT., TL., TUQ., Q.).</summary>
public sealed record SignerInfo
{
    public string? Competence { get; init; }
    public string? Position { get; init; }
    public string? FullName { get; init; }
    public IReadOnlyList<EdXmlElement> Extensions { get; init; } = [];

    internal static SignerInfo Read(FieldReader at) => new()
    {
        Competence = at.Text("Competence"),
        Position = at.Text("Position"),
        FullName = at.Text("FullName"),
        Extensions = at.Rest(),
    };

    internal EdXmlElement? Write() => new FieldWriter("SignerInfo")
        .Text("Competence", Competence)
        .Text("Position", Position)
        .Text("FullName", FullName)
        .Extensions(Extensions)
        .Element();
}
