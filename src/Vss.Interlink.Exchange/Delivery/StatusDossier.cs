using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>The dossier of kind STATUS that tells a sender what became of his document (edXML status packet, vietnam.md 1.5).</summary>
internal static class StatusDossier
{
    public static Dossier For(LeasedDelivery status, ExchangeRecord about)
    {
        var original = about.Dossier;
        var from = original.Receivers.FirstOrDefault(organ => organ.Id == status.About?.ToString());
        return new Dossier
        {
            MessageId = status.Delivery.ToString(),
            Kind = DossierKind.Status,
            Sender = from?.Clone() ?? new Organ { Id = status.About?.ToString() ?? "" },
            Receivers = { original.Sender.Clone() },
            DocumentId = original.DocumentId,
            ResponseTo =
            {
                new ResponseTo
                {
                    OrganId = original.Sender.Id,
                    Code = original.Code is { } code ? $"{code.Number}/{code.Notation}" : "",
                    PromulgationDate = original.PromulgationDate,
                    DocumentId = original.DocumentId,
                },
            },
            Status = new DocumentStatus
            {
                Code = status.Purpose.StatusCode,
                Description = status.Text,
                Timestamp = VietnamTime.Format(status.CreatedAt),
            },
        };
    }
}
