using System.Xml;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

public sealed partial class DossierXml
{
    // In the schema's order; object initialisers run in the order in which they are written.
    private async Task<(Dossier Dossier, Dictionary<string, StoredBody> Attachments)> ReadDossierAsync(SchemaReader at, CancellationToken cancellation)
    {
        var dossier = new Dossier
        {
            MessageId = at.RequiredToken("MessageId"),
            Kind = ReadKind(at),
            Sender = at.RequiredSection("Sender", ReadOrgan),
        };
        dossier.Receivers.Add(at.RequiredSection("Receiver", ReadOrgan));
        dossier.Receivers.AddRange(at.Sections("Receiver", ReadOrgan));
        dossier.DocumentId = at.Optional("DocumentId");
        dossier.Code = at.Section("Code", code => new DocumentCode { Number = code.Optional("Number"), Notation = code.Optional("Notation") });
        dossier.PromulgationPlace = at.Optional("PromulgationPlace");
        dossier.PromulgationDate = at.OptionalToken("PromulgationDate");
        dossier.DocumentType = at.Section("DocumentType", ReadDocumentType);
        dossier.Subject = at.Optional("Subject");
        dossier.Content = at.Optional("Content");
        dossier.Signer = at.Section("Signer", ReadSigner);
        dossier.DueDate = at.OptionalToken("DueDate");
        dossier.ToPlaces.AddRange(at.Many("ToPlace"));
        dossier.Other = at.Section("Other", ReadOther);
        dossier.ResponseTo.AddRange(at.Sections("ResponseTo", ReadResponseTo));
        if (at.OptionalInt("SteeringType") is { } steering) dossier.SteeringType = steering;
        dossier.TaskCodes.AddRange(at.Many("TaskCode"));
        dossier.ApplicationType = at.Optional("ApplicationType");
        dossier.Trace.AddRange(at.Sections("Trace", ReadTrace));
        dossier.Business = at.Section("Business", ReadBusiness);
        dossier.Status = at.Section("Status", ReadStatus);
        dossier.Fields.AddRange(at.Sections("Field", field => new Field { Name = field.Required("Name"), Value = field.Required("Value") }));
        Dictionary<string, StoredBody> attachments = new(StringComparer.Ordinal);
        Func<BodyDigestStream>? begin = null;
        while (at.IsNext("Attachment"))
        {
            begin ??= await bodies.OpenAsync(dossier.Sender.Id, dossier.MessageId, cancellation);
            at.Enter("Attachment");
            var (attachment, body) = await ReadAttachmentAsync(at, begin, cancellation);
            at.Leave();
            dossier.Attachments.Add(attachment);
            if (!attachments.TryAdd(attachment.Id, body)) throw DossierRules.Violation("Dossier/Attachment/Id", $"'{attachment.Id}' stands twice");
            if (attachments.Count > DossierRules.MaxAttachments) throw new ExchangeFault(Fault.LimitExceeded, $"A dossier may have {DossierRules.MaxAttachments} attachments.", "limit.attachments");
        }

        dossier.Extensions.AddRange(at.Sections("Extension", ReadExtension));
        while (at.Foreign() is var (ns, name, xml)) dossier.Extensions.Add(new Extension { Source = ns, Path = $"Dossier/{name}", Xml = xml });
        return (dossier, attachments);
    }

    private static DossierKind ReadKind(SchemaReader at) => at.RequiredToken("Kind") switch
    {
        "NEW" => DossierKind.New,
        "REPLY" => DossierKind.Reply,
        "UPDATE" => DossierKind.Update,
        "REPLACEMENT" => DossierKind.Replacement,
        "REVOCATION" => DossierKind.Revocation,
        "STATUS" => DossierKind.Status,
        _ => throw DossierRules.Violation("Dossier/Kind", "must be one of NEW, REPLY, UPDATE, REPLACEMENT, REVOCATION, STATUS"),
    };

    private static Organ ReadOrgan(SchemaReader at) => new()
    {
        Id = at.RequiredToken("Id"),
        InCharge = at.Optional("InCharge"),
        Name = at.Optional("Name"),
        Address = at.Optional("Address"),
        Email = at.Optional("Email"),
        Telephone = at.Optional("Telephone"),
        Fax = at.Optional("Fax"),
        Website = at.Optional("Website"),
    };

    private static DocumentType ReadDocumentType(SchemaReader at)
    {
        var type = new DocumentType();
        if (at.OptionalInt("Type") is { } number) type.Type = number;
        if (at.OptionalInt("TypeDetail") is { } detail) type.TypeDetail = detail;
        type.Name = at.Optional("Name");
        return type;
    }

    private static Signer ReadSigner(SchemaReader at) => new()
    {
        Competence = at.Optional("Competence"),
        Position = at.Optional("Position"),
        FullName = at.Optional("FullName"),
    };

