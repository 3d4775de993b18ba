using System.Xml;

namespace Vss.Interlink.Sandbox.Ministry;

/// <summary>Reads the hub's answers and faults, whose signature was verified before.</summary>
internal static class AnswerReader
{
    /// <exception cref="InvalidDataException">The Body holds neither the answer nor a fault.</exception>
    public static MinistryReply<T> Read<T>(int status, XmlDocument envelope, Func<XmlElement, T> read)
        where T : class
    {
        var content = RequestEnvelope.Part(envelope, "Body").ChildNodes.OfType<XmlElement>().Single();
        return content.LocalName == "Fault" && content.NamespaceURI == envelope.DocumentElement!.NamespaceURI
            ? new MinistryReply<T>(status, null, Fault(content))
            : new MinistryReply<T>(status, read(content), null);
    }

    public static SubmitAnswer Submit(XmlElement answer) =>
        new(Text(answer, "ExchangeId"), Time(answer, "AcceptedAt"), XmlConvert.ToBoolean(Text(answer, "Repeated")), Octets(answer, "ContentSha256"), Octets(answer, "Receipt"));

    public static StatusAnswer Status(XmlElement answer) =>
        new(Text(answer, "ExchangeId"), Text(answer, "Sender"), Text(answer, "MessageId"), Text(answer, "State"), Time(answer, "AcceptedAt"), [.. All(answer, "Delivery").Select(Delivery)]);

    public static ReceiptAnswer Receipt(XmlElement answer) => new(Text(answer, "ExchangeId"), Octets(answer, "Receipt"));

    public static InboxAnswer Inbox(XmlElement answer) => new([.. All(answer, "Item").Select(Item)], XmlConvert.ToBoolean(Text(answer, "More")));

    public static FetchedDossier Fetched(XmlElement answer)
    {
        var dossier = answer["Dossier", Names.Interlink] ?? throw Missing("Dossier");
        return new FetchedDossier(
            Text(answer, "DeliveryId"), Text(answer, "ExchangeId"), Text(answer, "Assurance"), Text(dossier, "MessageId"),
            Text(dossier["Sender", Names.Interlink] ?? throw Missing("Sender"), "Id"), Optional(dossier, "Subject"),
            [.. All(dossier, "Attachment").Select(Attachment)], Octets(answer, "Seal"));
    }

    public static ConfirmAnswer Confirmed(XmlElement answer) => new(Text(answer, "DeliveryId"), Time(answer, "ConfirmedAt"));

    private static DeliveryAnswer Delivery(XmlElement delivery) =>
        new(Text(delivery, "DeliveryId"), Text(delivery, "Receiver"), Text(delivery, "Purpose"), Text(delivery, "State"), XmlConvert.ToInt32(Text(delivery, "Attempts")));

    private static InboxEntry Item(XmlElement item) =>
        new(Text(item, "DeliveryId"), Text(item, "ExchangeId"), Text(item, "Sender"), Text(item, "MessageId"), Text(item, "Kind"), Optional(item, "Subject"));

    private static MinistryAttachment Attachment(XmlElement attachment) =>
        new(Text(attachment, "Id"), Text(attachment, "Name"), Optional(attachment, "ContentType"), Octets(attachment, "Content"));

    private static MinistryFault Fault(XmlElement fault)
    {
        var soap = fault.NamespaceURI;
        var code = fault["Code", soap];
        var detail = (fault["detail"] ?? fault["Detail", soap])?["Fault", Names.Interlink];
        string Of(string name) => detail is null ? "" : Optional(detail, name);
        return new MinistryFault(
            (fault["faultcode"] ?? code?["Value", soap])?.InnerText ?? "", code?["Subcode", soap]?["Value", soap]?.InnerText ?? "",
            (fault["faultstring"] ?? fault["Reason", soap])?.InnerText ?? "", Of("Name"), Of("Rule"), Of("Remedy"), Of("Passing") == "true", Of("Reference"), Convert.FromBase64String(Of("Evidence")));
    }

    private static IEnumerable<XmlElement> All(XmlElement parent, string name) => parent.ChildNodes.OfType<XmlElement>().Where(child => child.LocalName == name && child.NamespaceURI == Names.Interlink);

    private static string Text(XmlElement parent, string name) => parent[name, Names.Interlink]?.InnerText ?? throw Missing(name);

    private static string Optional(XmlElement parent, string name) => parent[name, Names.Interlink]?.InnerText ?? "";

    private static byte[] Octets(XmlElement parent, string name) => Convert.FromBase64String(Text(parent, name));

    private static DateTimeOffset Time(XmlElement parent, string name) => XmlConvert.ToDateTimeOffset(Text(parent, name));

    private static InvalidDataException Missing(string name) => new($"The answer has no {name}.");
}
