using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>What lies ready for a receiver that fetches by itself: list, open, confirm. Only his own; everything else is NOT_FOUND.</summary>
public sealed class ReceiverBox(ExchangeLedger ledger, BodyStore bodies, HubEvidence evidence, Statuses statuses, TimeProvider clock)
{
    private const int DefaultItems = 100;
    private const int MostItems = 500;

    /// <summary>What is available, the oldest first, and whether there is more.</summary>
    /// <param name="receiver">Whose box.</param>
    /// <param name="maxItems">1 to 500; null is 100.</param>
    /// <param name="cancellation">Stops before the read.</param>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION: the number is out of range.</exception>
    public async Task<(IReadOnlyList<BoxItem> Items, bool More)> ListAvailableAsync(OrganId receiver, int? maxItems, CancellationToken cancellation)
    {
        var max = maxItems ?? DefaultItems;
        if (max is < 1 or > MostItems) throw new ExchangeFault(Fault.SchemaViolation, $"MaxItems must be 1 to {MostItems}.", "schema.MaxItems");
        var items = await ledger.ListAvailableAsync(receiver, max + 1, cancellation);
        return ([.. items.Take(max)], items.Count > max);
    }

    /// <summary>One delivery to read; as often as the receiver likes, before and after he confirms.</summary>
    /// <exception cref="ExchangeFault">NOT_FOUND.</exception>
    public async Task<OpenedDelivery> OpenAsync(DeliveryId delivery, OrganId receiver, CancellationToken cancellation)
    {
        var item = await ledger.FindBoxItemAsync(delivery, receiver, cancellation) ?? throw NotFound($"{delivery} is not in the box of {receiver}.");
        var record = await ledger.FindRecordAsync(item.Exchange, cancellation) ?? throw new InvalidDataException($"{item.Exchange} has deliveries and is not there.");
        if (record.IsArchived) throw NotFound($"{item.Exchange} is in an archive.");   // since the item was read
        return new OpenedDelivery(item, record, bodies);
    }

    /// <summary>The receiver has taken it over. Again: the first time is answered.</summary>
    /// <returns>When it was taken over.</returns>
    /// <exception cref="ExchangeFault">NOT_FOUND; SEALING_FAILED when the evidence cannot be signed now.</exception>
    public async Task<DateTimeOffset> ConfirmAsync(DeliveryId delivery, OrganId receiver, CancellationToken cancellation)
    {
        while (true)
        {
            var item = await ledger.FindBoxItemAsync(delivery, receiver, cancellation) ?? throw NotFound($"{delivery} is not in the box of {receiver}.");
            if (item.State == DeliveryState.Delivered) return item.ChangedAt;
            var record = await ledger.FindRecordAsync(item.Exchange, cancellation) ?? throw new InvalidDataException($"{item.Exchange} has deliveries and is not there.");
            var at = clock.GetUtcNow().ToTheMillisecond();
            var proof = await evidence.OutcomeAsync(EvidenceType.Retrieval, new EvidenceSubject(record, delivery, receiver, DeliveryPurpose.Dossier), at, cancellation);
            var outcome = new DeliveryOutcome(delivery, 0, DeliveryState.Delivered, at, Evidence: proof, FollowUp: statuses.Received(record, delivery));
            if (await ledger.ConfirmAsync(outcome, cancellation)) return at;
        }
    }

    /// <summary>An attachment of an exchange that was or is being delivered to one of the organs.</summary>
    /// <exception cref="ExchangeFault">NOT_FOUND. BODY_UNREADABLE, now or while reading.</exception>
    public async Task<Stream> OpenAttachmentAsync(ExchangeId exchange, string attachment, IEnumerable<OrganId> receivers, CancellationToken cancellation)
    {
        foreach (var receiver in receivers)
            if (await ledger.FindPartAsync(exchange, attachment, receiver, cancellation) is { } digest)
                return bodies.OpenRead(digest);
        throw NotFound($"{exchange} has no attachment '{attachment}' for the caller.");
    }

    private static ExchangeFault NotFound(string detail) => new(Fault.NotFound, detail);
}

/// <summary>A delivery that its receiver reads.</summary>
public sealed class OpenedDelivery
{
    private readonly ExchangeRecord _record;
    private readonly BodyStore _bodies;

    internal OpenedDelivery(BoxItem item, ExchangeRecord record, BodyStore bodies) => (Item, _record, _bodies) = (item, record, bodies);

    public BoxItem Item { get; }

    public Dossier Dossier => _record.Dossier;

    /// <summary>What stands behind it: see <see cref="AssuranceText"/> for the words on the wire.</summary>
    public Trust.Verification.Assurance Assurance => _record.Assurance;

    /// <summary>Subject of the signer's certificate; null where nothing was signed.</summary>
    public string? SignedBy => _record.SignedBy;

    /// <summary>The hub's seal over it, as it was made when it was put into the box; null where the connector sealed nothing.</summary>
    public byte[]? Seal => Item.Seal;

    public Stream OpenAttachment(Attachment attachment) => _bodies.OpenRead(ContentDigest.Stored(attachment.Sha256.Span));
}
