using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Proves the ledger from its own rows: that nothing in it was changed, lost or doubled, as far as one can tell who reads it and believes nobody.</summary>
/// <param name="ledger">What is proved.</param>
/// <param name="verifier">Judges receipts and evidence.</param>
/// <param name="stamps">Judges time stamps.</param>
/// <param name="signers">Subjects of the certificates that the hub signs with or ever signed with: a partner's signature may be trusted as well, and is no receipt of the hub.</param>
/// <param name="archives">Folder of archives.</param>
public sealed partial class LedgerProof(ExchangeLedger ledger, EnvelopedVerifier verifier, TimeStampVerifier stamps, IReadOnlyCollection<string> signers, string archives)
{
    // After so many octets of archives a page is full, so that a page is a matter of seconds; no archive is broken up.
    private const long ArchiveOctetsAtOnce = 256 * 1024 * 1024;

    /// <summary>Looks at one page of exchanges in their order. Refusals, archives and batches of time stamps have pages of their own.</summary>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops between exchanges.</param>
    public async Task<ProofPage> CheckAsync(ExchangeId? after, int max, CancellationToken cancellation)
    {
        var ids = await ledger.ListIdsAsync(after, max, cancellation);
        List<Finding> findings = [];
        var allStamped = await ledger.IsStampingWholeAsync(cancellation);   // before the evidence is read: what comes later is queued
        foreach (var id in ids) await CheckAsync(id, allStamped, findings, cancellation);
        return new ProofPage(ids.Count, findings, ids.Count == max ? ids[^1] : null);
    }

    /// <summary>Looks at some archives in the order of their names: whether each is the file that was made and holds together.</summary>
    /// <param name="after">Name of the last archive that was looked at; empty for the first.</param>
    /// <param name="max">At most so many; fewer where they are large.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>What was found, and where to go on; null when that was all.</returns>
    public async Task<(IReadOnlyList<Finding> Findings, string? Next)> CheckArchivesAsync(string after, int max, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        long octets = 0;
        for (var count = 0; count < max && octets < ArchiveOctetsAtOnce; count++)
        {
            var next = await ledger.NextArchiveAsync(after, cancellation);
            if (next.Count == 0) return (findings, null);
            foreach (var archive in next) octets += await CheckAsync(archive, findings, cancellation);
            after = next[0].Name;
        }

        return (findings, after);
    }

    private async Task CheckAsync(ExchangeId id, bool allStamped, List<Finding> findings, CancellationToken cancellation)
    {
        void Broken(string rule, string detail) => findings.Add(new Finding(id.ToString(), rule, detail, Broken: true));
        try
        {
            if (await ledger.FindRowsAsync(id, cancellation) is not { } rows)
            {
                Broken("ledger.exchange", "It went away while it was looked at.");
                return;
            }

            var (record, view) = (rows.Record, rows.View);
            Signature(id.ToString(), "the receipt", record.Receipt, record.AcceptedAt, findings);
            CheckReceipt(rows, Broken);
            if (rows.Claimants is not [var claimant] || claimant != id)
                Broken("ledger.claims", $"The claim on its message id leads to {(rows.Claimants.Count == 0 ? "nothing" : string.Join(", ", rows.Claimants))}, and not to it alone.");
            if (rows.Archive is not null)
            {
                if (view.Deliveries.Count + view.Evidence.Count > 0) Broken("ledger.archived", "It is archived and still has rows.");
                return;
            }

            if (DossierDigest.Of(record.Dossier) != record.Digest) Broken("ledger.digest", "The dossier is not the content that was accepted.");
            CheckStates(rows, Broken);
            CheckEvidence(record, view, Broken);
            CheckWords(rows, Broken);
            CheckStamps(rows, allStamped, Broken);
            foreach (var evidence in view.Evidence.Where(evidence => evidence.Type != EvidenceType.SubmissionAcceptance))
                Signature(id.ToString(), evidence.Type, evidence.Document.Memory, evidence.At.ToDateTimeOffset(), findings);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or Google.Protobuf.InvalidProtocolBufferException or ArgumentException or InvalidCastException)
        {
            Broken("ledger.exchange", $"A column holds what the hub never writes: {unreadable.Message}");
        }
    }

