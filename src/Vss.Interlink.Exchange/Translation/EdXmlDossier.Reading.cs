using Google.Protobuf.Collections;
using Vss.Interlink.EdXml;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

public static partial class EdXmlDossier
{
    // The attachments are the caller's, who has their contents.
    private static Dossier FromPacket(EdXmlPacket packet, MessageId messageId, string beside)
    {
        var header = packet.Header;
        var dossier = new Dossier { MessageId = messageId.ToString(), Kind = Kind(packet.Kind), DocumentId = header.DocumentId };
        var extra = dossier.Extensions;
        dossier.Sender = Organ(header.From, "MessageHeader/From", extra);
        foreach (var (organ, place) in Numbered(header.To, "MessageHeader/To")) dossier.Receivers.Add(Organ(organ, place, extra));
        dossier.Code = new V1.DocumentCode { Number = header.Code.CodeNumber, Notation = header.Code.CodeNotation };
        Keep(extra, "MessageHeader/Code", header.Code.Extensions);
        dossier.PromulgationPlace = header.PromulgationInfo.Place ?? "";
        dossier.PromulgationDate = EdXmlForms.DateFrom(header.PromulgationInfo.PromulgationDate);
        Keep(extra, "MessageHeader/PromulgationInfo", header.PromulgationInfo.Extensions);
        dossier.DocumentType = new V1.DocumentType { Name = header.DocumentType.TypeName };
        Number(header.DocumentType.Type, "MessageHeader/DocumentType/Type", extra, value => dossier.DocumentType.Type = value);
        Number(header.DocumentType.TypeDetail, "MessageHeader/DocumentType/TypeDetail", extra, value => dossier.DocumentType.TypeDetail = value);
        Keep(extra, "MessageHeader/DocumentType", header.DocumentType.Extensions);
        dossier.Subject = header.Subject;
        dossier.Content = header.Content ?? "";
        if (header.SignerInfo is { } signer)
        {
            dossier.Signer = new Signer { Competence = signer.Competence ?? "", Position = signer.Position ?? "", FullName = signer.FullName ?? "" };
            Keep(extra, "MessageHeader/SignerInfo", signer.Extensions);
        }

        dossier.DueDate = EdXmlForms.DateFrom(header.DueDate);
        dossier.ToPlaces.AddRange(header.ToPlaces);
        if (header.OtherInfo is { } other) dossier.Other = Other(other, extra);
        foreach (var (answered, place) in Numbered(header.ResponseFor, "MessageHeader/ResponseFor")) dossier.ResponseTo.Add(Answered(answered, place, extra));
        Number(header.SteeringType, "MessageHeader/SteeringType", extra, value => dossier.SteeringType = value);
        dossier.TaskCodes.AddRange(header.ResponseForTask);
        dossier.ApplicationType = header.ApplicationType ?? "";
        dossier.Trace.AddRange(packet.TraceHeaders.Select(Trace));
        if (packet.Bussiness is { } bussiness) dossier.Business = Business(bussiness, extra);
        KeepHeader(dossier, header.Extensions);
        KeepOutside(extra, packet.Extensions, beside);
        return dossier;
    }

    private static Dossier FromStatus(EdXmlStatus status, MessageId messageId)
    {
        var dossier = new Dossier { MessageId = messageId.ToString(), Kind = DossierKind.Status, DocumentId = status.ResponseFor.DocumentId ?? "" };
        var extra = dossier.Extensions;
        dossier.Sender = Organ(status.From, "MessageHeader/From", extra);
        dossier.Receivers.Add(new Organ { Id = status.ResponseFor.OrganId ?? "" });
        dossier.ResponseTo.Add(Answered(status.ResponseFor, "MessageHeader/ResponseFor[1]", extra));
        dossier.Status = new DocumentStatus
        {
            Code = status.StatusCode.ToString(),
            Description = status.Description ?? "",
            Timestamp = EdXmlForms.TimeFrom(status.Timestamp),
            Staff = status.StaffInfo is { } staff ? Staff(staff, "MessageHeader/StaffInfo", extra) : null,
        };
        dossier.Trace.AddRange(status.TraceHeaders.Select(Trace));
        KeepHeader(dossier, status.Extensions);
        KeepOutside(extra, status.PacketExtensions, Source);
        return dossier;
    }

