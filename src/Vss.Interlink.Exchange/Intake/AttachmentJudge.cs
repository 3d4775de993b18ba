using System.Globalization;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Exchange.Intake;

/// <summary>
/// Judges the signatures in attached PDF documents by the sender's policy. The seal over a dossier says that these octets came from that organ; the signature in the document is the one that
/// the law knows (Decree 30/2020/ND-CP).
/// </summary>
/// <param name="bodies">Where attachments are.</param>
/// <param name="revocation">Anchors, and answers on revocation, fetched where they are not at hand.</param>
/// <param name="clock">The one clock.</param>
public sealed class AttachmentJudge(BodyStore bodies, RevocationSource revocation, TimeProvider clock)
{
    private const int HeaderWithin = 1024;   // ISO 32000-1 implementation note 13
    private const string Rule = "policy.attachment";

    /// <summary>What was found, a sentence for each attached PDF; nothing where the policy asks for nothing.</summary>
    /// <exception cref="ExchangeFault">A document has not the signatures that the policy asks for.</exception>
    public async Task<IReadOnlyList<string>> JudgeAsync(Submission submission, PartnerPolicy partner, CancellationToken cancellation)
    {
        if (partner.Policy.Attachments is AttachmentRule.NotJudged) return [];
        List<string> found = [];
        foreach (var (id, body) in submission.Attachments.OrderBy(attachment => attachment.Key, StringComparer.Ordinal))
        {
            await using var octets = bodies.OpenAnywhere(body.Digest);
            if (!await IsPdfAsync(octets, cancellation)) continue;
            var report = await revocation.VerifyAsync(() => Verifier(partner.Policy).Judge(octets), cancellation);
            if (partner.Policy.Attachments is not AttachmentRule.Recorded) Hold(id, report, partner);
            found.Add($"attachment {id}: {Sentence(report)}");
        }

        return found;
    }

    private PdfVerifier Verifier(NamedPolicy policy) =>
        new(revocation.Current, ValidationPolicy.Strict with { RevocationGrace = policy.RevocationGrace }, policy.Algorithms, clock.GetUtcNow());

    private static async Task<bool> IsPdfAsync(Stream octets, CancellationToken cancellation)
    {
        var first = new byte[HeaderWithin];
        var read = await octets.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellation);
        octets.Position = 0;
        return first.AsSpan(0, read).IndexOf("%PDF-"u8) >= 0;
    }

    // A signature that is not good spoils the document, also where another one is: nobody can tell from outside which of them the reader goes by.
    private static void Hold(string id, PdfReport report, PartnerPolicy partner)
    {
        if (report.Refusal is { } refusal) throw new ExchangeFault(Fault.SignatureInvalid, $"Attachment {id} is a PDF that cannot be read at octet {refusal.At}: {refusal.Detail}.", Rule);
        if (report.Signatures.FirstOrDefault(signature => !signature.Verdict.Passed)?.Verdict is { } broken)
        {
            var fault = FaultCatalogue.FromVerdict(broken);
            throw new ExchangeFault(fault.Fault, $"Attachment {id}: {broken.Failure?.Detail} ({broken.Failure?.Rule}).", Rule);
        }

        SignerRole[] wanted = partner.Policy.Attachments is AttachmentRule.PersonAndAgency ? [SignerRole.Person, SignerRole.Agency] : [SignerRole.Agency];
        var signed = report.Signatures.Where(signature => signature is { Kind: SignatureKind.Pades or SignatureKind.Pdf, Signer: not null }).ToList();
        foreach (var role in wanted)
        {
            var own = signed.Where(signature => partner.Signers.Any(signer => signer.Role == role && signer.Is(signature.Signer!))).ToList();
            if (own.Count == 0) throw new ExchangeFault(signed.Count == 0 ? Fault.SignatureMissing : Fault.SignerNotAuthorised, $"Attachment {id} has no signature of the {(role == SignerRole.Person ? "person in authority" : "agency")} that is registered for {partner.Organ}.", Rule);
            if (!own.Exists(signature => signature.Level >= partner.Policy.RequiredLevel || partner.Policy.RequiredLevel == XmlSecurity.Signatures.SignatureLevel.Dsig))
                throw new ExchangeFault(Fault.SignatureInvalid, $"Attachment {id} has its signatures below level {partner.Policy.RequiredLevel}, which the policy asks for.", Rule);
        }
    }

    // Who signed stands there by certificate, not by name: subjects of persons hold their numbers.
    private static string Sentence(PdfReport report)
    {
        if (report.Refusal is { } refusal) return string.Create(CultureInfo.InvariantCulture, $"a PDF that cannot be read at octet {refusal.At}: {refusal.Detail}");
        return report.Signatures.Count == 0
            ? "a PDF without signatures"
            : "a PDF; " + string.Join("; ", report.Signatures.Select(signature => $"{signature.Kind} by certificate {signature.Signer?.Sha256 ?? "unknown"}: {Words(signature.Verdict)}{(signature.ProvedAt is { } at ? $", proved at {at.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}"));
    }

    private static string Words(Verdict verdict) => verdict.Passed ? "passed" : $"{verdict.Indication} {verdict.SubIndication} by {verdict.Failure?.Rule}";
}
