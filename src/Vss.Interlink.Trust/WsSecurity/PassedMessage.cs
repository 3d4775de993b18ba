using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>
/// What the verdict on a message that passed rests on besides its octets: signer, algorithms and Timestamp, which time, lists and policies can make bad. Who gets the very same octets
/// again has nothing else to judge (<see cref="SoapVerifier.IsStillGood"/>).
/// </summary>
public sealed class PassedMessage
{
    internal PassedMessage(SignerTerms signer, MessageLife life) => (Signer, Life) = (signer, life);

    internal SignerTerms Signer { get; }

    internal MessageLife Life { get; }
}
