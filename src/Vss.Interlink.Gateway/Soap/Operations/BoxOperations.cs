using System.Xml;
using Vss.Interlink.Connectors.Box;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>ListInbox, FetchDossier and ConfirmReceived: an organ takes over what lies in its box.</summary>
internal sealed class BoxOperations(ReceiverBox box, BoxConnector road, CallerRules callers)
{
    private const string Ns = SoapNames.Interlink;
    private const int MaxListedText = 1024 * 1024;   // characters of subjects, each of which may be long

    public async Task<SoapAnswer> ListInboxAsync(SoapCall call, CancellationToken cancellation)
    {
        var fields = new RequestFields(call, "OrganId", "MaxItems");
        var organ = await callers.AuthoriseAsync(call, fields.Required("OrganId"), cancellation);
        int? max = fields.Optional("MaxItems") is not { } text ? null : int.TryParse(text, out var number) ? number : throw RequestFields.Violation("MaxItems", "is no number");
        var (items, more) = await box.ListAvailableAsync(organ, max, cancellation);
        var listedText = 0;
        var listed = items.TakeWhile((item, index) => (listedText += item.Subject.Length + item.DocumentId.Length) <= MaxListedText || index == 0).ToList();
        return body =>
        {
            body.WriteStartElement("i", "ListInboxResponse", Ns);
            foreach (var item in listed) Write(body, item);
            body.WriteElementString("i", "More", Ns, XmlConvert.ToString(more || listed.Count < items.Count));
            body.WriteEndElement();
            return Task.CompletedTask;
        };
    }

    public async Task<SoapAnswer> FetchDossierAsync(SoapCall call, CancellationToken cancellation)
    {
        var fields = new RequestFields(call, "OrganId", "DeliveryId");
        var organ = await callers.AuthoriseAsync(call, fields.Required("OrganId"), cancellation);
        var opened = await box.OpenAsync(fields.RequiredDelivery(), organ, cancellation);
        var seal = opened.Seal ?? throw new ExchangeFault(Fault.SealingFailed, "the delivery has no seal, and nothing leaves the hub without one", "seal.present");
        if (road.RefusalOf(opened.Dossier) is { } refusal) throw refusal;   // it lay there before the limit became what it is
        call.MakeRoom(BoxConnector.AnswerOctets(opened.Dossier));
        return async body =>
        {
            body.WriteStartElement("i", "FetchDossierResponse", Ns);
            body.WriteElementString("i", "DeliveryId", Ns, opened.Item.Delivery.ToString());
            body.WriteElementString("i", "ExchangeId", Ns, opened.Item.Exchange.ToString());
            body.WriteElementString("i", "Assurance", Ns, AssuranceText.Of(opened.Assurance));
            if (opened.SignedBy is { } signer) body.WriteElementString("i", "SignedBy", Ns, signer);
            await DossierXml.WriteAsync(body, opened.Dossier, opened.OpenAttachment, cancellation);
            body.WriteElementString("i", "Seal", Ns, Convert.ToBase64String(seal));
            body.WriteEndElement();
        };
    }

    public async Task<SoapAnswer> ConfirmReceivedAsync(SoapCall call, CancellationToken cancellation)
    {
        var fields = new RequestFields(call, "OrganId", "DeliveryId");
        var organ = await callers.AuthoriseAsync(call, fields.Required("OrganId"), cancellation);
        var delivery = fields.RequiredDelivery();
        var at = await box.ConfirmAsync(delivery, organ, cancellation);
        return body =>
        {
            body.WriteStartElement("i", "ConfirmReceivedResponse", Ns);
            body.WriteElementString("i", "DeliveryId", Ns, delivery.ToString());
            body.WriteElementString("i", "ConfirmedAt", Ns, VietnamTime.Format(at));
            body.WriteEndElement();
            return Task.CompletedTask;
        };
    }

    private static void Write(XmlWriter body, BoxItem item)
    {
        body.WriteStartElement("i", "Item", Ns);
        body.WriteElementString("i", "DeliveryId", Ns, item.Delivery.ToString());
        body.WriteElementString("i", "ExchangeId", Ns, item.Exchange.ToString());
        body.WriteElementString("i", "Sender", Ns, item.Sender.ToString());
        body.WriteElementString("i", "MessageId", Ns, item.MessageId.ToString());
        body.WriteElementString("i", "Kind", Ns, ProtoName.Of(item.Kind));
        if (item.DocumentId.Length > 0) body.WriteElementString("i", "DocumentId", Ns, item.DocumentId);
        if (item.Subject.Length > 0) body.WriteElementString("i", "Subject", Ns, item.Subject);
        body.WriteElementString("i", "AvailableSince", Ns, VietnamTime.Format(item.ChangedAt));
        body.WriteEndElement();
    }
}
