using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>A ministry meets the whole edge: over TLS, signed both ways, with a ledger behind it. The client believes no answer that the hub did not sign.</summary>
public sealed class MinistryTests : IAsyncLifetime
{
    private ExchangeHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ExchangeHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.DoesNotContain(_host.Log.Lines, line => line.Level >= LogLevel.Error);
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(SoapDialect.Soap11, Packaging.Inline, false)]
    [InlineData(SoapDialect.Soap11, Packaging.Mtom, true)]
    [InlineData(SoapDialect.Soap12, Packaging.Inline, true)]
    [InlineData(SoapDialect.Soap12, Packaging.Mtom, false)]
    public async Task A_signed_dossier_gets_a_signed_receipt_in_either_version_and_packaging(SoapDialect dialect, Packaging packaging, bool withAddressing)
    {
        using var ministry = _host.Client(dialect: dialect, withAddressing: withAddressing);
        var accepted = Accepted(await ministry.SubmitAsync(Dossier("m-1"), packaging));
        Assert.False(accepted.Repeated);
        Assert.Contains(Convert.ToBase64String(accepted.ContentSha256), Encoding.UTF8.GetString(accepted.Receipt), StringComparison.Ordinal);

        var receipt = await ministry.GetReceiptAsync(ExchangeHost.Ministry, "m-1");
        Assert.Equal(accepted.Receipt, receipt.Answer!.Receipt);
        var status = await ministry.GetStatusAsync(ExchangeHost.Ministry, "m-1");
        Assert.Equal((accepted.ExchangeId, ExchangeHost.Office), (status.Answer!.ExchangeId, status.Answer.Deliveries.Single().Receiver));
        Assert.Equal(TimeSpan.FromHours(7), status.Answer.AcceptedAt.Offset);
    }

    [Fact]
    public async Task A_repeat_gets_the_same_receipt_byte_for_byte_however_it_is_packed()
    {
        using var old = _host.Client();
        using var modern = _host.Client(dialect: SoapDialect.Soap12);
        var first = Accepted(await old.SubmitAsync(Dossier("m-1")));
        var again = Accepted(await modern.SubmitAsync(Dossier("m-1"), Packaging.Mtom));
        Assert.True(again.Repeated);
        Assert.Equal((first.ExchangeId, first.AcceptedAt), (again.ExchangeId, again.AcceptedAt));
        Assert.Equal(first.Receipt, again.Receipt);
    }

    [Fact]
    public async Task Other_content_under_the_same_id_is_a_conflict_and_the_first_stays()
    {
        using var ministry = _host.Client();
        var first = Accepted(await ministry.SubmitAsync(Dossier("m-1")));
        var conflict = await ministry.SubmitAsync(Dossier("m-1") with { Subject = "Something else" });
        Assert.Equal("MESSAGE_ID_REUSED", conflict.Fault?.Name);
        Assert.Contains("SUBMISSION_REJECTION", Encoding.UTF8.GetString(conflict.Fault!.Evidence), StringComparison.Ordinal);
        Assert.Equal(conflict.Fault.Evidence, (await ministry.SubmitAsync(Dossier("m-1") with { Subject = "Something else" })).Fault!.Evidence);
        Assert.Contains(Convert.ToHexStringLower(first.ContentSha256), conflict.Fault.Reason, StringComparison.Ordinal);
        Assert.Equal(first.Receipt, (await ministry.GetReceiptAsync(ExchangeHost.Ministry, "m-1")).Answer!.Receipt);
    }

    [Theory]
    [InlineData(SoapDialect.Soap11, 500, "soap:Client")]
    [InlineData(SoapDialect.Soap12, 400, "soap:Sender")]
    public async Task A_body_that_was_changed_after_it_was_signed_is_refused(SoapDialect dialect, int status, string client)
    {
        using var ministry = _host.Client(dialect: dialect);
        var refused = await ministry.SubmitTamperedAsync(Dossier("m-1"));
        Assert.Equal((status, "SIGNATURE_INVALID", "sig.digest"), (refused.HttpStatus, refused.Fault?.Name, refused.Fault?.Rule));
        Assert.Equal(dialect == SoapDialect.Soap11 ? ("wsse:FailedCheck", "") : (client, "wsse:FailedCheck"), (refused.Fault!.Code, refused.Fault.Subcode));
        await NothingAcceptedAsync("m-1");
    }

    [Theory]
    [InlineData(Wrapping.HeaderBlock)]
    [InlineData(Wrapping.HeaderBlockSameId)]
    [InlineData(Wrapping.SecurityHeader)]
    [InlineData(Wrapping.SignatureObject)]
    [InlineData(Wrapping.InsideTheNewBody)]
    [InlineData(Wrapping.SecondBody)]
    [InlineData(Wrapping.Timestamp)]
    public async Task A_signature_that_was_wrapped_around_something_else_is_refused(Wrapping wrapping)
    {
        foreach (var dialect in new[] { SoapDialect.Soap11, SoapDialect.Soap12 })
        {
            using var ministry = _host.Client(dialect: dialect);
            var refused = await ministry.SubmitWrappedAsync(Dossier("m-1"), Dossier("m-2"), wrapping);
            Assert.NotNull(refused.Fault);
            Assert.Contains(refused.Fault.Name, (string[])["SIGNATURE_COVERAGE", "SIGNATURE_INVALID", "MALFORMED"]);
            Assert.NotEmpty(refused.Fault.Rule);
        }

        await NothingAcceptedAsync("m-1");
        await NothingAcceptedAsync("m-2");
    }

    [Theory]
    [InlineData("ministry-expired", "CERTIFICATE_EXPIRED")]
    [InlineData("ministry-revoked", "CERTIFICATE_REVOKED")]
    [InlineData("stranger", "CERTIFICATE_UNTRUSTED")]
    [InlineData("office", "SIGNER_NOT_AUTHORISED")]
    public async Task A_signer_who_may_not_speak_for_the_organ_is_refused(string signer, string fault)
    {
        using var impostor = _host.Client(signer);
        Assert.Equal(fault, (await impostor.SubmitAsync(Dossier("m-1"))).Fault?.Name);
        Assert.Equal(fault, (await impostor.GetStatusAsync(ExchangeHost.Ministry, "m-1")).Fault?.Name);
        await NothingAcceptedAsync("m-1");
    }

    [Fact]
    public async Task What_is_not_signed_is_refused()
    {
        using var ministry = _host.Client();
        var refused = await ministry.SubmitUnsignedAsync(Dossier("m-1"));
        Assert.Equal(("SIGNATURE_MISSING", "wsse:InvalidSecurity"), (refused.Fault?.Name, refused.Fault?.Code));
        await NothingAcceptedAsync("m-1");
    }

    [Fact]
    public async Task A_header_that_announces_another_operation_is_refused()
    {
        using var ministry = _host.Client(dialect: SoapDialect.Soap12);
        Assert.Equal("ACTION_MISMATCH", (await ministry.SubmitUnderAnotherActionAsync(Dossier("m-1"))).Fault?.Name);
        await NothingAcceptedAsync("m-1");
    }

    [Fact]
    public async Task Unknown_organs_are_refused_as_senders_and_as_receivers()
    {
        using var ministry = _host.Client();
        Assert.Equal("UNKNOWN_ORGAN", (await ministry.SubmitAsync(Dossier("m-1") with { Sender = "999.99" })).Fault?.Name);
        Assert.Equal("UNKNOWN_ORGAN", (await ministry.ListInboxAsync("999.99")).Fault?.Name);
        Assert.Equal("UNKNOWN_RECEIVER", (await ministry.SubmitAsync(Dossier("m-1") with { Receiver = "999.99" })).Fault?.Name);
        await NothingAcceptedAsync("m-1");
    }

    [Fact]
    public async Task Of_an_exchange_between_others_an_organ_does_not_learn_that_it_exists()
    {
        using var ministry = _host.Client();
        using var office = _host.Client("office");
        Accepted(await ministry.SubmitAsync(Dossier("m-1") with { Receiver = ExchangeHost.Ministry }));
        Assert.Equal("NOT_FOUND", (await office.GetStatusAsync(ExchangeHost.Office, "m-1")).Fault?.Name);
        Assert.Equal("NOT_FOUND", (await office.GetReceiptAsync(ExchangeHost.Office, "m-1")).Fault?.Name);
        var delivery = (await ministry.GetStatusAsync(ExchangeHost.Ministry, "m-1")).Answer!.Deliveries.Single().DeliveryId;
        Assert.Equal("NOT_FOUND", (await office.FetchDossierAsync(ExchangeHost.Office, delivery)).Fault?.Name);
        Assert.Equal("NOT_FOUND", (await office.ConfirmReceivedAsync(ExchangeHost.Office, delivery)).Fault?.Name);
        Assert.Equal("NOT_FOUND", (await office.FetchDossierAsync(ExchangeHost.Office, "no-such-id")).Fault?.Name);
    }

    [Fact]
    public async Task The_receiver_lists_fetches_and_confirms_what_lies_in_its_box()
    {
        var dossier = Dossier("m-1");
        using var ministry = _host.Client();
        using var office = _host.Client("office", SoapDialect.Soap12);
        Accepted(await ministry.SubmitAsync(dossier, Packaging.Mtom));
        var item = await InBoxAsync(office);
        Assert.Equal(("m-1", ExchangeHost.Ministry, dossier.Subject, "NEW"), (item.MessageId, item.Sender, item.Subject, item.Kind));

        var fetched = (await office.FetchDossierAsync(ExchangeHost.Office, item.DeliveryId)).Answer!;
        Assert.Equal(("signed", dossier.Subject), (fetched.Assurance, fetched.Subject));
        Assert.Equal(dossier.Attachments.Select(sent => Convert.ToHexString(SHA256.HashData(sent.Content.Span))), fetched.Attachments.Select(got => Convert.ToHexString(SHA256.HashData(got.Content.Span))));
        Assert.NotEmpty(fetched.Seal);

        var confirmed = (await office.ConfirmReceivedAsync(ExchangeHost.Office, item.DeliveryId)).Answer!;
        Assert.Equal(confirmed, (await office.ConfirmReceivedAsync(ExchangeHost.Office, item.DeliveryId)).Answer);
        Assert.Empty((await office.ListInboxAsync(ExchangeHost.Office)).Answer!.Items);
        Assert.Equal("COMPLETED", (await ministry.GetStatusAsync(ExchangeHost.Ministry, "m-1")).Answer!.State);
    }

    [Fact]
    public async Task An_organ_whose_policy_asks_for_a_client_certificate_must_show_its_own()
    {
        var dossier = Dossier("m-1") with { Sender = ExchangeHost.GuardedMinistry };
        using var without = _host.Client();
        using var withAnothers = _host.Client(clientCertificate: "inside");
        using var withItsOwn = _host.Client(clientCertificate: "ministry");
        foreach (var refused in new[] { without, withAnothers })
        {
            Assert.Equal("CLIENT_CERTIFICATE_REQUIRED", (await refused.SubmitAsync(dossier)).Fault?.Name);
            Assert.Equal("CLIENT_CERTIFICATE_REQUIRED", (await refused.ListInboxAsync(ExchangeHost.GuardedMinistry)).Fault?.Name);
        }

        Accepted(await withItsOwn.SubmitAsync(dossier));
        Assert.Empty((await withItsOwn.ListInboxAsync(ExchangeHost.GuardedMinistry)).Answer!.Items);
    }

    [Fact]
    public async Task A_message_from_another_hour_is_refused()
    {
        using var late = _host.Client(clock: new SkewedClock(TimeSpan.FromHours(-1)));
        var unbelievable = await Assert.ThrowsAsync<InvalidDataException>(() => late.SubmitAsync(Dossier("m-1")));
        Assert.Contains("Timestamp", unbelievable.Message, StringComparison.Ordinal);   // to the late clock, the hub's answer is out of its window too
        Assert.Contains(_host.Log.Lines, line => line.Text.Contains("TIMESTAMP_OUT_OF_WINDOW", StringComparison.Ordinal));
        await NothingAcceptedAsync("m-1");
    }

    [Fact]
    public async Task A_signed_request_counts_once_and_signed_anew_it_counts_again()
    {
        using var ministry = _host.Client();
        var (first, second) = await ministry.ListInboxTwiceAsync(ExchangeHost.Ministry);
        Assert.Null(first.Fault);
        Assert.Equal(("TIMESTAMP_OUT_OF_WINDOW", "time.replay", "wsu:MessageExpired"), (second.Fault?.Name, second.Fault?.Rule, second.Fault?.Code));
        Assert.Null((await ministry.ListInboxAsync(ExchangeHost.Ministry)).Fault);
    }

    [Fact]
    public async Task A_submission_that_comes_again_octet_for_octet_gets_its_receipt_again()
    {
        using var ministry = _host.Client();
        var (first, second) = await ministry.SubmitTwiceAsync(Dossier("m-1"));
        Assert.Equal((false, true), (Accepted(first).Repeated, Accepted(second).Repeated));
        Assert.Equal(first.Answer!.Receipt, second.Answer!.Receipt);
    }

    [Fact]
    public async Task Octets_that_were_accepted_are_not_verified_again_and_their_time_is()
    {
        using var ministry = _host.Client();
        var submission = await ministry.PrepareSubmitAsync(Dossier("m-1"));
        var later = await ministry.PrepareSubmitAsync(Dossier("m-1"));
        var first = Accepted(await ministry.PostSubmitAsync(submission));
        Assert.Equal(0, AnsweredAgain());
        var again = Accepted(await ministry.PostSubmitAsync(submission));
        Assert.Equal((true, 1), (again.Repeated, AnsweredAgain()));
        Assert.Equal((first.ExchangeId, first.AcceptedAt), (again.ExchangeId, again.AcceptedAt));
        Assert.Equal(first.Receipt, again.Receipt);

        // Signed anew it is the same message in other octets, which go the whole way.
        Assert.True(Accepted(await ministry.PostSubmitAsync(later)).Repeated);
        Assert.Equal(1, AnsweredAgain());
        Assert.True(Accepted(await ministry.PostSubmitAsync(later)).Repeated);
        Assert.Equal(2, AnsweredAgain());

        // One octet more is another envelope: it is verified, and found wanting.
        var text = Encoding.UTF8.GetString(submission);
        var forged = text.Replace("</S:Body>", " </S:Body>", StringComparison.Ordinal);
        Assert.NotEqual(text, forged);
        Assert.NotNull((await ministry.PostSubmitAsync(Encoding.UTF8.GetBytes(forged))).Fault);
        Assert.Equal(2, AnsweredAgain());

        int AnsweredAgain() => _host.Log.Lines.Count(line => line.Text.Contains("whose very octets were answered before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Octets_that_were_accepted_are_held_to_the_connection_that_their_organ_needs()
    {
        using var connected = _host.Client(clientCertificate: "ministry");
        using var stranger = _host.Client();
        var submission = await connected.PrepareSubmitAsync(Dossier("m-1") with { Sender = ExchangeHost.GuardedMinistry });
        Assert.False(Accepted(await connected.PostSubmitAsync(submission)).Repeated);
        Assert.Equal("CLIENT_CERTIFICATE_REQUIRED", (await stranger.PostSubmitAsync(submission)).Fault?.Name);
        Assert.True(Accepted(await connected.PostSubmitAsync(submission)).Repeated);
    }

    [Fact]
    public async Task Octets_that_were_accepted_are_refused_once_their_window_is_over()
    {
        var clock = new ManualClock(TimeProvider.System.GetUtcNow());
        await using var host = await ExchangeHost.StartAsync(clock);
        using var ministry = host.Client(clock: clock);
        var submission = await ministry.PrepareSubmitAsync(Dossier("m-1"));
        Assert.False(Accepted(await ministry.PostSubmitAsync(submission)).Repeated);
        clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("TIMESTAMP_OUT_OF_WINDOW", (await ministry.PostSubmitAsync(submission)).Fault?.Name);
    }

    [Fact]
    public async Task Requests_out_of_the_schema_name_the_element_that_is_wrong()
    {
        using var ministry = _host.Client();
        Assert.Equal("schema.OrganId", (await ministry.GetStatusAsync("no organ!", "m-1")).Fault?.Rule);
        Assert.Equal("SCHEMA_VIOLATION", (await ministry.ListInboxAsync(ExchangeHost.Ministry, maxItems: 501)).Fault?.Name);
        Assert.Equal("SCHEMA_VIOLATION", (await ministry.SubmitAsync(Dossier("m-1") with { Kind = "SECRET" })).Fault?.Name);
    }

    internal static MinistryDossier Dossier(string id) => new(id, ExchangeHost.Ministry, ExchangeHost.Office, "Đề nghị đối chiếu dữ liệu tham gia bảo hiểm")
    {
        DocumentId = $"{ExchangeHost.Ministry},2026/11/21,77/BTC-TCT",
        CodeNumber = "77",
        CodeNotation = "BTC-TCT",
        PromulgationDate = "2026-11-21",
        Fields = [("Ghi chú", "hai tệp < 3 & > 1")],
        Attachments =
        [
            new MinistryAttachment("list.csv", "danh sách.csv", "text/csv", Encoding.UTF8.GetBytes("stt;tên\n1;Đơn vị A\n")),
            new MinistryAttachment("scan.bin", "scan.bin", "application/octet-stream", new byte[100_001]),
        ],
    };

    private static SubmitAnswer Accepted(MinistryReply<SubmitAnswer> reply)
    {
        Assert.Null(reply.Fault);
        Assert.Equal(200, reply.HttpStatus);
        return reply.Answer!;
    }

    private static async Task<InboxEntry> InBoxAsync(MinistryClient office)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var items = (await office.ListInboxAsync(ExchangeHost.Office, cancellation: patience.Token)).Answer!.Items;
            if (items.Count > 0) return Assert.Single(items);
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }

    private async Task NothingAcceptedAsync(string messageId)
    {
        using var ministry = _host.Client();
        Assert.Equal("NOT_FOUND", (await ministry.GetStatusAsync(ExchangeHost.Ministry, messageId)).Fault?.Name);
    }

    private sealed class SkewedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
