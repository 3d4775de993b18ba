using Vss.Interlink.EdXml;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

public static partial class EdXmlDossier
{
    private const string OutsideRoot = "edXML";
    private const string OutsideEnvelope = "edXML/edXMLEnvelope";
    private const string OutsideHeader = "edXML/edXMLEnvelope/edXMLHeader";
    private const string OutsideTrace = "TraceHeaderList";
    private const string OutsideBody = "edXMLBody";
    private const string OutsideManifest = "edXMLManifest";

    /// <summary>The document packet of a dossier, attachments and manifest in the dossier's order. Mandatory elements that it lacks are left empty, for <see cref="EdXmlWriter.Check(EdXmlPacket)"/> to name.</summary>
    /// <param name="dossier">Of any kind but STATUS.</param>
    public static EdXmlPacket ToPacket(Dossier dossier)
    {
        if (dossier.Kind == DossierKind.Status) throw new ArgumentException("A status becomes a status packet.", nameof(dossier));
        var extra = new Extras(dossier);
        return new EdXmlPacket
        {
            Header = Header(dossier, extra),
            Bussiness = Bussiness(dossier, extra),
            TraceHeaders = [.. dossier.Trace.Select(Trace)],
            Manifest = [.. dossier.Attachments.Select((one, index) => Reference(one, $"Reference[{index + 1}]", extra))],
            Attachments = [.. dossier.Attachments.Select((one, index) => Info(one, index, extra))],
            Extensions = Outside(extra),
        };
    }

    /// <summary>The status packet of a dossier of kind STATUS.</summary>
    public static EdXmlStatus ToStatus(Dossier dossier)
    {
        if (dossier.Kind != DossierKind.Status) throw new ArgumentException("Only a status becomes a status packet.", nameof(dossier));
        var extra = new Extras(dossier);
        if (!StatusCode.TryParse(dossier.Status.Code, out var code)) throw DossierRules.Violation("Dossier/Status/Code", "must be two digits for edXML");
        var answered = dossier.ResponseTo.Count > 0 ? Answered(dossier.ResponseTo[0], "MessageHeader/ResponseFor[1]", extra) : new ResponseFor { DocumentId = EdXmlForms.Filled(dossier.DocumentId) };
        return new EdXmlStatus
        {
            From = Organization(dossier.Sender, "MessageHeader/From", extra),
            ResponseFor = answered with { OrganId = dossier.Receivers[0].Id },
            StaffInfo = Staff(dossier.Status.Staff, "MessageHeader/StaffInfo", extra),
            StatusCode = code,
            Description = EdXmlForms.Filled(dossier.Status.Description),
            Timestamp = EdXmlForms.TimeTo(dossier.Status.Timestamp) ?? "",
            Extensions = HeaderExtras(dossier, extra),
            TraceHeaders = [.. dossier.Trace.Select(Trace)],
            PacketExtensions = Outside(extra),
        };
    }

    private static MessageHeader Header(Dossier dossier, Extras extra) => new()
    {
        From = Organization(dossier.Sender, "MessageHeader/From", extra),
        To = [.. dossier.Receivers.Select((organ, index) => Organization(organ, $"MessageHeader/To[{index + 1}]", extra))],
        Code = new EdXml.DocumentCode { CodeNumber = dossier.Code?.Number ?? "", CodeNotation = dossier.Code?.Notation ?? "", Extensions = extra.In("MessageHeader/Code") },
        PromulgationInfo = new PromulgationInfo
        {
            Place = EdXmlForms.Filled(dossier.PromulgationPlace),
            PromulgationDate = EdXmlForms.DateTo(dossier.PromulgationDate) ?? "",
            Extensions = extra.In("MessageHeader/PromulgationInfo"),
        },
        DocumentType = new EdXml.DocumentType
        {
            Type = dossier.DocumentType is { HasType: true } typed ? EdXmlForms.Text(typed.Type) : extra.Text("MessageHeader/DocumentType/Type"),
            TypeDetail = dossier.DocumentType is { HasTypeDetail: true } detailed ? EdXmlForms.Text(detailed.TypeDetail) : extra.Text("MessageHeader/DocumentType/TypeDetail"),
            TypeName = dossier.DocumentType?.Name ?? "",
            Extensions = extra.In("MessageHeader/DocumentType"),
        },
        Subject = dossier.Subject,
        Content = EdXmlForms.Filled(dossier.Content),
        SignerInfo = dossier.Signer is not { } signer ? null : new SignerInfo
        {
            Competence = EdXmlForms.Filled(signer.Competence),
            Position = EdXmlForms.Filled(signer.Position),
            FullName = EdXmlForms.Filled(signer.FullName),
            Extensions = extra.In("MessageHeader/SignerInfo"),
        },
        DueDate = EdXmlForms.DateTo(dossier.DueDate),
        ToPlaces = [.. dossier.ToPlaces],
        OtherInfo = Other(dossier.Other, extra),
        ResponseFor = [.. dossier.ResponseTo.Select((one, index) => Answered(one, $"MessageHeader/ResponseFor[{index + 1}]", extra))],
        SteeringType = dossier.HasSteeringType ? EdXmlForms.Text(dossier.SteeringType) : extra.Text("MessageHeader/SteeringType") ?? "",
        DocumentId = dossier.DocumentId,
        ResponseForTask = [.. dossier.TaskCodes],
        ApplicationType = EdXmlForms.Filled(dossier.ApplicationType),
        Extensions = HeaderExtras(dossier, extra),
    };

