using System.Security.Cryptography;
using System.Xml;
using Google.Protobuf.Collections;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What signed documents say, held against the rows that they were made from. A signature alone proves that the hub said something, not that it said this of that row.</summary>
public sealed partial class LedgerProof
{
    /// <summary>Looks at some refusals in the order of their references: whether each document is what was kept, signed, and of that refusal.</summary>
    /// <param name="after">Reference of the last refusal that was looked at; empty for the first.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="cancellation">Stops between refusals.</param>
    /// <returns>What was found, and where to go on; null when that was all.</returns>
    public async Task<(IReadOnlyList<Finding> Findings, string? Next)> CheckRejectionsAsync(string after, int max, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        var allStamped = await ledger.IsStampingWholeAsync(cancellation);   // before they are read: what comes later is queued
        var rejections = await ledger.ListRejectionsAsync(after, max, cancellation);
        foreach (var rejection in rejections) await CheckAsync(rejection, allStamped, findings, cancellation);
        return (findings, rejections.Count == max ? rejections[^1].Reference : null);
    }

    private async Task CheckAsync(RejectionRow rejection, bool allStamped, List<Finding> findings, CancellationToken cancellation)
    {
        void Broken(string rule, string detail) => findings.Add(new Finding(rejection.Reference, rule, detail, Broken: true));
        try
        {
            if (!rejection.Sha256.AsSpan().SequenceEqual(SHA256.HashData(rejection.Document))) Broken("ledger.evidence.sha256", "The evidence of the refusal is not the document that was kept.");
            if (allStamped && !rejection.IsStampedOrWaits) Broken("ledger.stamp.missing", "The evidence of the refusal has no time stamp and does not wait for one.");
            Compare("The evidence of the refusal", rejection.Document, said => OfRejection(said, rejection), Broken);
            if (await ledger.FindAuditAsync(rejection.Reference, cancellation) is { } line && (line.Rule, (int?)line.Fault) != (rejection.Rule, rejection.Fault)) Broken("ledger.columns", "The audit has it for another reason.");
            Signature(rejection.Reference, "the evidence of the refusal", rejection.Document, DateTimeOffset.FromUnixTimeMilliseconds(rejection.At), findings);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or ArgumentException or InvalidCastException)
        {
            Broken("ledger.exchange", $"A column holds what the hub never writes: {unreadable.Message}");
        }
    }

    /// <summary>The receipt, also of what is archived: then as far as the row still says what was accepted.</summary>
    private static void CheckReceipt(ExchangeRows rows, Action<string, string> broken) => Compare("The receipt", rows.Record.Receipt, said => OfReceipt(said, rows), broken);

    private static void CheckWords(ExchangeRows rows, Action<string, string> broken)
    {
        CheckColumns(rows, broken);
        foreach (var evidence in rows.View.Evidence)
        {
            var delivery = rows.View.Deliveries.FirstOrDefault(delivery => delivery.DeliveryId == evidence.DeliveryId);
            Compare($"A {evidence.Type}", evidence.Document.Memory, said => OfEvidence(said, evidence, delivery, rows), broken);
        }
    }

    private static void CheckColumns(ExchangeRows rows, Action<string, string> broken)
    {
        var (record, view, dossier) = (rows.Record, rows.View, rows.Record.Dossier);
        Told(
            [
                ("sender", record.Sender.ToString(), dossier.Sender?.Id),
                ("message id", record.MessageId.ToString(), dossier.MessageId),
                ("kind", EvidenceXml.KindText(view.Kind), EvidenceXml.KindText(dossier.Kind)),
                ("document id", view.DocumentId, dossier.DocumentId),
                ("subject", view.Subject, dossier.Subject),
                ("attachments", Lines(rows.Parts.Select(Line).Order(StringComparer.Ordinal)), Lines(Words(dossier.Attachments).Select(Line).Order(StringComparer.Ordinal))),
            ],
            fields => broken("ledger.columns", $"Its rows are not of its dossier: {fields}."));
    }

