using System.Text;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Evidence;

public sealed class EvidenceXmlTests
{
    private static readonly OrganId Us = OrganId.Stored("G24");
    private static readonly DateTimeOffset At = new(2026, 11, 21, 1, 2, 3, 4, TimeSpan.Zero);
    private static readonly ExchangeId Id = ExchangeId.New(TimeProvider.System);
    private static readonly DeliveryId Delivery = DeliveryId.New(TimeProvider.System);

    [Fact]
    public async Task What_is_written_and_signed_is_read_as_it_was_meant_whatever_the_dossier_says()
    {
        using var folder = new TempFolder();
        await using var hub = new Hub(folder.Path);
        for (var seed = 0; seed < 20; seed++)
        {
            var dossier = Dossiers.Random(seed, out _);
            if (seed % 3 == 0) dossier.DocumentId = $" \t\r\n{dossier.DocumentId}\r<&>\"'\n ";
            var submission = Hub.Signed(dossier, "CN=\"Sở, Ban\", O=<Bộ>&\tCo");

            var said = EvidenceXml.Read(await hub.Evidence.AcceptanceAsync(Id, submission, At, CancellationToken.None));

            Assert.Equal(
                (EvidenceType.SubmissionAcceptance, Id.ToString(), dossier.Sender.Id, dossier.MessageId, dossier.DocumentId, Convert.ToBase64String(submission.Digest.Octets)),
                (said.Type, said.ExchangeId, said.Sender, said.MessageId, said.DocumentId, said.Content));
            Assert.Equal(dossier.Attachments.Select(one => new AttachmentWords(one.Id, $"{one.Size}", one.Sha256.ToBase64())), said.Attachments);
            Assert.Equal(submission.DeliverTo.Select(one => one.ToString()), said.Receivers);
            Assert.Equal(("signed", submission.Document.SignedBy!.Subject, "2026-11-21T08:02:03.004+07:00"), (said.Assurance, said.SignedBy, said.At));
        }
    }

    [Fact]
    public void An_outcome_is_read_with_the_partner_s_id_and_a_refusal_with_its_fault()
    {
        var outcome = EvidenceXml.Read(Outcome(EvidenceType.RelayAcceptance, null, "doc-1"));
        Assert.Equal((Delivery.ToString(), Dossiers.Inside, "dossier", "doc-1", ""), (outcome.DeliveryId, Assert.Single(outcome.Receivers), outcome.Purpose, outcome.ExternalId, outcome.Fault));
        var refusal = EvidenceXml.Read(EvidenceXml.Rejection(Us, Hub.Signed(Dossiers.Small()), "r-1", EvidenceReason.Of(Fault.UnknownReceiver, "No route."), At));
        Assert.Equal(("r-1", "UNKNOWN_RECEIVER", ""), (refusal.Reference, refusal.Fault, refusal.ExchangeId));
    }

    [Theory]
    [InlineData("<Purpose>", "<Another>x</Another><Purpose>")]
    [InlineData("<Purpose>dossier</Purpose>", "")]
    [InlineData("<Purpose>dossier</Purpose>", "<Purpose>dossier</Purpose><Purpose>dossier</Purpose>")]
    [InlineData("<Purpose>", "<Purpose Of=\"it\">")]
    [InlineData("<Purpose>dossier", "<Purpose><b>dossier</b>")]
    [InlineData("<Purpose>", "text<Purpose>")]
    [InlineData("<Purpose>dossier</Purpose>", "<Purpose xmlns=\"urn:another\">dossier</Purpose>")]
    [InlineData("<Type>NON_DELIVERY", "<Type>DELIVERY")]
    [InlineData("<Type>NON_DELIVERY", "<Type>SUBMISSION_ACCEPTANCE")]
    [InlineData("<Type>NON_DELIVERY", "<Type>NO_DELIVERY")]
    [InlineData("digest:1", "digest:2")]
    [InlineData(" Sha256=", " Sha512=")]
    [InlineData(" Algorithm=", " More=\"\" Algorithm=")]
    [InlineData("Code=", "Kode=")]
    [InlineData("Code=", "More=\"\" Code=")]
    [InlineData("</Evidence>", "<Evidence/></Evidence>")]
    [InlineData("</Evidence>", "text</Evidence>")]
    [InlineData("</Evidence>", "")]
    [InlineData("evidence:1", "evidence:2")]
    public void What_the_hub_does_not_write_is_no_evidence(string written, string instead)
    {
        var document = Encoding.UTF8.GetString(Outcome(EvidenceType.NonDelivery, new EvidenceReason(EvidenceReason.Other, "because"), ""));
        Assert.Equal(EvidenceType.NonDelivery, EvidenceXml.Read(Encoding.UTF8.GetBytes(document)).Type);
        var changed = document.Replace(written, instead, StringComparison.Ordinal);
        Assert.NotEqual(document, changed);
        Assert.Throws<InvalidDataException>(() => EvidenceXml.Read(Encoding.UTF8.GetBytes(changed)));
    }

    [Fact]
    public void Octets_that_are_no_XML_are_no_evidence() => Assert.Throws<InvalidDataException>(() => EvidenceXml.Read(new byte[] { 1, 2, 3 }));

    private static byte[] Outcome(string type, EvidenceReason? reason, string externalId)
    {
        var submission = Hub.Signed(Dossiers.Small());
        var record = new ExchangeRecord(Id, submission.Sender, submission.MessageId, submission.Digest, submission.Dossier, Assurance.Signed, null, false, At, []);
        return EvidenceXml.Outcome(type, Us, new EvidenceSubject(record, Delivery, OrganId.Stored(Dossiers.Inside), DeliveryPurpose.Dossier), externalId, reason, At);
    }
}
