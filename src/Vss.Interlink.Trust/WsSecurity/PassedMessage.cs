using System.Security.Cryptography;
using System.Text;
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

    /// <summary>The same for two messages whose signer, certificates and algorithms are the same to the octet, and for no others: SHA-256, in Base64.</summary>
    public string SignerDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(Signer.Certificate.RawDataMemory.Span));
        foreach (var carried in Signer.Carried) hash.AppendData(SHA256.HashData(carried.RawDataMemory.Span));
        foreach (var algorithm in Signer.Algorithms) hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(algorithm)));
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    /// <summary>The same message, holding the certificates of another one by the same signer, so that many need no more memory for them than one.</summary>
    /// <param name="other">One with the same <see cref="SignerDigest"/>.</param>
    public PassedMessage Sharing(PassedMessage other) => new(other.Signer, Life);
}
