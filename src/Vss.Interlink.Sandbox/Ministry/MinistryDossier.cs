using System.Security.Cryptography;
using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>A dossier as a ministry's own system would fill it in: a few fields of the schema, the rest left out.</summary>
/// <param name="MessageId">Unique for ever per sender.</param>
/// <param name="Sender">Organ code of the ministry.</param>
/// <param name="Receiver">Organ code of the receiver.</param>
/// <param name="Subject">For people.</param>
public sealed record MinistryDossier(string MessageId, string Sender, string Receiver, string Subject)
{
    public string Kind { get; init; } = "NEW";

    public string? DocumentId { get; init; }

    public string? CodeNumber { get; init; }

    public string? CodeNotation { get; init; }

    public string? PromulgationDate { get; init; }

    public IReadOnlyList<(string Name, string Value)> Fields { get; init; } = [];

    public IReadOnlyList<MinistryAttachment> Attachments { get; init; } = [];

    /// <summary>Writes the Dossier element in the order of the schema; contents as base64, which is what is signed even when MTOM carries them.</summary>
    internal void WriteTo(XmlWriter writer)
    {
        const string ns = Names.Interlink;
        writer.WriteStartElement("v", "Dossier", ns);
        writer.WriteElementString("v", "MessageId", ns, MessageId);
        writer.WriteElementString("v", "Kind", ns, Kind);
        WriteOrgan(writer, "Sender", Sender);
        WriteOrgan(writer, "Receiver", Receiver);
        WriteOptional(writer, "DocumentId", DocumentId);
        if (CodeNumber is not null || CodeNotation is not null)
        {
            writer.WriteStartElement("v", "Code", ns);
            WriteOptional(writer, "Number", CodeNumber);
            WriteOptional(writer, "Notation", CodeNotation);
            writer.WriteEndElement();
        }

        WriteOptional(writer, "PromulgationDate", PromulgationDate);
        writer.WriteElementString("v", "Subject", ns, Subject);
        foreach (var (name, value) in Fields)
        {
            writer.WriteStartElement("v", "Field", ns);
            writer.WriteElementString("v", "Name", ns, name);
            writer.WriteElementString("v", "Value", ns, value);
            writer.WriteEndElement();
        }

        foreach (var attachment in Attachments) attachment.WriteTo(writer);
        writer.WriteEndElement();
    }

    private static void WriteOrgan(XmlWriter writer, string name, string id)
    {
        writer.WriteStartElement("v", name, Names.Interlink);
        writer.WriteElementString("v", "Id", Names.Interlink, id);
        writer.WriteEndElement();
    }

    private static void WriteOptional(XmlWriter writer, string name, string? value)
    {
        if (value is not null) writer.WriteElementString("v", name, Names.Interlink, value);
    }
}

/// <summary>One attachment with its content.</summary>
public sealed record MinistryAttachment(string Id, string Name, string ContentType, ReadOnlyMemory<byte> Content)
{
    internal void WriteTo(XmlWriter writer)
    {
        const string ns = Names.Interlink;
        writer.WriteStartElement("v", "Attachment", ns);
        writer.WriteElementString("v", "Id", ns, Id);
        writer.WriteElementString("v", "Name", ns, Name);
        writer.WriteElementString("v", "ContentType", ns, ContentType);
        writer.WriteElementString("v", "Size", ns, XmlConvert.ToString(Content.Length));
        writer.WriteElementString("v", "Sha256", ns, Convert.ToBase64String(SHA256.HashData(Content.Span)));
        writer.WriteElementString("v", "Content", ns, Convert.ToBase64String(Content.Span));
        writer.WriteEndElement();
    }
}
