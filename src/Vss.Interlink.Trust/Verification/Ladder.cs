using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Rule ids: stable, published, and what faults are mapped from.</summary>
public static class Rules
{
    public const string Present = "sig.present";
    public const string Structure = "sig.structure";
    public const string AlgorithmC14n = "sig.algorithm.c14n";
    public const string AlgorithmSignature = "sig.algorithm.signature";
    public const string AlgorithmDigest = "sig.algorithm.digest";
    public const string AlgorithmTransform = "sig.algorithm.transform";
    public const string AlgorithmDate = "sig.algorithm.date";
    public const string IdUnique = "sig.id.unique";
    public const string ReferenceResolved = "sig.reference.resolved";
    public const string ReferenceTarget = "sig.reference.target";
    public const string CoverageBody = "sig.coverage.body";
    public const string CoverageTimestamp = "sig.coverage.timestamp";
    public const string CoverageAddressing = "sig.coverage.addressing";
    public const string CoverageDocument = "sig.coverage.document";
    public const string CoverageHeader = "sig.coverage.header";
    public const string CoverageAttachments = "sig.coverage.attachments";
    public const string Digest = "sig.digest";
    public const string Value = "sig.value";
    public const string Token = "cert.token";
    public const string Key = "cert.key";
    public const string Validity = "cert.validity";
    public const string NotYetValid = "cert.validity.not-yet";
    public const string Expired = "cert.validity.expired";
    public const string Chain = "cert.chain";
    public const string Anchor = "cert.anchor";
    public const string ChainValidity = "cert.chain.validity";
    public const string ChainConstraints = "cert.chain.constraints";
    public const string ChainExtension = "cert.chain.extension";
    public const string ChainNames = "cert.chain.names";
    public const string ChainAlgorithm = "cert.chain.algorithm";
    public const string ChainPolicy = "cert.chain.policy";
    public const string Usage = "cert.usage";
    public const string Name = "cert.name";
    public const string RevocationKnown = "cert.revocation-known";
    public const string Revoked = "cert.revoked";
    public const string RevokedBefore = "cert.revoked.before";
    public const string AuthorityRevoked = "cert.revoked.authority";
    public const string Window = "time.window";
    public const string TimeStamp = "tsp.time-stamp";
    public const string TimeStampOrder = "tsp.order";
    public const string Request = "tsp.request";
    public const string ClaimedTime = "time.claimed";
    public const string CounterSignature = "sig.counter-signature";
    public const string PolicyUnsigned = "policy.unsigned";
    public const string ChannelCertificate = "channel.certificate";
    public const string ChannelSubject = "channel.subject";

    /// <summary>The rule that one of <see cref="SignatureRules"/> is part of: faults are mapped from few rules, and the rung's detail says the rest.</summary>
    internal static string Of(string signatureRule) => signatureRule switch
    {
        SignatureRules.Text or SignatureRules.Limit or SignatureRules.NoReference or SignatureRules.AlgorithmParameters or SignatureRules.XadesStructure => Structure,
        SignatureRules.AlgorithmSha1 or SignatureRules.AlgorithmMd5 => AlgorithmDigest,
        SignatureRules.AlgorithmHmac or SignatureRules.AlgorithmDsa => AlgorithmSignature,
        SignatureRules.TransformXPath or SignatureRules.TransformXslt or SignatureRules.TransformDecryption => AlgorithmTransform,
        SignatureRules.ReferenceExternal or SignatureRules.Canonicalised => ReferenceResolved,
        SignatureRules.XadesSigned => ReferenceTarget,
        SignatureRules.ManifestDigest => Digest,
        SignatureRules.SignedInfo => Value,
        SignatureRules.RetrievalMethod or SignatureRules.KeyInfoReference or SignatureRules.KeyFound or SignatureRules.KeyAgrees or SignatureRules.XadesCertificate => Token,
        SignatureRules.KeyLength => Key,
        _ => signatureRule,   // one word for both
    };

