using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>
/// What headers say the operation is. The body decides; a header that says something else is refused, because a firewall or an
/// access rule in between may have believed it.
/// </summary>
internal static class ClaimedAction
{
    /// <param name="claims">SOAPAction, the action parameter, wsa:Action, each as it stood. An empty one claims nothing.</param>
    /// <param name="operation">Local name of the Body's child.</param>
    /// <exception cref="ExchangeFault">ACTION_MISMATCH.</exception>
    public static void Check(IEnumerable<string> claims, string operation)
    {
        foreach (var claim in claims)
        {
            var action = claim.Trim();
            if (action is ['"', .. var inner, '"']) action = inner;
            if (action.Length != 0 && action != SoapNames.ActionOf(operation))
                throw new ExchangeFault(Fault.ActionMismatch, "SOAPAction, the action parameter or wsa:Action names another operation than the body, or is malformed", "soap.action");
        }
    }
}
