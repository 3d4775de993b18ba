using System.Collections.Concurrent;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Crashes;

/// <summary>What the hub's partners keep in their own books: what they sent, what they were given for it, what they took over. They outlive every process of the hub.</summary>
internal sealed class PartnerRecords
{
    private readonly ConcurrentDictionary<string, MinistryDossier> _sent = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string MessageId, byte[] Receipt)> _receipts = new();
    private readonly ConcurrentDictionary<string, TakenDelivery> _consumed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _complaints = new();
    private int _handedOver;

    /// <summary>Dossiers by message id, written down before the first attempt.</summary>
    public IReadOnlyDictionary<string, MinistryDossier> Sent => _sent;

    /// <summary>Every receipt that came, repeats included.</summary>
    public IReadOnlyCollection<(string MessageId, byte[] Receipt)> Receipts => _receipts;

    /// <summary>The first delivery of each idempotency key: the one that the receiver worked on.</summary>
    public IReadOnlyDictionary<string, TakenDelivery> Consumed => _consumed;

    /// <summary>How often anything was handed over, repeats included.</summary>
    public int HandedOver => _handedOver;

    /// <summary>What no partner should have been told.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public void Send(MinistryDossier dossier) => _sent.TryAdd(dossier.MessageId, dossier);

    public void Receive(string messageId, byte[] receipt) => _receipts.Enqueue((messageId, receipt));

    public void Complain(string about) => _complaints.Enqueue(about);

    /// <summary>As a receiver does that honours the key: the first is worked on, what comes again under the key is compared and put aside.</summary>
    public void Consume(TakenDelivery taken)
    {
        Interlocked.Increment(ref _handedOver);
        var first = _consumed.GetOrAdd(taken.Delivery.IdempotencyKey, taken);
        if (first != taken && !IsTheSame(first, taken)) Complain($"{taken.Delivery.IdempotencyKey} came again with something else: {taken.Delivery.Dossier.MessageId}");
    }

    private static bool IsTheSame(TakenDelivery first, TakenDelivery again) =>
        first.Delivery.ExchangeId == again.Delivery.ExchangeId && first.Delivery.Dossier.Equals(again.Delivery.Dossier) && first.Delivery.Receipt == again.Delivery.Receipt
        && first.Sha256.OrderBy(one => one.Key, StringComparer.Ordinal).SequenceEqual(again.Sha256.OrderBy(one => one.Key, StringComparer.Ordinal));
}
