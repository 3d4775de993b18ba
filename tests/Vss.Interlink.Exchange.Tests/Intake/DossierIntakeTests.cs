using System.Xml;
using Google.Protobuf;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Exchange.Tests.Intake;

public sealed class DossierIntakeTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Hub _hub = null!;

    public ValueTask InitializeAsync()
    {
        _hub = new Hub(_folder.Path);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_receipt_verifies_and_says_what_was_accepted()
    {
        var dossier = Dossiers.Small();
        var body = await _hub.Bodies.StoreAsync(new MemoryStream([1, 2, 3]), CancellationToken.None);
        dossier.Attachments.Add(new Attachment { Id = "a", Name = "scan.pdf", Size = body.Size, Sha256 = ByteString.CopyFrom(body.Digest.Octets) });
        var submission = Hub.Signed(dossier, attachments: new Dictionary<string, StoredBody> { ["a"] = body });

        var acceptance = await _hub.AcceptAsync(submission);

        var document = Assert.IsType<VerificationResult.Passed>(_hub.Verifier.Verify(acceptance.Receipt)).Document;
        var receipt = XmlTree.Load(document.Octets);
        Assert.Equal("urn:vss:interlink:evidence:1", receipt.DocumentElement!.NamespaceURI);
        Assert.Equal("SUBMISSION_ACCEPTANCE", Text(receipt, "Type"));
        Assert.Equal(acceptance.ExchangeId.ToString(), Text(receipt, "ExchangeId"));
        Assert.Equal((Dossiers.Ministry, "m-1", Dossiers.Inside, "signed"), (Text(receipt, "Sender"), Text(receipt, "MessageId"), Text(receipt, "Receiver"), Text(receipt, "Assurance")));
        Assert.Equal(("urn:vss:interlink:digest:1", Convert.ToBase64String(submission.Digest.Octets)), (Attribute(receipt, "Content", "Algorithm"), Attribute(receipt, "Content", "Sha256")));
        Assert.Equal(("a", "3", Convert.ToBase64String(body.Digest.Octets)), (Attribute(receipt, "Attachment", "Id"), Attribute(receipt, "Attachment", "Size"), Attribute(receipt, "Attachment", "Sha256")));
        Assert.Equal(Hub.Signer, Attribute(receipt, "Signer", "Subject"));
        var acceptedAt = Text(receipt, "AcceptedAt");
        Assert.EndsWith("+07:00", acceptedAt, StringComparison.Ordinal);
        Assert.Equal(acceptance.AcceptedAt, DateTimeOffset.Parse(acceptedAt));
    }

    [Fact]
    public async Task A_repeat_gets_the_first_receipt_byte_for_byte_and_no_second_delivery()
    {
        var first = await _hub.AcceptAsync(Hub.Signed(Dossiers.Small()));
        var again = await _hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        Assert.Equal((false, true), (first.Repeated, again.Repeated));
        Assert.Equal(first.Receipt, again.Receipt);
        Assert.Equal((first.ExchangeId, first.AcceptedAt, first.Digest), (again.ExchangeId, again.AcceptedAt, again.Digest));
        Assert.Single((await _hub.History.FindAsync(first.ExchangeId, CancellationToken.None))!.Deliveries);
    }

    [Fact]
    public async Task Equal_ones_at_the_same_instant_are_one_exchange_with_equal_answers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => _hub.AcceptAsync(Hub.Signed(Dossiers.Small())))));

        Assert.Single(answers, answer => !answer.Repeated);
        Assert.Single(answers.Select(answer => Convert.ToHexString(answer.Receipt)).Distinct());
    }

    [Fact]
    public async Task Equal_ones_at_two_nodes_are_one_exchange_with_equal_answers()
    {
        await using var other = new Hub(_folder.Path);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => (number % 2 == 0 ? _hub : other).AcceptAsync(Hub.Signed(Dossiers.Small())))));

        Assert.Single(answers, answer => !answer.Repeated);
        Assert.Single(answers.Select(answer => Convert.ToHexString(answer.Receipt)).Distinct());
    }

    [Fact]
    public async Task The_same_id_with_other_content_is_a_conflict_that_names_both_digests()
    {
        var first = await _hub.AcceptAsync(Hub.Signed(Dossiers.Small()));
        var other = Dossiers.Small();
        other.Subject = "other";
        var second = Hub.Signed(other);

        var refused = await RefusedAsync(second);

        Assert.Equal(Fault.MessageIdReused, refused.Fault);
        Assert.Contains(first.Digest.ToString(), refused.Detail, StringComparison.Ordinal);
        Assert.Contains(second.Digest.ToString(), refused.Detail, StringComparison.Ordinal);
        Assert.Equal(first.Receipt, (await _hub.AcceptAsync(Hub.Signed(Dossiers.Small()))).Receipt);
    }

    [Fact]
    public async Task The_same_id_from_another_sender_is_independent()
    {
        var first = await _hub.AcceptAsync(Hub.Signed(Dossiers.Small()));
        var second = await _hub.AcceptAsync(Hub.Signed(Dossiers.Small(sender: "G15")));
        Assert.NotEqual(first.ExchangeId, second.ExchangeId);
        Assert.False(second.Repeated);
    }

    [Fact]
    public async Task The_retry_of_a_refused_attempt_is_taken_as_new()
    {
        Assert.Equal(Fault.UnknownReceiver, (await RefusedAsync(Hub.Signed(Dossiers.Small(receiver: "G99")))).Fault);
        Assert.False((await _hub.AcceptAsync(Hub.Signed(Dossiers.Small()))).Repeated);
    }

    [Fact]
    public async Task An_organ_without_a_policy_is_refused() => await RefusesAsync(Hub.Signed(Dossiers.Small(sender: "G77")), Fault.UnknownOrgan, "policy.organ");

    [Fact]
    public async Task A_signer_who_is_not_registered_for_the_organ_is_refused() => await RefusesAsync(Hub.Signed(Dossiers.Small(), "CN=Stranger"), Fault.SignerNotAuthorised, "policy.signer");

    [Fact]
    public async Task An_inside_service_sends_only_as_an_inside_organ()
    {
        await RefusesAsync(Hub.FromInside(Dossiers.Small()), Fault.NotPermitted, "policy.inside");
        Assert.False((await _hub.AcceptAsync(Hub.FromInside(Dossiers.Small(sender: Dossiers.Inside, receiver: Dossiers.Ministry)))).Repeated);
    }

    [Fact]
    public async Task A_partner_cannot_sign_as_an_inside_organ() => await RefusesAsync(Hub.Signed(Dossiers.Small(sender: Dossiers.Inside)), Fault.UnknownOrgan, "policy.organ");

    [Fact]
    public async Task An_unsigned_document_is_taken_only_where_the_policy_says_for_information()
    {
        var unsigned = new Exchange.Translation.Submission(VerifiedDocuments.ForInformation(new byte[1]), Dossiers.Small(), new Dictionary<string, StoredBody>(), "edxml", answeredByStatus: true);
        await RefusesAsync(unsigned, Fault.SignatureMissing, "policy.unsigned");

        var accepted = await _hub.AcceptAsync(await _hub.FromAxisAsync());
        Assert.Equal("information-only", (await _hub.History.FindAsync(accepted.ExchangeId, CancellationToken.None))!.Assurance);
    }

    [Fact]
    public async Task An_unknown_receiver_is_named_and_nothing_is_queued()
    {
        var dossier = Dossiers.Small();
        dossier.Receivers.Add(new Organ { Id = "G99" });

        var refused = await RefusedAsync(Hub.Signed(dossier));

        Assert.Equal(Fault.UnknownReceiver, refused.Fault);
        Assert.Contains("G99", refused.Detail, StringComparison.Ordinal);
        Assert.Empty((await _hub.History.ListAsync(new ListRequest(), CancellationToken.None)).Exchanges);
        Assert.Null(await _hub.Ledger.NextDueAsync("inside", CancellationToken.None));
    }

    [Fact]
    public async Task A_refusal_is_in_the_audit_under_the_number_that_the_caller_gets()
    {
        var refused = await RefusedAsync(Hub.Signed(Dossiers.Small(), "CN=Stranger"));
        var told = await _hub.Audit.RefusedAsync(refused, "soap", null, CancellationToken.None);

        var line = await _hub.Ledger.FindAuditAsync(told.Reference, CancellationToken.None);

        Assert.Equal((AuditEvent.Refused, Fault.SignerNotAuthorised, "policy.signer", "soap"), (line!.Event, line.Fault, line.Rule, line.Edge));
        Assert.Equal(Dossiers.Ministry, line.Sender.ToString());
        Assert.DoesNotContain("Stranger", line.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_has_some_good_certificate_cannot_fill_the_ledger_with_refusals()
    {
        await using var hub = new Hub(_folder.Path, new ManualClock(DateTimeOffset.UtcNow));
        var written = 0;
        for (var number = 0; number < 150; number++)
        {
            var refused = await Assert.ThrowsAsync<ExchangeFault>(() => hub.AcceptAsync(Hub.Signed(Dossiers.Small(), "CN=Stranger")));
            if (await hub.Ledger.FindAuditAsync(refused.Reference!, CancellationToken.None) is not null) written++;
        }

        Assert.Equal(120, written);
        var known = await Assert.ThrowsAsync<ExchangeFault>(() => hub.AcceptAsync(Hub.Signed(Dossiers.Small(receiver: "G99"))));
        Assert.NotNull(await hub.Ledger.FindAuditAsync(known.Reference!, CancellationToken.None));
    }

    [Fact]
    public async Task A_refusal_for_good_is_proved_to_the_sender_and_equal_ones_by_the_same_octets()
    {
        var first = await RefusedAsync(Hub.Signed(Dossiers.Small(receiver: "G99")));
        var again = await RefusedAsync(Hub.Signed(Dossiers.Small(receiver: "G99")));

        var rejection = XmlTree.Load(Assert.IsType<VerificationResult.Passed>(_hub.Verifier.Verify(first.Evidence)).Document.Octets);
        Assert.Equal(("SUBMISSION_REJECTION", "m-1", Dossiers.Ministry, first.Reference), (Text(rejection, "Type"), Text(rejection, "MessageId"), Text(rejection, "Sender"), Text(rejection, "Reference")));
        Assert.Equal(("E201", "UNKNOWN_RECEIVER"), (Attribute(rejection, "Reason", "Code"), Attribute(rejection, "Reason", "Fault")));
        Assert.Equal(first.Evidence.ToArray(), again.Evidence.ToArray());
        Assert.NotEqual(first.Reference, again.Reference);
        Assert.NotNull(await _hub.Ledger.FindAuditAsync(again.Reference!, CancellationToken.None));
        Assert.InRange(first.Evidence.Length, 1, 6 * 1024);   // it travels in the trailers of gRPC, of which some clients take no more than 8 KiB
    }

    [Fact]
    public async Task A_conflict_is_proved_too()
    {
        await _hub.AcceptAsync(Hub.Signed(Dossiers.Small()));
        var other = Dossiers.Small();
        other.Subject = "other";
        Assert.NotEqual(0, (await RefusedAsync(Hub.Signed(other))).Evidence.Length);
    }

    [Fact]
    public async Task Who_is_not_known_for_sure_gets_no_evidence()
    {
        Assert.Equal(0, (await RefusedAsync(Hub.Signed(Dossiers.Small(), "CN=Stranger"))).Evidence.Length);
        Assert.Equal(0, (await RefusedAsync(Hub.Signed(Dossiers.Small(sender: "G77")))).Evidence.Length);
        Assert.Equal(0, (await RefusedAsync(await _hub.FromAxisAsync("G99"))).Evidence.Length);
    }

    [Fact]
    public async Task A_sender_answered_by_statuses_gets_01_with_the_acceptance()
    {
        var accepted = await _hub.AcceptAsync(await _hub.FromAxisAsync());

        var view = (await _hub.History.FindAsync(accepted.ExchangeId, CancellationToken.None))!;

        Assert.Equal([("dossier", Dossiers.Inside), ("status:01", Dossiers.Axis)], view.Deliveries.Select(delivery => (delivery.Purpose, delivery.Receiver)));
    }

    private async Task RefusesAsync(Exchange.Translation.Submission submission, Fault fault, string rule)
    {
        var refused = await RefusedAsync(submission);
        Assert.Equal((fault, rule), (refused.Fault, refused.Rule));
        Assert.NotNull(refused.Reference);
        Assert.Empty((await _hub.History.ListAsync(new ListRequest(), CancellationToken.None)).Exchanges);
    }

    private Task<ExchangeFault> RefusedAsync(Exchange.Translation.Submission submission) => Assert.ThrowsAsync<ExchangeFault>(() => _hub.AcceptAsync(submission));

    private static string Text(XmlDocument receipt, string name) => receipt.GetElementsByTagName(name, "urn:vss:interlink:evidence:1")[0]!.InnerText;

    private static string Attribute(XmlDocument receipt, string name, string attribute) => ((XmlElement)receipt.GetElementsByTagName(name, "urn:vss:interlink:evidence:1")[0]!).GetAttribute(attribute);
}
