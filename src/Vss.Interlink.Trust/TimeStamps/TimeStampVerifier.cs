using System.Security.Cryptography;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>Judges time stamps that the hub keeps, with what is at hand now; nothing is fetched.</summary>
/// <param name="store">Anchors of authorities, lists and answers.</param>
/// <param name="clock">The time to judge at.</param>
public sealed class TimeStampVerifier(Func<TrustStore> store, TimeProvider clock)
{
    /// <param name="octets">A TimeStampToken, or a response that grants one.</param>
    /// <param name="imprint">The SHA-256 that it should be over.</param>
    /// <returns>Null when it is no token at all.</returns>
    public KeptTimeStamp? Verify(ReadOnlyMemory<byte> octets, ReadOnlyMemory<byte> imprint)
    {
        if (TimeStampToken.TryRead(octets) is not { } token) return null;
        var at = clock.GetUtcNow();
        var judge = new TimeStampJudge(store(), ValidationPolicy.Strict, SignaturePolicy.Default, token.Time > at ? token.Time : at);   // an authority's clock may be ahead of ours
        return new KeptTimeStamp(token, judge.Judge(token, asked => asked == HashAlgorithmName.SHA256 ? imprint.ToArray() : [], null));
    }
}

/// <summary>A time stamp, and what was found of it.</summary>
public sealed record KeptTimeStamp(TimeStampToken Token, JudgedTimeStamp Judged)
{
    /// <summary>Whether it is over the imprint and by the certificate that it names, whoever that is and whether or not it can be trusted still.</summary>
    public bool IsIntact => Judged.IsIntact == true;
}
