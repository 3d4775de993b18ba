using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Intake;

/// <summary>
/// Where the attachments of a submission go while it is read: into the body store. While there is no room, those of a message that was accepted before are digested and not kept: its
/// first receipt needs nothing more, and a sender whose answer was lost must get it.
/// </summary>
/// <param name="bodies">The store.</param>
/// <param name="room">Whether there is room for more.</param>
/// <param name="ledger">What was accepted.</param>
public sealed class SubmissionBodies(BodyStore bodies, IntakeRoom room, ExchangeLedger ledger)
{
    /// <summary>Asked once a submission, before its first attachment is read. What this gives begins each of them.</summary>
    /// <param name="sender">As the submission says, which need be no organ id.</param>
    /// <param name="messageId">As the submission says.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ExchangeFault">OVERLOADED: there is no room, and the message is new.</exception>
    public async Task<Func<BodyDigestStream>> OpenAsync(string? sender, string messageId, CancellationToken cancellation)
    {
        if (await room.LackAsync(cancellation) is not { } lack) return bodies.Begin;
        if (OrganId.TryParse(sender, out var organ) && MessageId.TryParse(messageId, out var id) && await ledger.FindIdAsync(organ, id, cancellation) is not null) return bodies.BeginDigest;
        throw IntakeRoom.Refusal(lack);
    }
}
