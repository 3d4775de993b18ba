using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>Judges what the Contents of a signature holds, now that the ranges are digested.</summary>
internal sealed class PdfSignatureJudge(TrustStore store, ValidationPolicy policy, SignaturePolicy algorithms, DateTimeOffset at)
{
    public PublicKey? Key { get; init; }

    /// <param name="trial">The signature; gets its rungs.</param>
    /// <param name="digests">Of all ranges.</param>
    /// <param name="around">What stands around it in the file.</param>
    public void Judge(PdfSignatureTrial trial, RangeDigests digests, Surroundings around)
    {
        trial.ClaimedTime = trial.Signature.ClaimedTime;
        if (!trial.IsReady) return;
        if (trial.Token is { } token) TimeStamp(trial, token, digests, around);
        else Signature(trial, trial.Message!, digests, around);
    }

    private void TimeStamp(PdfSignatureTrial trial, TimeStampToken token, RangeDigests digests, Surroundings around)
    {
        var judged = new TimeStampJudge(store, policy, algorithms, at) { Proofs = around.Proved }.Judge(token, hash => digests[trial.Range!, hash], null, around.ProvedAt);
        trial.Integrity = judged.IsIntact switch { true => SignatureIntegrity.Intact, false => SignatureIntegrity.Broken, null => SignatureIntegrity.Unknown };
        (trial.Signer, trial.ClaimedTime, trial.ProvedAt) = (judged.Signer, token.Time, judged.Verdict.Passed ? token.Time : null);
        trial.Algorithms = token.Hash.Name is { } hash ? [hash] : [];
        Take(trial.Ladder, judged.Verdict, judged.Lacks);
        if (trial.Ladder.IsWhole) trial.Passed = new PassedTimeStamp(token, judged.Certificate!);
    }

    private void Signature(PdfSignatureTrial trial, CmsMessage message, RangeDigests digests, Surroundings around)
    {
        var isOverSha1 = trial.Signature.SubFilter == PdfSignature.OverSha1;
        Func<HashAlgorithmName, byte[]> digest = hash => digests[trial.Range!, hash];
        if (isOverSha1)
        {
            // ISO 32000-1 section 12.8.3.3.1: the content of the CMS is the SHA-1 digest of the ranges.
            var content = message.Content!.Value;
            if (!trial.Ladder.Check(CryptographicOperations.FixedTimeEquals(content.Span, digest(HashAlgorithmName.SHA1)), Rules.Digest, "eContent", "the content is the SHA-1 digest of the ranges", "the document was changed after it was signed", "Give the document as it was signed."))
            {
                trial.Integrity = SignatureIntegrity.Broken;
                return;
            }

            digest = hash => CryptographicOperations.HashData(hash, content.Span);
        }

        if (!trial.Ladder.Check(message.Signers.Count == 1, Rules.Structure, "SignedData", "one signer", $"the CMS has {message.Signers.Count} signers, and a signature of a PDF is of one", "Let each signer sign in a field of its own.")) return;
        var isPades = trial.Signature.SubFilter == PdfSignature.Pades;
        var rules = CmsRules.Pades with { WantsSigningCertificate = isPades, WantsSignedAttributes = isPades, Key = Key };
        var found = new CmsJudge(store, policy, algorithms, at).Judge(message, message.Signers[0], digest, rules, around);
        (trial.Integrity, trial.Signer, trial.ProvedAt, trial.Algorithms) = (found.Integrity, found.Signer, found.ProvedAt, found.Algorithms);
        trial.Level = isPades ? found.Level ?? SignatureLevel.B : null;
        Take(trial.Ladder, found.Verdict, found.Lacks);

        // PAdES has the time in the dictionary (EN 319 142-1 section 6.3); both are the signer's word.
        if (found.ClaimedTime is not null) trial.ClaimedTime = found.ClaimedTime;
        else if (trial.ClaimedTime is { } claimed) trial.Ladder.Pass(Rules.ClaimedTime, "M", SigningTimeClaim.Describe(claimed, trial.ProvedAt, at));
    }

    private static void Take(Ladder ladder, Verdict verdict, IReadOnlyList<Lack> lacks)
    {
        foreach (var lack in lacks) ladder.Want(lack);
        foreach (var step in verdict.Ladder)
        {
            if (step.Ok) ladder.Pass(step.Rule, step.At, step.Detail);
            else ladder.Fail(step.Rule, step.At, step.Detail, step.Remedy);
        }
    }
}
