using System.Xml;
using Google.Protobuf.Collections;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

public sealed partial class DossierXml
{
    // In the schema's order. Empty texts are left out, as they are read back as empty.
    private static void WriteBeforeAttachments(XmlWriter xml, Dossier dossier, bool withTrace = true)
    {
        xml.WriteStartElement("Dossier", Namespace);
        Required(xml, "MessageId", dossier.MessageId);
        Required(xml, "Kind", dossier.Kind.ToString().ToUpperInvariant());
        WriteOrgan(xml, "Sender", dossier.Sender);
        foreach (var receiver in dossier.Receivers) WriteOrgan(xml, "Receiver", receiver);
        Text(xml, "DocumentId", dossier.DocumentId);
        Section(xml, "Code", dossier.Code, code =>
        {
            Text(xml, "Number", code.Number);
            Text(xml, "Notation", code.Notation);
        });
        Text(xml, "PromulgationPlace", dossier.PromulgationPlace);
        Text(xml, "PromulgationDate", dossier.PromulgationDate);
        Section(xml, "DocumentType", dossier.DocumentType, type =>
        {
            if (type.HasType) Number(xml, "Type", type.Type);
            if (type.HasTypeDetail) Number(xml, "TypeDetail", type.TypeDetail);
            Text(xml, "Name", type.Name);
        });
        Text(xml, "Subject", dossier.Subject);
        Text(xml, "Content", dossier.Content);
        Section(xml, "Signer", dossier.Signer, signer =>
        {
            Text(xml, "Competence", signer.Competence);
            Text(xml, "Position", signer.Position);
            Text(xml, "FullName", signer.FullName);
        });
        Text(xml, "DueDate", dossier.DueDate);
        Texts(xml, "ToPlace", dossier.ToPlaces);
        Section(xml, "Other", dossier.Other, other => WriteOther(xml, other));
        foreach (var answered in dossier.ResponseTo) Section(xml, "ResponseTo", answered, one => WriteResponseTo(xml, one));
        if (dossier.HasSteeringType) Number(xml, "SteeringType", dossier.SteeringType);
        Texts(xml, "TaskCode", dossier.TaskCodes);
        Text(xml, "ApplicationType", dossier.ApplicationType);
        if (withTrace) foreach (var entry in dossier.Trace) Section(xml, "Trace", entry, one => WriteTrace(xml, one));
        Section(xml, "Business", dossier.Business, business => WriteBusiness(xml, business));
        Section(xml, "Status", dossier.Status, status =>
        {
            Required(xml, "Code", status.Code);
            Text(xml, "Description", status.Description);
            Text(xml, "Timestamp", status.Timestamp);
            WriteStaff(xml, status.Staff);
        });
        foreach (var field in dossier.Fields)
            Section(xml, "Field", field, one =>
            {
                Required(xml, "Name", one.Name);
                Required(xml, "Value", one.Value);
            });
    }

    // Leaves the element open: content and end come from the caller.
    private static void WriteAttachmentHead(XmlWriter xml, Attachment attachment)
    {
        xml.WriteStartElement("Attachment", Namespace);
        Required(xml, "Id", attachment.Id);
        Required(xml, "Name", attachment.Name);
        Text(xml, "ContentType", attachment.ContentType);
        Text(xml, "Description", attachment.Description);
        Required(xml, "Size", XmlConvert.ToString(attachment.Size));
        Required(xml, "Sha256", attachment.Sha256.ToBase64());
    }

    private static void WriteAfterAttachments(XmlWriter xml, Dossier dossier)
    {
        // Foreign elements too: as text, so that what a sender wrote can never become markup of ours.
        foreach (var extension in dossier.Extensions)
            Section(xml, "Extension", extension, one =>
            {
                Text(xml, "Source", one.Source);
                Text(xml, "Path", one.Path);
                Text(xml, "Xml", one.Xml);
                Text(xml, "Value", one.Value);
            });
        xml.WriteEndElement();
    }