    private static OtherInfo ReadOther(SchemaReader at)
    {
        var other = new OtherInfo();
        if (at.OptionalInt("Priority") is { } priority) other.Priority = priority;
        other.Sphere = at.Optional("Sphere");
        other.TyperNotation = at.Optional("TyperNotation");
        if (at.OptionalInt("PromulgationAmount") is { } copies) other.PromulgationAmount = copies;
        if (at.OptionalInt("PageAmount") is { } pages) other.PageAmount = pages;
        other.Appendixes.AddRange(at.Many("Appendix"));
        if (at.OptionalBool("Direction") is { } direction) other.Direction = direction;
        other.ReplyFors.AddRange(at.Many("ReplyFor"));
        other.ReferenceCodes.AddRange(at.Many("ReferenceCode"));
        return other;
    }

    private static ResponseTo ReadResponseTo(SchemaReader at) => new()
    {
        OrganId = at.Optional("OrganId"),
        Code = at.Optional("Code"),
        PromulgationDate = at.OptionalToken("PromulgationDate"),
        DocumentId = at.Optional("DocumentId"),
    };

    private static TraceEntry ReadTrace(SchemaReader at) => new() { OrganId = at.Optional("OrganId"), Timestamp = at.OptionalToken("Timestamp") };

    private static Staff ReadStaff(SchemaReader at) => new()
    {
        DepartmentId = at.Optional("DepartmentId"),
        Department = at.Optional("Department"),
        StaffId = at.Optional("StaffId"),
        Name = at.Optional("Name"),
        Mobile = at.Optional("Mobile"),
        Email = at.Optional("Email"),
    };

    private static Business ReadBusiness(SchemaReader at)
    {
        var business = new Business { DocumentId = at.Optional("DocumentId") };
        if (at.OptionalInt("DocType") is { } type) business.DocType = type;
        business.Reason = at.Optional("Reason");
        if (at.OptionalInt("DocumentChanged") is { } document) business.DocumentChanged = document;
        if (at.OptionalInt("ReceiversChanged") is { } receivers) business.ReceiversChanged = receivers;
        business.Receivers.AddRange(at.Sections("Receiver", one => new ReceiverChange { OrganId = one.Required("OrganId"), Type = one.RequiredInt("Type") }));
        business.Staff = at.Section("Staff", ReadStaff);
        if (at.OptionalInt("Paper") is { } paper) business.Paper = paper;
        business.Replacements.AddRange(at.Sections("Replacement", ReadReplacement));
        return business;
    }

    private static ReplacementInfo ReadReplacement(SchemaReader at)
    {
        var replacement = new ReplacementInfo { DocumentId = at.Required("DocumentId") };
        replacement.OrganIds.AddRange(at.Many("OrganId"));
        return replacement;
    }

    private static DocumentStatus ReadStatus(SchemaReader at) => new()
    {
        Code = at.Required("Code"),
        Description = at.Optional("Description"),
        Timestamp = at.OptionalToken("Timestamp"),
        Staff = at.Section("Staff", ReadStaff),
    };

    private static Extension ReadExtension(SchemaReader at) => new()
    {
        Source = at.Optional("Source"),
        Path = at.Optional("Path"),
        Xml = at.Optional("Xml"),
        Value = at.Optional("Value"),
    };

    private static async Task<(Attachment Attachment, StoredBody Body)> ReadAttachmentAsync(SchemaReader at, Func<BodyDigestStream> begin, CancellationToken cancellation)
    {
        var attachment = new Attachment
        {
            Id = at.RequiredToken("Id"),
            Name = at.Required("Name"),
            ContentType = at.Optional("ContentType"),
            Description = at.Optional("Description"),
        };
        var size = at.OptionalLong("Size");
        var sha256 = at.OptionalToken("Sha256");
        if (!at.IsNext("Content")) throw at.Missing("Content");
        at.RefuseAttributes("Content");
        var body = await StoreContentAsync(at.Xml, attachment.Id, begin, cancellation);
        AttachmentRules.Complete(attachment, body, size, sha256.Length == 0 ? null : Digest(sha256, attachment.Id));
        return (attachment, body);
    }

    private static async Task<StoredBody> StoreContentAsync(XmlReader xml, string id, Func<BodyDigestStream> begin, CancellationToken cancellation)
    {
        await using var writer = begin();
        var piece = new byte[64 * 1024];
        while (true)
        {
            int read;
            try
            {
                read = xml.ReadElementContentAsBase64(piece, 0, piece.Length);
            }
            catch (Exception broken) when (broken is XmlException or FormatException)
            {
                throw DossierRules.Violation("Dossier/Attachment/Content", $"of '{id}' is not base64");
            }

            if (read == 0) return await writer.CommitAsync(cancellation);
            await writer.WriteAsync(piece.AsMemory(0, read), cancellation);
        }
    }

    private static byte[] Digest(string base64, string id)
    {
        var octets = new byte[ContentDigest.Length];
        return Convert.TryFromBase64String(base64, octets, out var length) && length == octets.Length
            ? octets
            : throw DossierRules.Violation("Dossier/Attachment/Sha256", $"of '{id}' must be 32 octets in base64");
    }
}