    /// <summary>What a broken rule means in the words of EN 319 102-1; without a proof of the time of signing nothing about certificates can be final. With one it is: sections 5.1.3, 5.3.4 and 5.5.4 of version 1.3.1, where the first edition had EXPIRED and NOT_YET_VALID under INDETERMINATE.</summary>
    internal static (Indication, SubIndication) Meaning(string rule) => rule switch
    {
        Digest or CoverageHeader => (Indication.TotalFailed, SubIndication.HashFailure),
        Value => (Indication.TotalFailed, SubIndication.SigCryptoFailure),
        Present or Structure => (Indication.TotalFailed, SubIndication.FormatFailure),
        AlgorithmC14n or AlgorithmSignature or AlgorithmDigest or AlgorithmTransform or Key or ChainAlgorithm => (Indication.Indeterminate, SubIndication.CryptoConstraintsFailure),
        AlgorithmDate => (Indication.Indeterminate, SubIndication.CryptoConstraintsFailureNoPoe),
        ReferenceResolved or ReferenceTarget or IdUnique => (Indication.Indeterminate, SubIndication.SignedDataNotFound),
        Token => (Indication.Indeterminate, SubIndication.NoSigningCertificateFound),
        Chain or Anchor => (Indication.Indeterminate, SubIndication.NoCertificateChainFound),
        Usage or Name or ChainConstraints or ChainExtension or ChainNames or ChainPolicy => (Indication.Indeterminate, SubIndication.ChainConstraintsFailure),
        ChainValidity => (Indication.Indeterminate, SubIndication.CertificateChainGeneralFailure),
        Validity => (Indication.Indeterminate, SubIndication.OutOfBoundsNoPoe),
        NotYetValid => (Indication.TotalFailed, SubIndication.NotYetValid),
        Expired => (Indication.TotalFailed, SubIndication.Expired),
        RevokedBefore => (Indication.TotalFailed, SubIndication.Revoked),
        TimeStampOrder => (Indication.Indeterminate, SubIndication.TimestampOrderFailure),
        Revoked => (Indication.Indeterminate, SubIndication.RevokedNoPoe),
        AuthorityRevoked => (Indication.Indeterminate, SubIndication.RevokedCaNoPoe),
        RevocationKnown => (Indication.Indeterminate, SubIndication.TryLater),
        _ => Pdf.PdfRules.Meaning(rule) ?? (Indication.Indeterminate, SubIndication.SigConstraintsFailure),
    };
}

/// <summary>
/// Collects the rungs of one validation. After the first failure the caller stops, or goes on only as its <see cref="Policy.ValidationPolicy"/> says; a ladder with a broken
/// rung never passes either way.
/// </summary>
internal sealed class Ladder
{
    private readonly List<Step> _steps = [];
    private readonly List<Coverage> _covered = [];
    private readonly List<Lack> _lacks = [];

    /// <summary>No rung broke yet.</summary>
    public bool IsWhole => _steps.TrueForAll(step => step.Ok);

    public int Count => _steps.Count;

    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>What was not at hand where a rung broke for want of it.</summary>
    public IReadOnlyList<Lack> Lacks => _lacks;

    /// <summary>Takes over the rungs of another, and what it lacked.</summary>
    public void Append(Ladder other)
    {
        _steps.AddRange(other._steps);
        _lacks.AddRange(other._lacks);
    }

    /// <summary>Takes over rungs that were found before, none of which broke.</summary>
    public void Append(IReadOnlyList<Step> rungs) => _steps.AddRange(rungs);

    public void Want(Lack lack) => _lacks.Add(lack);

    /// <summary>Whether a rung of this rule broke.</summary>
    public bool Broke(string rule) => _steps.Exists(step => !step.Ok && step.Rule == rule);

    public void Cover(Coverage coverage) => _covered.Add(coverage);

    public bool Pass(string rule, string at, string detail)
    {
        _steps.Add(new Step(rule, true, at, detail));
        return true;
    }

    public bool Fail(string rule, string at, string detail, string remedy)
    {
        _steps.Add(new Step(rule, false, at, detail, remedy));
        return false;
    }

    public bool Check(bool ok, string rule, string at, string passed, string failed, string remedy) => ok ? Pass(rule, at, passed) : Fail(rule, at, failed, remedy);

    public Verdict Passed() => IsWhole
        ? new Verdict(Indication.TotalPassed, SubIndication.None, _steps, _covered)
        : throw new InvalidOperationException("A ladder with a broken rung cannot pass.");

    /// <summary>The first broken rung decides, but one that is final (TOTAL-FAILED) goes before one that is not.</summary>
    public Verdict Refused()
    {
        var broken = _steps.Where(step => !step.Ok).Select(step => Rules.Meaning(step.Rule)).ToList();
        var (indication, sub) = broken.Exists(IsFinal) ? broken.Find(IsFinal) : broken[0];
        return new Verdict(indication, sub, _steps, _covered);

        static bool IsFinal((Indication Indication, SubIndication) meaning) => meaning.Indication == Indication.TotalFailed;
    }

    /// <summary>The result of a validation that made this document, or none.</summary>
    public VerificationResult Result(VerifiedDocument? document) => document is not null ? new VerificationResult.Passed(document) : new VerificationResult.Refused(Refused()) { Lacks = _lacks };
}
