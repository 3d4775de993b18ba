using Vss.Interlink.Admin.V1;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>What persons see of deliveries, and what they decide about dead ones. Each decision is audited with who took it.</summary>
public sealed class DeadLetters(ExchangeLedger ledger, HubEvidence evidence, Statuses statuses, TimeProvider clock)
{
    private const int DefaultPage = 100;
    private const int LargestPage = 500;

    /// <summary>One page of the deliveries in a state, the oldest first.</summary>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION naming the field.</exception>
    public async Task<ListDeliveriesResponse> ListAsync(ListDeliveriesRequest request, CancellationToken cancellation)
    {
        if (request.State == DeliveryState.Unspecified || !Enum.IsDefined(request.State)) throw Violation("state", "must be one of the states");
        var size = request.PageSize == 0 ? DefaultPage : request.PageSize;
        if (size is < 1 or > LargestPage) throw Violation("page_size", $"must be 1 to {LargestPage}");
        DeliveryId? after = null;
        if (request.PageToken.Length > 0) after = DeliveryId.TryParse(request.PageToken, out var id) ? id : throw Violation("page_token", "was not given by this hub");
        OrganId? receiver = null;
        if (request.Receiver.Length > 0) receiver = OrganId.TryParse(request.Receiver, out var organ) ? organ : throw Violation("receiver", "is no organ code");
        var page = await ledger.ListDeliveriesAsync(request.State, receiver, after, size + 1, cancellation);
        return new ListDeliveriesResponse { Deliveries = { page.Take(size) }, NextPageToken = page.Count > size ? page[size - 1].Delivery.DeliveryId : "" };
    }

    /// <summary>A dead delivery gets a new round of attempts, under the same id and so the same idempotency key.</summary>
    /// <param name="delivery">Its id.</param>
    /// <param name="by">Who decided, as the audit names him.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <exception cref="ExchangeFault">NOT_FOUND; NOT_DEAD.</exception>
    public async Task<DeliveryEntry> RedriveAsync(string delivery, string by, CancellationToken cancellation)
    {
        var found = await FindDeadAsync(delivery, cancellation);
        if (!await ledger.RedriveAsync(found.Delivery, by, clock.GetUtcNow().ToTheMillisecond(), cancellation)) throw NotDead(found.Delivery);
        return await EntryAsync(found.Delivery, cancellation);
    }

    /// <summary>A dead delivery is given up: evidence NON_DELIVERY, a status to the sender where he gets statuses, and an exchange that is FAILED.</summary>
    /// <param name="delivery">Its id.</param>
    /// <param name="reason">Why; it goes into the evidence.</param>
    /// <param name="by">Who decided, as the audit names him.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    /// <exception cref="ExchangeFault">NOT_FOUND; NOT_DEAD; SCHEMA_VIOLATION without a reason; SEALING_FAILED when the evidence cannot be signed now.</exception>
    public async Task<DeliveryEntry> DiscardAsync(string delivery, string reason, string by, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(reason)) throw Violation("reason", "must say why");
        var found = await FindDeadAsync(delivery, cancellation);
        var record = await ledger.FindRecordAsync(found.Exchange, cancellation) ?? throw new InvalidDataException($"{found.Exchange} has deliveries and is not there.");
        var (at, why) = (clock.GetUtcNow().ToTheMillisecond(), PartnerWords.Masked(reason));
        var about = new EvidenceSubject(record, found.Delivery, found.Receiver, found.Purpose);
        var outcome = new DeliveryOutcome(found.Delivery, found.Fence, DeliveryState.Discarded, at)
        {
            Evidence = await evidence.OutcomeAsync(EvidenceType.NonDelivery, about, at, cancellation, new EvidenceReason(EvidenceReason.Unreachable, why)),
            FollowUp = found.Purpose.IsDossier ? statuses.Refused(record, found.Delivery, why) : [],
            Note = $"by {by}: {why}",
        };
        if (!await ledger.DiscardAsync(outcome, cancellation)) throw NotDead(found.Delivery);
        return await EntryAsync(found.Delivery, cancellation);
    }

    private async Task<DeliveryRecord> FindDeadAsync(string delivery, CancellationToken cancellation)
    {
        var found = DeliveryId.TryParse(delivery, out var id) ? await ledger.FindDeliveryAsync(id, cancellation) : null;
        if (found is null) throw new ExchangeFault(Fault.NotFound, "There is no delivery with this id.", "delivery.found");
        return found.State == DeliveryState.Dead ? found : throw NotDead(id);
    }

    private async Task<DeliveryEntry> EntryAsync(DeliveryId delivery, CancellationToken cancellation) =>
        await ledger.FindEntryAsync(delivery, cancellation) ?? throw new InvalidDataException($"{delivery} is not there any more.");

    private static ExchangeFault NotDead(DeliveryId delivery) => new(Fault.NotDead, $"{delivery} is not dead, so there is nothing to decide.", "delivery.dead");

    private static ExchangeFault Violation(string field, string what) => new(Fault.SchemaViolation, $"{field} {what}.", "schema." + field);
}
