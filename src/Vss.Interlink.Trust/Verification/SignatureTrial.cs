using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>
/// One signature of a document, judged by what its kind of document asks of it: first what was read of it and what it refers to, then the signer, and only then the arithmetic, for
/// nothing costly is computed for a stranger (W3C XML Signature Best Practices, practice 1). Used once.
/// </summary>
internal sealed class SignatureTrial(TrustStore store, ValidationPolicy policy, DateTimeOffset at, Ladder ladder) : IDisposable
{
    private const int MaxVerifiedOctets = 1024 * 1024 * 1024;   // a document as it came has fewer, by the limits of its edge

    private DocumentReport? _document;
    private SignatureReport? _foreseen;
    private bool _goesOn;

    /// <summary>Who signed; known when <see cref="Run"/> gave a signature.</summary>
    public Signatory? Signer => Terms?.Signatory;

    /// <summary>The same with what is judged of him.</summary>
    public SignerTerms? Terms { get; private set; }

    /// <summary>Judges a document.</summary>
    /// <param name="verify">Verifies the document as it came.</param>
    /// <param name="request">What is read and kept of it.</param>
    /// <param name="choose">The signature that counts; null after a broken rung.</param>
    /// <param name="fits">Whether it refers to what this kind of document signs, and to nothing else; false after a broken rung.</param>
    /// <returns>The signature, intact; null after a broken rung. A signer who is not good breaks a rung, and a policy may ask for the arithmetic all the same.</returns>
    public SignatureReport? Run(
        Func<VerificationRequest, DocumentReport> verify, VerificationRequest request, Func<IReadOnlyList<SignatureReport>, SignatureReport?> choose, Func<SignatureReport, bool> fits)
    {
        _document = verify(request with
        {
            MaxKeptInMemory = MaxVerifiedOctets,
            GoesOn = signatures => _goesOn = (_foreseen = choose(signatures)) is not null && GoesOn(_foreseen, fits),
        });
        if (_document.Refusal is { } refusal)
        {
            ladder.Fail(Rules.Structure, refusal.At, refusal.Detail, "Send well-formed XML within the limits.");
            return null;
        }

        if (_document.Signatures.Count == 0) ladder.Fail(Rules.Present, "", "the document carries no XML signature", "Sign the document.");
        return _goesOn ? Arithmetic(_document.Signatures.Single(signature => signature.Ordinal == _foreseen!.Ordinal)) : null;
    }

    /// <summary>The octets that a reference of the signature digested; null after a broken rung.</summary>
    public ReadOnlyMemory<byte>? Digested(ReferenceReport reference)
    {
        // They outlive the trial: nothing else has this memory.
        if (reference.Octets is { } octets && octets.TryGetMemory(out var digested)) return digested;
        ladder.Fail(Rules.ReferenceResolved, reference.Coverage.Element, $"what is signed has more than {MaxVerifiedOctets} octets in canonical form", "Sign smaller parts.");
        return null;
    }

    public void Dispose() => _document?.Dispose();

    private bool GoesOn(SignatureReport foreseen, Func<SignatureReport, bool> fits)
    {
        if (foreseen.References.Count == 0)
        {
            // It could not be read at all.
            return Add(foreseen.Verdict.Ladder) && ladder.Fail(Rules.Structure, "ds:SignedInfo", "the signature refers to nothing", SignatureRules.Remedy(SignatureRules.NoReference));
        }

        if (!AlgorithmRules.Admit(foreseen, ladder) || !fits(foreseen) || !Add(foreseen.Verdict.Ladder)) return false;
        Terms = SignerTerms.Of(foreseen);
        if (Terms is null) return ladder.Fail(Rules.Token, "ds:KeyInfo", "the signer's certificate cannot be read", SignatureRules.Remedy(SignatureRules.Token));
        return Terms.Judge(store, policy, at, ladder) || !CertificateJudge.Ends(policy, ladder);
    }

    private SignatureReport? Arithmetic(SignatureReport judged)
    {
        // The value says whether the signer vouches for these digests at all, so it comes first.
        if (!Add(judged.Verdict.Ladder.Except(_foreseen!.Verdict.Ladder).OrderBy(step => step.Rule == SignatureRules.Digest))) return null;
        if (judged.Integrity == SignatureIntegrity.Intact && judged.SigningCertificate.Span.SequenceEqual(_foreseen.SigningCertificate.Span)) return judged;
        ladder.Fail(Rules.Token, "ds:KeyInfo", "the value verifies with another certificate than the first that is named", "Put the signer's certificate first.");
        return null;
    }

    // Up to the first that breaks.
    private bool Add(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            if (step.Rule == SignatureRules.Coverage) continue;   // each kind of document says itself what must be covered
            var rule = Rules.Of(step.Rule);
            if (!step.Ok) return ladder.Fail(rule, step.At, step.Detail, step.Remedy);
            ladder.Pass(rule, step.At, step.Detail);
        }

        return true;
    }
}
