using System.Security.Cryptography;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>
/// WS-Security X.509 certificate token profile 1.1: one Timestamp, one BinarySecurityToken, one Signature, over the very Body that is processed, the Timestamp and, where
/// WS-Addressing is used, Action and MessageID. Positions are checked, not names: a signed Body that was moved elsewhere does not count.
/// </summary>
public sealed class SoapVerifier(Func<TrustStore> store, ValidationPolicy policy, TimestampWindow window, TimeProvider clock)
{
    private const string WindowRemedy = "Set the sender's clock; give Created in UTC, and Expires a few minutes later.";

    private static readonly string[] SignedAddressing = ["Action", "MessageID", "To", "RelatesTo"];

    /// <summary>Verdict over an envelope. The verified octets are the Body, exclusive canonical form.</summary>
    /// <param name="envelope">Seekable; read three times from where it stands, and stays open. Each xop:Include of it is expanded.</param>
    /// <param name="limits">What the envelope is held to.</param>
    public VerificationResult Verify(Stream envelope, XmlLimits limits)
    {
        var ladder = new Ladder();
        using var trial = new SignatureTrial(store(), policy, clock.GetUtcNow(), ladder);
        return Check(envelope, limits, trial, ladder) is var (document, life) ? new VerificationResult.Passed(document) { Message = new PassedMessage(trial.Terms!, life) } : ladder.Result(null);
    }

    /// <summary>Whether a message whose very octets passed before passes at this moment too. Where it does not, <see cref="Verify"/> says why.</summary>
    public bool IsStillGood(PassedMessage passed)
    {
        var ladder = new Ladder();
        return UntilWhen(passed.Life, ladder) is not null && passed.Signer.Judge(store(), policy, clock.GetUtcNow(), ladder) && ladder.IsWhole;
    }

    private (VerifiedDocument Document, MessageLife Life)? Check(Stream envelope, XmlLimits limits, SignatureTrial trial, Ladder ladder)
    {
        // 1 the parts, by their place
        var start = envelope.Position;
        if (SecuredEnvelope.Find(envelope, limits, ladder) is not { } parts) return null;
        envelope.Position = start;

        // 2 that one signature: what it refers to, then its signer, then the arithmetic
        var request = new VerificationRequest { Xml = limits, Only = parts.Signature, Keep = _ => true };
        if (trial.Run(asked => SignatureVerifier.Verify(envelope, asked), request, signatures => signatures is [var only] ? only : null, signature => Fits(signature, parts, ladder)) is not { } signature) return null;
        foreach (var reference in signature.References) ladder.Cover(reference.Coverage);

        // 3 the time, now that it is known who says it, and the Body; both from the octets that were digested and nowhere else
        if (trial.Digested(signature.References.Single(reference => reference.Ordinal == parts.Timestamp)) is not { } timestamp || LifeOf(timestamp, ladder) is not { } life || UntilWhen(life, ladder) is not { } until) return null;
        if (trial.Digested(signature.References.Single(reference => reference.Ordinal == parts.Body)) is not { } body) return null;
        if (Nonce(signature, trial) is not { } nonce) return null;
        return ladder.IsWhole ? (new VerifiedDocument(Assurance.Signed, trial.Signer, ladder.Passed(), body) { Nonce = new MessageNonce(nonce, until) }, life) : null;
    }

