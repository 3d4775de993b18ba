using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Cms;

/// <summary>A counter-signature, which is over the signature value of another signer: RFC 5652 section 11.4. It is reported and counts for nothing: anyone may add one.</summary>
internal sealed class CounterSignature
{
    private const int MaxCounterSignatures = 16;

    private readonly CmsSigner _over;

    private CounterSignature(CmsSigner signer, CmsSigner over) => (Signer, _over) = (signer, over);

    public CmsSigner Signer { get; }

    /// <summary>Those of a signer that can be read.</summary>
    public static IEnumerable<CounterSignature> Of(CmsSigner signer) => signer.Unsigned.Values(CmsAttributes.CounterSignature).Take(MaxCounterSignatures).Select(value => TryRead(value, signer)).OfType<CounterSignature>();

    /// <summary>Adds a rung that says what it is.</summary>
    /// <param name="candidates">Certificates that it names as its signer's.</param>
    /// <param name="ladder">Gets the rung.</param>
    public void Report(IReadOnlyList<X509Certificate2> candidates, Ladder ladder)
    {
        var signer = candidates.FirstOrDefault(IsBy);
        var found = signer is not null ? "whose value is right" : candidates.Count > 0 ? "whose value is wrong" : "whose signer's certificate is not at hand";
        ladder.Pass(Rules.CounterSignature, "counter-signature", $"a counter-signature {found}; it is not counted");
    }

    private bool IsBy(X509Certificate2 candidate)
    {
        byte[] Digest(HashAlgorithmName hash) => CryptographicOperations.HashData(hash, _over.Value);
        return Signer.Digest.Name is not null && (!Signer.HasSignedAttributes || Signer.IsOf(Digest(Signer.Digest))) && Signer.Verifies(candidate, Digest);
    }

    private static CounterSignature? TryRead(ReadOnlyMemory<byte> value, CmsSigner over)
    {
        try
        {
            return new CounterSignature(new CmsSigner(new AsnReader(value, AsnEncodingRules.BER).ReadSequence()), over);
        }
        catch (Exception broken) when (broken is AsnContentException or CryptographicException)
        {
            return null;
        }
    }
}
