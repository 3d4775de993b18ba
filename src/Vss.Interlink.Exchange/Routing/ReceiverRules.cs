using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Exchange.Routing;

/// <summary>Whether an organ may be given something at this moment.</summary>
public enum ReceiverStanding
{
    Served,

    /// <summary>Suspended, and what is for it waits.</summary>
    Waits,

    /// <summary>Suspended for good.</summary>
    SwitchedOff,

    /// <summary>Not in this node's routes: taken out before its start, or put in after it.</summary>
    Unrouted,
}

/// <summary>Asked at the submission and again before each hand-over, for much may be changed in between: a partner's suspension within seconds, routes with a restart.</summary>
/// <param name="routes">Which organs can be reached.</param>
/// <param name="policies">The policies at this moment.</param>
public sealed class ReceiverRules(RoutingTable routes, Func<PartnerPolicies> policies)
{
    public ReceiverStanding Of(OrganId receiver) => (routes.Find(receiver), policies().SuspensionOf(receiver.ToString())) switch
    {
        (_, SuspensionRule.Refuse) => ReceiverStanding.SwitchedOff,
        (null, _) => ReceiverStanding.Unrouted,
        (_, SuspensionRule.Wait) => ReceiverStanding.Waits,
        _ => ReceiverStanding.Served,
    };
}