    private static DossierKind Kind(PacketKind kind) => kind switch
    {
        PacketKind.New => DossierKind.New,
        PacketKind.Reply => DossierKind.Reply,
        PacketKind.Revocation => DossierKind.Revocation,
        PacketKind.Update => DossierKind.Update,
        PacketKind.Replacement => DossierKind.Replacement,
        _ => throw DossierRules.Violation("Bussiness/BussinessDocType", "must be 0 to 3"),
    };

    private static Organ Organ(Organization organ, string place, RepeatedField<Extension> extra)
    {
        Keep(extra, place, organ.Extensions);
        return new Organ
        {
            Id = organ.OrganId,
            InCharge = organ.OrganizationInCharge ?? "",
            Name = organ.OrganName ?? "",
            Address = organ.OrganAdd ?? "",
            Email = organ.Email ?? "",
            Telephone = organ.Telephone ?? "",
            Fax = organ.Fax ?? "",
            Website = organ.Website ?? "",
        };
    }

    private static V1.OtherInfo Other(EdXml.OtherInfo info, RepeatedField<Extension> extra)
    {
        const string place = "MessageHeader/OtherInfo";
        var other = new V1.OtherInfo { Sphere = info.SphereOfPromulgation ?? "", TyperNotation = info.TyperNotation ?? "" };
        Number(info.Priority, place + "/Priority", extra, value => other.Priority = value);
        Number(info.PromulgationAmount, place + "/PromulgationAmount", extra, value => other.PromulgationAmount = value);
        Number(info.PageAmount, place + "/PageAmount", extra, value => other.PageAmount = value);
        other.Appendixes.AddRange(info.Appendixes);
        if (info.Direction is "true" or "false") other.Direction = info.Direction == "true";
        else KeepText(extra, place + "/Direction", info.Direction);
        List(info.ReplyFors, "ReplyFor", place, extra, other.ReplyFors);
        List(info.ReferenceCodes, "ReferenceCode", place, extra, other.ReferenceCodes);
        Keep(extra, place, info.Extensions);
        return other;
    }

    // The inner structure of these two is not published: the obvious one is understood, any other is carried whole.
    private static void List(EdXmlElement? list, string item, string place, RepeatedField<Extension> extra, RepeatedField<string> values)
    {
        if (list is null) return;
        if (list is { Text: null, Attributes: [] } && list.Children.All(one => one.Name == item && one is { Namespace: EdXmlNames.Qcvn, Text: not null, Attributes: [], Children: [] }))
            values.AddRange(list.Children.Select(one => one.Text!));
        else Keep(extra, place, [list]);
    }

    private static ResponseTo Answered(ResponseFor answered, string place, RepeatedField<Extension> extra)
    {
        Keep(extra, place, answered.Extensions);
        return new ResponseTo
        {
            OrganId = answered.OrganId ?? "",
            Code = answered.Code ?? "",
            PromulgationDate = EdXmlForms.DateFrom(answered.PromulgationDate),
            DocumentId = answered.DocumentId ?? "",
        };
    }

    private static TraceEntry Trace(TraceHeader header) => new() { OrganId = header.OrganId ?? "", Timestamp = EdXmlForms.TimeFrom(header.Timestamp) };

    private static Staff Staff(StaffInfo staff, string place, RepeatedField<Extension> extra)
    {
        Keep(extra, place, staff.Extensions);
        return new Staff
        {
            DepartmentId = staff.DepartmentId ?? "",
            Department = staff.Department ?? "",
            StaffId = staff.StaffId ?? "",
            Name = staff.Staff ?? "",
            Mobile = staff.Mobile ?? "",
            Email = staff.Email ?? "",
        };
    }

