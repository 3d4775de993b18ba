using System.Security.Cryptography;
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
/// <param name="archives">Folder of archives.</param>
public sealed partial class LedgerProof(ExchangeLedger ledger, EnvelopedVerifier verifier, TimeStampVerifier stamps, string archives)
{
    /// <summary>Looks at one page of exchanges in their order; after the last, at claims and archives as a whole. Batches of time stamps have pages of their own.</summary>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops between exchanges.</param>
    public async Task<ProofPage> CheckAsync(ExchangeId? after, int max, CancellationToken cancellation)
    {
        var ids = await ledger.ListIdsAsync(after, max, cancellation);
        List<Finding> findings = [];
        var allStamped = await ledger.IsStampingWholeAsync(cancellation);   // before the evidence is read: what comes later is queued
        foreach (var id in ids) await CheckAsync(id, allStamped, findings, cancellation);
        if (ids.Count == max) return new ProofPage(ids.Count, findings, ids[^1]);
        if (await ledger.CountDoubleClaimsAsync(cancellation) is > 0 and var doubled) findings.Add(new Finding("", "ledger.claims", $"{doubled} message ids of a sender stand more than once.", Broken: true));
        foreach (var archive in await ledger.ListArchivesAsync(cancellation)) await CheckAsync(archive, findings, cancellation);
        return new ProofPage(ids.Count, findings, null);
    }

    private async Task CheckAsync(ExchangeId id, bool allStamped, List<Finding> findings, CancellationToken cancellation)
    {
        void Broken(string rule, string detail) => findings.Add(new Finding(id.ToString(), rule, detail, Broken: true));
        try
        {
            var stamped = await ledger.ListStampedAsync(id, cancellation);   // before the evidence is read, which only grows
            var record = await ledger.FindRecordAsync(id, cancellation);
            var view = await ledger.FindViewAsync(id, cancellation);
            if (record is null || view is null)
            {
                Broken("ledger.exchange", "It went away while it was looked at.");
                return;
            }

            Signature(id, "the receipt", record.Receipt, record.AcceptedAt, findings);
            if (await ledger.FindArchiveAsync(id, cancellation) is not null)
            {
                if (view.Deliveries.Count + view.Evidence.Count > 0) Broken("ledger.archived", "It is archived and still has rows.");
                return;
            }

            if (DossierDigest.Of(record.Dossier) != record.Digest) Broken("ledger.digest", "The dossier is not the content that was accepted.");
            CheckStates(view, Broken);
            CheckEvidence(record, view, Broken);
            await CheckStampsAsync(id, view, stamped, allStamped, Broken, cancellation);
            foreach (var evidence in view.Evidence.Where(evidence => evidence.Type != EvidenceType.SubmissionAcceptance))
                Signature(id, evidence.Type, evidence.Document.Memory, evidence.At.ToDateTimeOffset(), findings);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or Google.Protobuf.InvalidProtocolBufferException or ArgumentException or InvalidCastException)
        {
            Broken("ledger.exchange", $"A column holds what the hub never writes: {unreadable.Message}");
        }
    }

    private static void CheckStates(ExchangeView view, Action<string, string> broken)
    {
        if (view.Deliveries.Count == 0) broken("ledger.deliveries", "It has no delivery, so it would reach nobody.");
        var state = ExchangeStates.Of([.. view.Deliveries.Select(delivery => (DeliveryPurpose.Stored(delivery.Purpose), delivery.State))]);
        if (view.State != state) broken("ledger.state", $"It is {view.State} and its deliveries make it {state}.");
        foreach (var delivery in view.Deliveries)
        {
            string[] proofs = delivery.State switch
            {
                DeliveryState.Delivered => [EvidenceType.Delivery, EvidenceType.RelayAcceptance],
                DeliveryState.Refused => [EvidenceType.NonDelivery, EvidenceType.RelayRejection],
                _ => [],
            };
            if (proofs.Length > 0 && !view.Evidence.Any(evidence => evidence.DeliveryId == delivery.DeliveryId && proofs.Contains(evidence.Type)))
                broken("ledger.evidence.missing", $"{delivery.DeliveryId} is {delivery.State} and there is no evidence of it.");
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
    private void Signature(ExchangeId id, string what, ReadOnlyMemory<byte> document, DateTimeOffset at, List<Finding> findings)
    {
        using var report = SignatureVerifier.Verify(document, new VerificationRequest());
        if (report.Signatures is not [{ Integrity: SignatureIntegrity.Intact }])
            findings.Add(new Finding(id.ToString(), "ledger.signature", $"The signature of {what} is broken or missing.", Broken: true));
        else if (verifier.Verify(document, at) is VerificationResult.Refused { Verdict.Failure: { } failure })
            findings.Add(new Finding(id.ToString(), "ledger.signature.trust", $"Who signed {what} cannot be told for its time: {failure.Rule}, {failure.Detail}.", Broken: false));
    }

    private async Task CheckAsync(ArchiveFile archive, List<Finding> findings, CancellationToken cancellation)
    {
        var path = Path.Combine(archives, archive.Name);
        if (!File.Exists(path))
        {
            // Archives are carried to other places; whoever carries them keeps them.
            findings.Add(new Finding(archive.Name, "ledger.archive.here", $"The archive is not in {archives}.", Broken: false));
            return;
        }

        await using var file = File.OpenRead(path);
        if (!(await SHA256.HashDataAsync(file, cancellation)).AsSpan().SequenceEqual(archive.Sha256)) findings.Add(new Finding(archive.Name, "ledger.archive", "The archive is not the file that was made.", Broken: true));
        file.Position = 0;
        findings.AddRange((await ArchiveFormat.FaultsAsync(file, cancellation)).Select(fault => new Finding(archive.Name, "ledger.archive", fault, Broken: true)));
    }
}

/// <summary>One thing that was found.</summary>
/// <param name="Subject">Exchange, archive or batch of time stamps; empty for the ledger as a whole.</param>
/// <param name="Rule">Which rule does not hold.</param>
/// <param name="Detail">In a sentence.</param>
/// <param name="Broken">False: it cannot be told.</param>
public sealed record Finding(string Subject, string Rule, string Detail, bool Broken);

/// <summary>What one page showed.</summary>
/// <param name="Exchanges">How many were looked at.</param>
/// <param name="Findings">What does not hold.</param>
/// <param name="Next">Where to go on, or null when that was all.</param>
public sealed record ProofPage(int Exchanges, IReadOnlyList<Finding> Findings, ExchangeId? Next);