    private static void CheckEvidence(ExchangeRecord record, ExchangeView view, Action<string, string> broken)
    {
        if (view.Evidence.Count(evidence => evidence.Type == EvidenceType.SubmissionAcceptance && evidence.Document.Span.SequenceEqual(record.Receipt)) != 1)
            broken("ledger.receipt", "The receipt is not the evidence of its acceptance.");
        foreach (var evidence in view.Evidence)
        {
            if (!evidence.Sha256.Span.SequenceEqual(SHA256.HashData(evidence.Document.Span))) broken("ledger.evidence.sha256", $"A {evidence.Type} is not the document that was kept.");
            if (evidence.DeliveryId.Length > 0 && view.Deliveries.All(delivery => delivery.DeliveryId != evidence.DeliveryId)) broken("ledger.evidence.delivery", $"A {evidence.Type} is of a delivery that is not there.");
        }
    }

    // Whether the octets are what was signed can be told for ever. Whether the signer is to be believed for that time needs lists of that time, which may be gone: that is said, and breaks nothing.
    private void Signature(string subject, string what, ReadOnlyMemory<byte> document, DateTimeOffset at, List<Finding> findings)
    {
        using var report = SignatureVerifier.Verify(document, new VerificationRequest());
        if (report.Signatures is not [{ Integrity: SignatureIntegrity.Intact, SigningCertificate: var certificate }] || SubjectOf(certificate.Span) is not { } signer)
            findings.Add(new Finding(subject, "ledger.signature", $"The signature of {what} is broken or missing.", Broken: true));
        else if (!signers.Contains(signer))
            findings.Add(new Finding(subject, "ledger.signature.signer", $"{signer} signed {what}, and this hub signs as {string.Join(" or ", signers)}. If it once signed under that name, add it to Exchange:Evidence:EarlierSigners.", Broken: true));
        else if (verifier.Verify(document, at) is VerificationResult.Refused { Verdict.Failure: { } failure })
            findings.Add(new Finding(subject, "ledger.signature.trust", $"Who signed {what} cannot be told for its time: {failure.Rule}, {failure.Detail}.", Broken: false));
    }

    // Null where there is none, or none that can be read: a signature needs only the key of its certificate, and a forger may leave the rest as he likes.
    private static string? SubjectOf(ReadOnlySpan<byte> der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return certificate.Subject;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // Gives the octets that were read.
    private async Task<long> CheckAsync(ArchiveFile archive, List<Finding> findings, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(Path.Combine(archives, archive.Name));
            if (!(await SHA256.HashDataAsync(file, cancellation)).AsSpan().SequenceEqual(archive.Sha256)) findings.Add(new Finding(archive.Name, "ledger.archive", "The archive is not the file that was made.", Broken: true));
            file.Position = 0;
            findings.AddRange((await ArchiveFormat.FaultsAsync(file, cancellation)).Select(fault => new Finding(archive.Name, "ledger.archive", fault, Broken: true)));
            return file.Length;
        }
        catch (Exception away) when (away is FileNotFoundException or DirectoryNotFoundException)
        {
            // Archives are carried to other places; whoever carries them keeps them.
            findings.Add(new Finding(archive.Name, "ledger.archive.here", $"The archive is not in {archives}.", Broken: false));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            findings.Add(new Finding(archive.Name, "ledger.archive.here", $"The archive cannot be read here: {unreadable.Message}", Broken: false));
        }

        return 0;
    }
}

/// <summary>One thing that was found.</summary>
/// <param name="Subject">Exchange, reference of a refusal, archive or batch of time stamps; empty for the ledger as a whole.</param>
/// <param name="Rule">Which rule does not hold.</param>
/// <param name="Detail">In a sentence.</param>
/// <param name="Broken">False: it cannot be told.</param>
public sealed record Finding(string Subject, string Rule, string Detail, bool Broken);

/// <summary>What one page showed.</summary>
/// <param name="Exchanges">How many were looked at.</param>
/// <param name="Findings">What does not hold.</param>
/// <param name="Next">Where to go on, or null when that was all.</param>
public sealed record ProofPage(int Exchanges, IReadOnlyList<Finding> Findings, ExchangeId? Next);