    private static Organization Organization(Organ organ, string place, Extras extra) => new()
    {
        OrganId = organ.Id,
        OrganizationInCharge = EdXmlForms.Filled(organ.InCharge),
        OrganName = EdXmlForms.Filled(organ.Name),
        OrganAdd = EdXmlForms.Filled(organ.Address),
        Email = EdXmlForms.Filled(organ.Email),
        Telephone = EdXmlForms.Filled(organ.Telephone),
        Fax = EdXmlForms.Filled(organ.Fax),
        Website = EdXmlForms.Filled(organ.Website),
        Extensions = extra.In(place),
    };

    private static EdXml.OtherInfo? Other(V1.OtherInfo? other, Extras extra)
    {
        const string place = "MessageHeader/OtherInfo";
        if (other is null) return null;
        var whole = extra.In(place);
        return new EdXml.OtherInfo
        {
            Priority = other.HasPriority ? EdXmlForms.Text(other.Priority) : extra.Text(place + "/Priority"),
            SphereOfPromulgation = EdXmlForms.Filled(other.Sphere),
            TyperNotation = EdXmlForms.Filled(other.TyperNotation),
            PromulgationAmount = other.HasPromulgationAmount ? EdXmlForms.Text(other.PromulgationAmount) : extra.Text(place + "/PromulgationAmount"),
            PageAmount = other.HasPageAmount ? EdXmlForms.Text(other.PageAmount) : extra.Text(place + "/PageAmount"),
            Direction = !other.HasDirection ? extra.Text(place + "/Direction") : other.Direction ? "true" : "false",
            Appendixes = [.. other.Appendixes],
            ReplyFors = List("ReplyFors", "ReplyFor", other.ReplyFors, whole),
            ReferenceCodes = List("ReferenceCodes", "ReferenceCode", other.ReferenceCodes, whole),
            Extensions = [.. whole.Where(element => element.Name is not ("ReplyFors" or "ReferenceCodes"))],
        };
    }

    private static EdXmlElement? List(string name, string item, IReadOnlyCollection<string> values, IReadOnlyList<EdXmlElement> whole) =>
        values.Count == 0
            ? whole.FirstOrDefault(element => element.Name == name)
            : new EdXmlElement(name, EdXmlNames.Qcvn) { Children = [.. values.Select(value => new EdXmlElement(item, EdXmlNames.Qcvn, value))] };

    private static ResponseFor Answered(ResponseTo answered, string place, Extras extra) => new()
    {
        OrganId = EdXmlForms.Filled(answered.OrganId),
        Code = EdXmlForms.Filled(answered.Code),
        PromulgationDate = EdXmlForms.DateTo(answered.PromulgationDate),
        DocumentId = EdXmlForms.Filled(answered.DocumentId),
        Extensions = extra.In(place),
    };

    private static TraceHeader Trace(TraceEntry entry) => new() { OrganId = EdXmlForms.Filled(entry.OrganId), Timestamp = EdXmlForms.TimeTo(entry.Timestamp) };

    private static StaffInfo? Staff(V1.Staff? staff, string place, Extras extra) => staff is null ? null : new StaffInfo
    {
        DepartmentId = EdXmlForms.Filled(staff.DepartmentId),
        Department = EdXmlForms.Filled(staff.Department),
        StaffId = EdXmlForms.Filled(staff.StaffId),
        Staff = EdXmlForms.Filled(staff.Name),
        Mobile = EdXmlForms.Filled(staff.Mobile),
        Email = EdXmlForms.Filled(staff.Email),
        Extensions = extra.In(place),
    };