    private static byte[]? Nonce(SignatureReport signature, SignatureTrial trial)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(signature.SigningCertificate.Span));
        foreach (var reference in signature.References)
        {
            if (trial.Digested(reference) is not { } octets) return null;
            hash.AppendData(SHA256.HashData(octets.Span));
        }

        return hash.GetHashAndReset();
    }

    private static bool Fits(SignatureReport signature, SecuredEnvelope parts, Ladder ladder)
    {
        // What could not be found cannot be compared with the parts.
        if (signature.Verdict.Failure is { } broken) return ladder.Fail(Rules.Of(broken.Rule), broken.At, broken.Detail, broken.Remedy);
        return NamesToken(signature, parts, ladder) && RefersToParts(signature, parts, ladder) && CoversParts(signature, parts, ladder);
    }

    private static bool NamesToken(SignatureReport signature, SecuredEnvelope parts, Ladder ladder) => ladder.Check(
        signature.KeyOrigin == KeyOrigin.SecurityToken && parts.Tokens.Any(token => token.Ordinal == signature.TokenOrdinal), Rules.Token, "wsse:BinarySecurityToken", "an X.509 certificate",
        "KeyInfo does not refer to a security token of this Security header that is an X509v3 certificate",
        "Refer from KeyInfo by wsse:SecurityTokenReference/wsse:Reference to one wsse:BinarySecurityToken of type X509v3 in the same Security header.");

    private static bool RefersToParts(SignatureReport signature, SecuredEnvelope parts, Ladder ladder)
    {
        var seen = new HashSet<int>();
        foreach (var reference in signature.References)
        {
            if (reference is not { Reference.Type: "", Transforms: [AlgorithmRules.ExclusiveC14n] })
                return ladder.Fail(Rules.AlgorithmTransform, "ds:Reference", "each reference needs exclusive canonicalisation as its only transform", "Use one exclusive canonicalisation transform per reference.");

            var isPart = reference.Ordinal == parts.Body || reference.Ordinal == parts.Timestamp
                || parts.HeaderBlocks.Any(block => block.Ordinal == reference.Ordinal) || parts.Tokens.Any(token => token.Ordinal == reference.Ordinal);
            if (!isPart)
            {
                return ladder.Fail(Rules.ReferenceTarget, reference.Coverage.Element, "a reference covers an element that is neither this message's Body, nor its Timestamp, its token or one of its header blocks",
                    "Sign the Body, Timestamp and header blocks where they are processed.");
            }

            if (!seen.Add(reference.Ordinal!.Value)) return ladder.Fail(Rules.ReferenceTarget, reference.Coverage.Element, "two references cover the same element", "Refer to each element once.");
        }

        return true;
    }

    private static bool CoversParts(SignatureReport signature, SecuredEnvelope parts, Ladder ladder)
    {
        var addressing = parts.HeaderBlocks.FirstOrDefault(block => block.NamespaceUri == Wss.Addressing && SignedAddressing.Contains(block.LocalName) && !IsSigned(block.Ordinal));
        return ladder.Check(IsSigned(parts.Body), Rules.CoverageBody, "soap:Body", "the Body is covered", "the signature does not cover the Body that would be processed", "Sign the Body of the envelope by its own wsu:Id.")
            && ladder.Check(IsSigned(parts.Timestamp), Rules.CoverageTimestamp, "wsu:Timestamp", "the Timestamp is covered", "the signature does not cover the Timestamp", "Sign the Timestamp too.")
            && ladder.Check(addressing is null, Rules.CoverageAddressing, "soap:Header", "addressing is covered where there is any", $"wsa:{addressing?.LocalName} is there but not signed",
                "Sign Action, MessageID, To and RelatesTo, or leave WS-Addressing out.");

        bool IsSigned(int ordinal) => signature.References.Any(reference => reference.Ordinal == ordinal);
    }

    private static MessageLife? LifeOf(ReadOnlyMemory<byte> timestamp, Ladder ladder)
    {
        var life = MessageLife.Read(timestamp);
        if (life is null) ladder.Fail(Rules.Window, "wsu:Timestamp", "Created or Expires is missing, double or no xsd:dateTime in UTC", WindowRemedy);
        return life;
    }

    // The end of the window, skew included; null after a broken rung.
    private DateTimeOffset? UntilWhen(MessageLife life, Ladder ladder)
    {
        var (now, from) = (clock.GetUtcNow(), life.Created);
        var end = life.Expires is { } until && until < from + window.MaxAge ? until : from + window.MaxAge;
        var isIn = ladder.Check(from - window.ClockSkew <= now && now < end + window.ClockSkew && from < end, Rules.Window, "wsu:Timestamp", "inside its window",
            $"good from {Iso(from)} to {Iso(end)}, the hub's time is {Iso(now)}", WindowRemedy);
        return isIn ? end + window.ClockSkew : null;
    }

    private static string Iso(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
