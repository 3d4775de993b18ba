using System.Xml;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>GetStatus and GetReceipt: an organ asks about an exchange that it sent or receives. Of others it does not learn that they exist.</summary>
internal sealed class HistoryOperations(ExchangeHistory history, CallerRules callers)
{
    private const string Ns = SoapNames.Interlink;

    public async Task<SoapAnswer> GetStatusAsync(SoapCall call, CancellationToken cancellation)
    {
        var (organ, view) = await FindAsync(call, cancellation);
        return body =>
        {
            body.WriteStartElement("i", "GetStatusResponse", Ns);
            body.WriteElementString("i", "ExchangeId", Ns, view.ExchangeId);
            body.WriteElementString("i", "Sender", Ns, view.Sender);
            body.WriteElementString("i", "MessageId", Ns, view.MessageId);
            body.WriteElementString("i", "Kind", Ns, ProtoName.Of(view.Kind));
            if (view.DocumentId.Length > 0) body.WriteElementString("i", "DocumentId", Ns, view.DocumentId);
            body.WriteElementString("i", "State", Ns, ProtoName.Of(view.State));
            body.WriteElementString("i", "AcceptedAt", Ns, VietnamTime.Format(view.AcceptedAt.ToDateTimeOffset()));

            // The sender sees every delivery; a receiver its own, not how the others are doing.
            foreach (var delivery in view.Deliveries.Where(delivery => view.Sender == organ.ToString() || delivery.Receiver == organ.ToString())) Write(body, delivery);
            body.WriteEndElement();
            return Task.CompletedTask;
        };
    }

    public async Task<SoapAnswer> GetReceiptAsync(SoapCall call, CancellationToken cancellation)
    {
        var (_, view) = await FindAsync(call, cancellation);
        var receipt = await history.FindReceiptAsync(ExchangeId.Stored(view.ExchangeId), cancellation) ?? throw NotFound();
        return body =>
        {
            body.WriteStartElement("i", "GetReceiptResponse", Ns);
            body.WriteElementString("i", "ExchangeId", Ns, view.ExchangeId);
            body.WriteElementString("i", "Receipt", Ns, Convert.ToBase64String(receipt));
            body.WriteEndElement();
            return Task.CompletedTask;
        };
    }

    private async Task<(OrganId Organ, ExchangeView View)> FindAsync(SoapCall call, CancellationToken cancellation)
    {
        var fields = new RequestFields(call, "OrganId", "ExchangeId", "MessageId");
        var organ = await callers.AuthoriseAsync(call, fields.Required("OrganId"), cancellation);
        var view = (fields.Optional("ExchangeId"), fields.Optional("MessageId")) switch
        {
            ({ } exchange, null) => ExchangeId.TryParse(exchange, out var id) ? await history.FindAsync(id, cancellation) : null,
            (null, { } message) => MessageId.TryParse(message, out var id) ? await history.FindAsync(organ, id, cancellation) : null,
            _ => throw RequestFields.Violation(call.Operation, "needs one of ExchangeId and MessageId"),
        };
        var isTheirs = view is not null && (view.Sender == organ.ToString() || view.Deliveries.Any(delivery => delivery.Receiver == organ.ToString()));
        return isTheirs ? (organ, view!) : throw NotFound();
    }

    private static void Write(XmlWriter body, DeliveryView delivery)
    {
        body.WriteStartElement("i", "Delivery", Ns);
        body.WriteElementString("i", "DeliveryId", Ns, delivery.DeliveryId);
        body.WriteElementString("i", "Receiver", Ns, delivery.Receiver);
        body.WriteElementString("i", "Purpose", Ns, delivery.Purpose);
        body.WriteElementString("i", "State", Ns, ProtoName.Of(delivery.State));
        body.WriteElementString("i", "Attempts", Ns, XmlConvert.ToString(delivery.Attempts));
        body.WriteElementString("i", "ChangedAt", Ns, VietnamTime.Format(delivery.ChangedAt.ToDateTimeOffset()));
        if (delivery.ExternalId.Length > 0) body.WriteElementString("i", "ExternalId", Ns, delivery.ExternalId);
        if (delivery.LastError.Length > 0) body.WriteElementString("i", "Error", Ns, delivery.LastError);
        if (delivery.Outcome.Length > 0) body.WriteElementString("i", "Outcome", Ns, delivery.Outcome);
        if (delivery.ExpiresAt is { } deadline) body.WriteElementString("i", "ExpiresAt", Ns, VietnamTime.Format(deadline.ToDateTimeOffset()));
        if (delivery.ExpiresSoon) body.WriteElementString("i", "ExpiresSoon", Ns, XmlConvert.ToString(true));
        body.WriteEndElement();
    }

    private static ExchangeFault NotFound() => new(Fault.NotFound, "the organ has no exchange of this id");
}