    private static Bussiness Bussiness(Dossier dossier, Extras extra)
    {
        const string place = "Bussiness";
        const string inside = place + "/BussinessDocumentInfo";
        var business = dossier.Business ?? new Business();
        var info = new BussinessDocumentInfo
        {
            DocumentInfo = business.HasDocumentChanged ? EdXmlForms.Text(business.DocumentChanged) : extra.Text(inside + "/DocumentInfo"),
            DocumentReceiver = business.HasReceiversChanged ? EdXmlForms.Text(business.ReceiversChanged) : extra.Text(inside + "/DocumentReceiver"),
            Receivers = [.. business.Receivers.Select((one, index) => new Receiver
            {
                OrganId = one.OrganId,
                ReceiverType = EdXmlForms.Text(one.Type),
                Extensions = extra.In($"{inside}/Receiver[{index + 1}]"),
            })],
            Extensions = extra.In(inside),
        };
        return new Bussiness
        {
            DocumentId = EdXmlForms.Filled(business.DocumentId),

            // The kind decides: it is what the hub's own services set.
            BussinessDocType = dossier.Kind switch
            {
                DossierKind.Revocation => "1",
                DossierKind.Update => "2",
                DossierKind.Replacement => "3",
                _ => "0",
            },
            BussinessDocReason = EdXmlForms.Filled(business.Reason),
            Paper = business.HasPaper ? EdXmlForms.Text(business.Paper) : extra.Text(place + "/Paper"),
            BussinessDocumentInfo = info is { DocumentInfo: null, DocumentReceiver: null, Receivers: [], Extensions: [] } ? null : info,
            Replacements = [.. business.Replacements.Select((one, index) => new EdXml.ReplacementInfo
            {
                DocumentId = one.DocumentId,
                OrganIds = [.. one.OrganIds],
                Extensions = extra.In($"{place}/ReplacementInfo[{index + 1}]"),
            })],
            StaffInfo = Staff(business.Staff, place + "/StaffInfo", extra),
            Extensions = extra.In(place),
        };
    }

    private static ManifestReference Reference(Attachment attachment, string place, Extras extra) => new()
    {
        ContentId = attachment.Id,
        ContentType = EdXmlForms.Filled(attachment.ContentType),
        Description = EdXmlForms.Filled(attachment.Description),
        AttachmentName = EdXmlForms.Filled(attachment.Name),
        Extensions = extra.In(place),
    };

    private static AttachmentInfo Info(Attachment attachment, int index, Extras extra)
    {
        var place = $"Attachment[{index + 1}]";
        return new AttachmentInfo
        {
            ContentId = attachment.Id,
            AttachmentName = EdXmlForms.Filled(attachment.Name),
            Description = EdXmlForms.Filled(attachment.Description),
            ContentType = EdXmlForms.Filled(attachment.ContentType),
            FieldName = extra.Text(place + "/FieldName"),
            MimeType = extra.Text(place + "/MimeType"),
            Format = extra.Text(place + "/Format"),
            Index = index,
            Extensions = extra.In(place),
        };
    }

    // Into the header and not beside it, because the header is what the seal covers.
    private static IReadOnlyList<EdXmlElement> HeaderExtras(Dossier dossier, Extras extra) =>
    [
        .. extra.In("MessageHeader"),
        .. dossier.Fields.Select(field => Own(nameof(Field), ("Name", field.Name), ("Value", field.Value))),
        .. dossier.Extensions.Where(one => one.Source != Source).Select(one => Own(nameof(Extension), ("Source", one.Source), ("Path", one.Path), ("Xml", one.Xml), ("Value", one.Value))),
    ];

    private static EdXmlElement Own(string name, params IEnumerable<(string Name, string Value)> children) => new(name, DossierXml.Namespace)
    {
        Children = [.. children.Where(child => child.Value.Length > 0).Select(child => new EdXmlElement(child.Name, DossierXml.Namespace, child.Value))],
    };

    private static PacketExtensions Outside(Extras extra) => new()
    {
        Root = extra.In(OutsideRoot),
        Envelope = extra.In(OutsideEnvelope),
        Header = extra.In(OutsideHeader),
        TraceHeaderList = extra.In(OutsideTrace),
        Body = extra.In(OutsideBody),
        Manifest = extra.In(OutsideManifest),
    };

    /// <summary>The dossier's extensions that came from edXML, by where they stood.</summary>
    private sealed class Extras
    {
        private readonly ILookup<string, Extension> _byParent;

        public Extras(Dossier dossier) => _byParent = dossier.Extensions.Where(one => one.Source == Source).ToLookup(one => one.Path[..Math.Max(0, one.Path.LastIndexOf('/'))], StringComparer.Ordinal);

        /// <summary>Elements that stood in the place.</summary>
        public IReadOnlyList<EdXmlElement> In(string place) => [.. _byParent[place].Where(one => one.Xml.Length > 0).Select(one => EdXmlForms.FromXml(one.Xml)).OfType<EdXmlElement>()];

        /// <summary>The text of a known element whose value did not fit the dossier's field.</summary>
        public string? Text(string path) => _byParent[path[..path.LastIndexOf('/')]].FirstOrDefault(one => one.Path == path && one.Xml.Length == 0)?.Value;
    }
}