    private static void WriteOrgan(XmlWriter xml, string name, Organ organ) => Section(xml, name, organ, one =>
    {
        Required(xml, "Id", one.Id);
        Text(xml, "InCharge", one.InCharge);
        Text(xml, "Name", one.Name);
        Text(xml, "Address", one.Address);
        Text(xml, "Email", one.Email);
        Text(xml, "Telephone", one.Telephone);
        Text(xml, "Fax", one.Fax);
        Text(xml, "Website", one.Website);
    });

    private static void WriteOther(XmlWriter xml, OtherInfo other)
    {
        if (other.HasPriority) Number(xml, "Priority", other.Priority);
        Text(xml, "Sphere", other.Sphere);
        Text(xml, "TyperNotation", other.TyperNotation);
        if (other.HasPromulgationAmount) Number(xml, "PromulgationAmount", other.PromulgationAmount);
        if (other.HasPageAmount) Number(xml, "PageAmount", other.PageAmount);
        Texts(xml, "Appendix", other.Appendixes);
        if (other.HasDirection) Required(xml, "Direction", XmlConvert.ToString(other.Direction));
        Texts(xml, "ReplyFor", other.ReplyFors);
        Texts(xml, "ReferenceCode", other.ReferenceCodes);
    }

    private static void WriteResponseTo(XmlWriter xml, ResponseTo answered)
    {
        Text(xml, "OrganId", answered.OrganId);
        Text(xml, "Code", answered.Code);
        Text(xml, "PromulgationDate", answered.PromulgationDate);
        Text(xml, "DocumentId", answered.DocumentId);
    }

    private static void WriteTrace(XmlWriter xml, TraceEntry entry)
    {
        Text(xml, "OrganId", entry.OrganId);
        Text(xml, "Timestamp", entry.Timestamp);
    }

    private static void WriteBusiness(XmlWriter xml, Business business)
    {
        Text(xml, "DocumentId", business.DocumentId);
        if (business.HasDocType) Number(xml, "DocType", business.DocType);
        Text(xml, "Reason", business.Reason);
        if (business.HasDocumentChanged) Number(xml, "DocumentChanged", business.DocumentChanged);
        if (business.HasReceiversChanged) Number(xml, "ReceiversChanged", business.ReceiversChanged);
        foreach (var receiver in business.Receivers)
            Section(xml, "Receiver", receiver, one =>
            {
                Required(xml, "OrganId", one.OrganId);
                Number(xml, "Type", one.Type);
            });
        WriteStaff(xml, business.Staff);
        if (business.HasPaper) Number(xml, "Paper", business.Paper);
        foreach (var replacement in business.Replacements)
            Section(xml, "Replacement", replacement, one =>
            {
                Required(xml, "DocumentId", one.DocumentId);
                Texts(xml, "OrganId", one.OrganIds);
            });
    }

    private static void WriteStaff(XmlWriter xml, Staff? staff) => Section(xml, "Staff", staff, one =>
    {
        Text(xml, "DepartmentId", one.DepartmentId);
        Text(xml, "Department", one.Department);
        Text(xml, "StaffId", one.StaffId);
        Text(xml, "Name", one.Name);
        Text(xml, "Mobile", one.Mobile);
        Text(xml, "Email", one.Email);
    });

    private static void Section<T>(XmlWriter xml, string name, T? section, Action<T> write) where T : class
    {
        if (section is null) return;
        xml.WriteStartElement(name, Namespace);
        write(section);
        xml.WriteEndElement();
    }

    private static void Required(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Namespace, value);

    private static void Text(XmlWriter xml, string name, string value)
    {
        if (value.Length > 0) Required(xml, name, value);
    }

    private static void Texts(XmlWriter xml, string name, RepeatedField<string> values)
    {
        foreach (var value in values) Required(xml, name, value);
    }

    private static void Number(XmlWriter xml, string name, int value) => Required(xml, name, XmlConvert.ToString(value));
}
