using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>One leased delivery, as a connector sees it.</summary>
public sealed class DeliveryWork
{
    private readonly LeasedDelivery _lease;
    private readonly ExchangeRecord _exchange;
    private readonly ExchangeLedger _ledger;
    private readonly BodyStore _bodies;
    private readonly HubSigner _signer;
    private byte[]? _seal;
    private long _leaseUntil;

    internal DeliveryWork(LeasedDelivery lease, ExchangeRecord exchange, ExchangeLedger ledger, BodyStore bodies, HubSigner signer)
    {
        (_lease, _exchange, _ledger, _bodies, _signer) = (lease, exchange, ledger, bodies, signer);
        _seal = lease.Seal;
        _leaseUntil = lease.LeaseUntil.UtcTicks;
        Dossier = lease.Purpose.StatusCode is null ? exchange.Dossier.Clone() : StatusDossier.For(lease, exchange);
    }

    public DeliveryId DeliveryId => _lease.Delivery;

    public ExchangeId ExchangeId => _lease.Exchange;

    public OrganId Receiver => _lease.Receiver;

    /// <summary>Who sent the accepted dossier.</summary>
    public OrganId Sender => _exchange.Sender;

    /// <summary>The sender's id of the accepted dossier; for one that came from the axis, the axis's docId.</summary>
    public MessageId MessageId => _exchange.MessageId;

    /// <summary>Counted attempts, this one too: 1 for the first, and again for the first after one that was not counted or after a person gave new ones. See <see cref="MayBeHandedOver"/>.</summary>
    public int Attempt => _lease.Attempt;

    /// <summary>
    /// Whether an earlier lease may have handed it over, however that one ended: cut off when the hub stopped, timed out as a probe, or dead and given new attempts by a person. A connector to a
    /// partner that knows no idempotency key looks there first.
    /// </summary>
    public bool MayBeHandedOver => _lease.Fence > 1;

    /// <summary>The same for every attempt: a receiver that honours it sees the delivery once.</summary>
    public string IdempotencyKey => _lease.Delivery.ToString();

    /// <summary>Names this attempt alone: a later lease of the delivery has another.</summary>
    public string LeaseToken => $"{_lease.Delivery}.{_lease.Fence}";

    /// <summary>When somebody else may take the delivery; moves on while the worker's heart beats.</summary>
    public DateTimeOffset LeaseUntil => new(Interlocked.Read(ref _leaseUntil), TimeSpan.Zero);

    public DeliveryPurpose Purpose => _lease.Purpose;

    /// <summary>What to hand over: the accepted dossier, or for a status purpose the status (kind STATUS, no attachments). The caller's own copy.</summary>
    public Dossier Dossier { get; }

    public Assurance Assurance => _exchange.Assurance;

    /// <summary>Subject of the signer's certificate; null where nothing was signed.</summary>
    public string? SignedBy => _exchange.SignedBy;

    /// <summary>What the sender was given.</summary>
    public ReadOnlyMemory<byte> Receipt => _exchange.Receipt;

    public DateTimeOffset AcceptedAt => _exchange.AcceptedAt;

    /// <summary>Reads an attachment of <see cref="Dossier"/> from its beginning.</summary>
    /// <exception cref="ExchangeFault">NOT_FOUND: the dossier has no such attachment. BODY_UNREADABLE, now or while reading.</exception>
    public Stream OpenAttachment(string id)
    {
        var attachment = Dossier.Attachments.FirstOrDefault(one => one.Id == id) ?? throw new ExchangeFault(Fault.NotFound, $"The dossier has no attachment '{id}'.");
        return _bodies.OpenRead(ContentDigest.Stored(attachment.Sha256.Span), fault => Unreadable = fault);
    }

    /// <summary>Whether the partner's id is recorded as that of another delivery: then it is not what an earlier attempt of this one made.</summary>
    public Task<bool> IsRecordedElsewhereAsync(string externalId, CancellationToken cancellation) => _ledger.IsRecordedElsewhereAsync(externalId, _lease.Delivery, cancellation);

    /// <summary>The delivery's seal (XAdES, UTF-8 XML): made once and kept, so that every attempt carries the same octets.</summary>
    /// <exception cref="ExchangeFault">SEALING_FAILED when the key cannot be used now; LEASE_LOST when another worker has the delivery.</exception>
    public async Task<byte[]> SealAsync(SealedContent content, CancellationToken cancellation)
    {
        if (_seal is { } made) return made;
        byte[] seal;
        try
        {
            seal = await _signer.SealAsync(content, cancellation);
        }
        catch (Exception failed) when (failed is System.Security.Cryptography.CryptographicException or IOException)
        {
            throw new ExchangeFault(Fault.SealingFailed, "The hub's key did not make the seal.");
        }

        return _seal = await _ledger.KeepSealAsync(_lease.Delivery, _lease.Fence, seal, cancellation)
                       ?? throw new ExchangeFault(Fault.LeaseLost, $"{_lease.Delivery} is in other hands.");
    }

    /// <summary>The fault that an attachment of this attempt met, whatever became of it on its way through the connector; null when all could be read.</summary>
    internal ExchangeFault? Unreadable { get; private set; }

    internal LeasedDelivery Lease => _lease;

    internal ExchangeRecord Exchange => _exchange;

    internal void Extend(DateTimeOffset until) => Interlocked.Exchange(ref _leaseUntil, until.UtcTicks);
}
