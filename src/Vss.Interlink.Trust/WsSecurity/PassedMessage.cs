using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>
/// What the verdict on a message that passed rests on besides its octets: signer, algorithms and Timestamp, which time, lists and policies can make bad. Who gets the very same octets
/// again has nothing else to judge (<see cref="SoapVerifier.IsStillGood"/>).
/// </summary>
public sealed class PassedMessage
{
    internal PassedMessage(SignerTerms signer, MessageLife life) => (Signer, Life) = (signer, life);

    /// <summary>Octets of the certificates that it holds, the signer's and all that came along: a sender's choice, and so for whoever keeps this to count.</summary>
    public long CertificateOctets => Signer.Carried.Sum(carried => (long)carried.RawDataMemory.Length) + Signer.Certificate.RawDataMemory.Length;

    internal SignerTerms Signer { get; }

    internal MessageLife Life { get; }
}
