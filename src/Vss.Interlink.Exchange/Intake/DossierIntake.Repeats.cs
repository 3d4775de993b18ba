using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Intake;

public sealed partial class DossierIntake
{
    /// <summary>
    /// The first receipt once more, for an edge that knows the octets that came: what they hold was read and verified when they came first. Policies, limits and the ledger are asked as ever.
    /// </summary>
    /// <param name="known">What the octets hold.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null where the answer is not that receipt: then the submission goes the whole way, on which a refusal leaves its evidence.</returns>
    /// <exception cref="ExchangeFault">OVERLOADED: he sends more than was agreed.</exception>
    public async Task<Acceptance?> RepeatAsync(KnownSubmission known, CancellationToken cancellation)
    {
        try
        {
            CheckPolicy(known.Sender, known.Assurance, known.SignedBy);
            await using var entered = await _gate.EnterAsync(known.Sender, cancellation);
            CheckSuspension(known.Sender, known.Assurance);
            return await _claims.FindAcceptedAsync(known.Sender, known.MessageId, known.Digest, cancellation) is { } same ? Repeated(same) : null;
        }
        catch (ExchangeFault refused) when (refused.Fault != Fault.Overloaded)
        {
            return null;
        }
    }

    private static Acceptance Repeated(Claim.SameAgain same) => new(same.Earlier.Id, same.Earlier.AcceptedAt, same.Earlier.Receipt, Repeated: true, same.Earlier.Digest);
}

/// <summary>What identifies a submission and who signed it.</summary>
public sealed record KnownSubmission(OrganId Sender, MessageId MessageId, ContentDigest Digest, Assurance Assurance, Signatory? SignedBy);