    // What is archived has left no delivery, no dossier and no signer in the tables.
    private static IEnumerable<(string Field, string? Said, string? Kept)> OfReceipt(EvidenceWords said, ExchangeRows rows)
    {
        var (record, view) = (rows.Record, rows.View);
        yield return ("Type", said.Type, EvidenceType.SubmissionAcceptance);
        foreach (var one in OfExchange(said, rows)) yield return one;
        yield return ("Assurance", said.Assurance, AssuranceText.Of(record.Assurance));
        yield return ("AcceptedAt", said.At, VietnamTime.Format(record.AcceptedAt));
        if (rows.Archive is not null) yield break;
        yield return ("Signer", said.SignedBy, record.SignedBy);
        yield return ("Receiver", Lines(said.Receivers.Order(StringComparer.Ordinal)), Lines(view.Deliveries.Where(one => DeliveryPurpose.Stored(one.Purpose).IsDossier).Select(one => one.Receiver).Order(StringComparer.Ordinal)));
    }

    private static IEnumerable<(string Field, string? Said, string? Kept)> OfEvidence(EvidenceWords said, EvidenceView evidence, DeliveryView? delivery, ExchangeRows rows)
    {
        yield return ("Type", said.Type, evidence.Type);
        yield return ("DeliveryId", said.DeliveryId, evidence.DeliveryId);
        yield return ("At", said.At, VietnamTime.Format(evidence.At.ToDateTimeOffset()));
        if (evidence.Type == EvidenceType.SubmissionAcceptance) yield break;   // it is the receipt, of which the rest is told, or another rule says that it is not
        foreach (var one in OfExchange(said, rows)) yield return one;
        if (delivery is null) yield break;   // another rule says that it is of none
        yield return ("Receiver", Lines(said.Receivers), delivery.Receiver);
        yield return ("Purpose", said.Purpose, delivery.Purpose);
        if (evidence.Type is EvidenceType.Delivery or EvidenceType.RelayAcceptance) yield return ("ExternalId", said.ExternalId, delivery.ExternalId);
    }

    private static IEnumerable<(string Field, string? Said, string? Kept)> OfExchange(EvidenceWords said, ExchangeRows rows)
    {
        var (record, view) = (rows.Record, rows.View);
        yield return ("ExchangeId", said.ExchangeId, record.Id.ToString());
        yield return ("Sender", said.Sender, record.Sender.ToString());
        yield return ("MessageId", said.MessageId, record.MessageId.ToString());
        yield return ("Kind", said.Kind, EvidenceXml.KindText(view.Kind));
        yield return ("Content", said.Content, Convert.ToBase64String(record.Digest.Octets));
        if (rows.Archive is not null) yield break;
        yield return ("DocumentId", said.DocumentId, view.DocumentId);
        yield return ("Attachment", Lines(said.Attachments.Select(Line)), Lines(Words(record.Dossier.Attachments).Select(Line)));
    }

    private static IEnumerable<(string Field, string? Said, string? Kept)> OfRejection(EvidenceWords said, RejectionRow rejection) =>
    [
        ("Type", said.Type, EvidenceType.SubmissionRejection),
        ("Reference", said.Reference, rejection.Reference),
        ("Sender", said.Sender, rejection.Sender),
        ("MessageId", said.MessageId, rejection.MessageId),
        ("Content", said.Content, Convert.ToBase64String(rejection.Digest)),
        ("Reason", said.Fault, FaultCatalogue.Name((Fault)rejection.Fault)),
        ("At", said.At, VietnamTime.Format(DateTimeOffset.FromUnixTimeMilliseconds(rejection.At))),
    ];

    private static void Compare(string what, ReadOnlyMemory<byte> document, Func<EvidenceWords, IEnumerable<(string Field, string? Said, string? Kept)>> fields, Action<string, string> broken)
    {
        EvidenceWords said;
        try
        {
            said = EvidenceXml.Read(document);
        }
        catch (InvalidDataException unreadable)
        {
            broken("ledger.evidence.words", $"{what} is no evidence that the hub writes: {unreadable.Message}");
            return;
        }

        Told(fields(said), names => broken("ledger.evidence.words", $"{what} says otherwise than the rows: {names}."));
    }

    // By name alone: values may be personal.
    private static void Told(IEnumerable<(string Field, string? Said, string? Kept)> fields, Action<string> differ)
    {
        var names = string.Join(", ", fields.Where(one => one.Said != one.Kept).Select(one => one.Field));
        if (names.Length > 0) differ(names);
    }

    private static IEnumerable<AttachmentWords> Words(RepeatedField<Attachment> attachments) => attachments.Select(one => new AttachmentWords(one.Id, XmlConvert.ToString(one.Size), one.Sha256.ToBase64()));

    private static string Line(AttachmentWords attachment) => $"{attachment.Id} {attachment.Size} {attachment.Sha256}";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);
}