    private static Business Business(Bussiness bussiness, RepeatedField<Extension> extra)
    {
        const string place = "Bussiness";
        var business = new Business { DocumentId = bussiness.DocumentId ?? "", Reason = bussiness.BussinessDocReason ?? "" };
        Number(bussiness.BussinessDocType, place + "/BussinessDocType", extra, value => business.DocType = value);
        Number(bussiness.Paper, place + "/Paper", extra, value => business.Paper = value);
        if (bussiness.BussinessDocumentInfo is { } info)
        {
            const string inside = place + "/BussinessDocumentInfo";
            Number(info.DocumentInfo, inside + "/DocumentInfo", extra, value => business.DocumentChanged = value);
            Number(info.DocumentReceiver, inside + "/DocumentReceiver", extra, value => business.ReceiversChanged = value);
            foreach (var (receiver, at) in Numbered(info.Receivers, inside + "/Receiver"))
            {
                var change = new ReceiverChange { OrganId = receiver.OrganId };
                change.Type = EdXmlForms.Number(receiver.ReceiverType) ?? throw DossierRules.Violation(at + "/ReceiverType", "must be 0 or 1");
                business.Receivers.Add(change);
                Keep(extra, at, receiver.Extensions);
            }

            Keep(extra, inside, info.Extensions);
        }

        if (bussiness.StaffInfo is { } staff) business.Staff = Staff(staff, place + "/StaffInfo", extra);
        foreach (var (replacement, at) in Numbered(bussiness.Replacements, place + "/ReplacementInfo"))
        {
            business.Replacements.Add(new V1.ReplacementInfo { DocumentId = replacement.DocumentId, OrganIds = { replacement.OrganIds } });
            Keep(extra, at, replacement.Extensions);
        }

        Keep(extra, place, bussiness.Extensions);
        return business;
    }

    private static void AddAttachmentExtensions(Dossier dossier, AttachmentInfo info, ManifestReference? reference, string beside)
    {
        var place = $"Attachment[{dossier.Attachments.Count}]";
        KeepText(dossier.Extensions, place + "/FieldName", info.FieldName, beside);
        KeepText(dossier.Extensions, place + "/MimeType", info.MimeType, beside);
        KeepText(dossier.Extensions, place + "/Format", info.Format, beside);
        Keep(dossier.Extensions, place, info.Extensions, beside);
        Keep(dossier.Extensions, $"Reference[{dossier.Attachments.Count}]", reference?.Extensions ?? [], beside);
    }

    // Our own elements in the header are what ToPacket put there: business fields and extensions of other protocols.
    private static void KeepHeader(Dossier dossier, IReadOnlyList<EdXmlElement> elements)
    {
        foreach (var element in elements)
        {
            if (element is { Namespace: DossierXml.Namespace, Name: nameof(Field) }) dossier.Fields.Add(new Field { Name = Child(element, "Name"), Value = Child(element, "Value") });
            else if (element is { Namespace: DossierXml.Namespace, Name: nameof(Extension) })
                dossier.Extensions.Add(new Extension { Source = Child(element, "Source"), Path = Child(element, "Path"), Xml = Child(element, "Xml"), Value = Child(element, "Value") });
            else Keep(dossier.Extensions, "MessageHeader", [element]);
        }
    }

    private static string Child(EdXmlElement element, string name) => element.Children.FirstOrDefault(child => child.Name == name)?.Text ?? "";

    private static void KeepOutside(RepeatedField<Extension> extra, PacketExtensions extensions, string source)
    {
        Keep(extra, OutsideRoot, extensions.Root, source);
        Keep(extra, OutsideEnvelope, extensions.Envelope, source);
        Keep(extra, OutsideHeader, extensions.Header, source);
        Keep(extra, OutsideTrace, extensions.TraceHeaderList, source);
        Keep(extra, OutsideBody, extensions.Body, source);
        Keep(extra, OutsideManifest, extensions.Manifest, source);
    }

    private static void Number(string? text, string path, RepeatedField<Extension> extra, Action<int> set)
    {
        if (EdXmlForms.Number(text) is { } value) set(value);
        else KeepText(extra, path, text);
    }

    private static void KeepText(RepeatedField<Extension> extra, string path, string? text, string source = Source)
    {
        if (text is not null) extra.Add(new Extension { Source = source, Path = path, Value = text });
    }

    private static void Keep(RepeatedField<Extension> extra, string parent, IReadOnlyList<EdXmlElement> elements, string source = Source)
    {
        foreach (var element in elements) extra.Add(new Extension { Source = source, Path = $"{parent}/{element.Name}", Xml = EdXmlForms.ToXml(element) });
    }

    private static IEnumerable<(T Item, string Place)> Numbered<T>(IReadOnlyList<T> items, string place) => items.Select((item, index) => (item, $"{place}[{index + 1}]"));
}
