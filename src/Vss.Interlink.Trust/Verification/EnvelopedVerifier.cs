using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Verifies a document with one enveloped XAdES signature over the whole of it: receipts and evidence.</summary>
public sealed class EnvelopedVerifier(Func<TrustStore> store, ValidationPolicy policy, TimeProvider clock)
{
    private static readonly VerificationRequest Request = new() { Keep = reference => !reference.IsToProperties };

    /// <summary>Verdict over a document; the verified octets are the canonical document without the signature.</summary>
    public VerificationResult Verify(ReadOnlyMemory<byte> octets) => Verify(octets, clock.GetUtcNow());

    /// <inheritdoc cref="Verify(ReadOnlyMemory{byte})"/>
    /// <param name="octets">The document.</param>
    /// <param name="at">Time to judge at.</param>
    public VerificationResult Verify(ReadOnlyMemory<byte> octets, DateTimeOffset at)
    {
        var ladder = new Ladder();
        using var trial = new SignatureTrial(store(), policy, at, ladder);
        return ladder.Result(Check(octets, trial, ladder));
    }

    private static VerifiedDocument? Check(ReadOnlyMemory<byte> octets, SignatureTrial trial, Ladder ladder)
    {
        if (trial.Run(request => SignatureVerifier.Verify(octets, request), Request, signatures => Only(signatures, ladder), signature => CoversAll(signature, ladder)) is not { References: [var whole, _] }) return null;
        if (trial.Digested(whole) is not { } digested) return null;
        ladder.Cover(whole.Coverage);
        ladder.Pass(Rules.CoverageDocument, whole.Coverage.Element, "the whole document is covered");
        return ladder.IsWhole ? new VerifiedDocument(Assurance.Signed, trial.Signer, ladder.Passed(), digested) : null;
    }

    private static SignatureReport? Only(IReadOnlyList<SignatureReport> signatures, Ladder ladder)
    {
        if (signatures is [var only])
        {
            ladder.Pass(Rules.Present, "ds:Signature", "one signature");
            return only;
        }

        ladder.Fail(Rules.Structure, "", "expected one signature", "Sign the document once, enveloped.");
        return null;
    }

    private static bool CoversAll(SignatureReport signature, Ladder ladder)
    {
        var isEnveloped = signature.References is
        [
            { Reference: { Uri: "", IsToProperties: false }, Transforms: [AlgorithmRules.Enveloped, AlgorithmRules.ExclusiveC14n] },
            { Reference.IsToProperties: true, Transforms: [AlgorithmRules.ExclusiveC14n] },
        ];
        if (!isEnveloped)
            return ladder.Fail(Rules.CoverageDocument, "ds:SignedInfo", "expected one reference to the whole document and one to the signed properties", "Sign the whole document, enveloped, by XAdES.");
        return signature.KeyOrigin == KeyOrigin.Certificate || ladder.Fail(Rules.Token, "ds:KeyInfo", "expected one ds:X509Data with the signer's certificate", SignatureRules.Remedy(SignatureRules.Token));
    }
}
