using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// The state machine of a delivery, as data: which state may follow which, and by whose act. Every transition in the ledger is a compare-and-set on
/// the state it leaves, and on the fencing token where it leaves LEASED.
/// </summary>
public static class DeliveryStates
{
    /// <summary>From, to, and what brings it about.</summary>
    public static IReadOnlyList<(DeliveryState From, DeliveryState To, string By)> Transitions { get; } =
    [
        (DeliveryState.Pending, DeliveryState.Leased, "a worker takes it when its time has come"),
        (DeliveryState.Leased, DeliveryState.Leased, "another worker takes it after the lease ran out, with the next fencing token"),
        (DeliveryState.Leased, DeliveryState.Pending, "the receiver cannot take it now"),
        (DeliveryState.Leased, DeliveryState.Available, "it lies in the receiver's box"),
        (DeliveryState.Leased, DeliveryState.Delivered, "the receiver took it over"),
        (DeliveryState.Leased, DeliveryState.Refused, "the receiver refused it for good, or was switched off after the acceptance"),
        (DeliveryState.Leased, DeliveryState.Dead, "the attempts are used up"),
        (DeliveryState.Available, DeliveryState.Delivered, "the receiver confirmed it"),
        (DeliveryState.Dead, DeliveryState.Pending, "a person gives it new attempts"),
        (DeliveryState.Dead, DeliveryState.Discarded, "a person gives it up"),
        (DeliveryState.Pending, DeliveryState.Expired, "its deadline passed"),
        (DeliveryState.Available, DeliveryState.Expired, "its deadline passed and the receiver had not confirmed it"),
        (DeliveryState.Dead, DeliveryState.Expired, "its deadline passed and nobody had given it new attempts"),
    ];

    /// <summary>Whether somebody still has to do something about a delivery in this state.</summary>
    public static bool IsOutstanding(DeliveryState state) => state is not (DeliveryState.Delivered or DeliveryState.Refused or DeliveryState.Discarded or DeliveryState.Expired);

    /// <summary>Whether the one state may follow the other.</summary>
    public static bool MayFollow(DeliveryState from, DeliveryState to) => Transitions.Any(step => step.From == from && step.To == to);
}

/// <summary>The state of an exchange follows from its deliveries.</summary>
public static class ExchangeStates
{
    /// <summary>
    /// ACCEPTED while anything is outstanding, a dead delivery too, because it waits for a person. Then FAILED when a receiver refused the dossier, a person
    /// gave it up or its deadline passed, else COMPLETED; a status packet that does not reach its addressee does not make the dossier fail.
    /// </summary>
    public static ExchangeState Of(IReadOnlyCollection<(DeliveryPurpose Purpose, DeliveryState State)> deliveries)
    {
        if (deliveries.Any(delivery => DeliveryStates.IsOutstanding(delivery.State))) return ExchangeState.Accepted;
        return deliveries.Any(delivery => delivery is { Purpose.IsDossier: true, State: not DeliveryState.Delivered }) ? ExchangeState.Failed : ExchangeState.Completed;
    }

    /// <summary>Whether nothing more will happen by itself.</summary>
    public static bool IsFinished(ExchangeState state) => state is ExchangeState.Completed or ExchangeState.Failed;
}
