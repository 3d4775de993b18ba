using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>The reliability rules that one hub shows while it is well: SOAP in, an inside service out. docs/message-life.md lists where each rule is tested.</summary>
[Collection(SharedHubTests.Name)]
public sealed class OneHubRules(SharedHub shared) : IDisposable
{
    private readonly MinistryClient _ministry = shared.Hub.Ministry();

    public void Dispose() => _ministry.Dispose();

    [Fact]
    public async Task R1_A_retry_after_the_answer_was_lost_gets_the_same_receipt_and_there_is_one_delivery()
    {
        var dossier = Dossiers.FromMinistry("R1");
        using (var http = shared.Hub.Http())
        using (var request = new HttpRequestMessage(HttpMethod.Post, shared.Hub.Soap) { Content = Envelope(await _ministry.PrepareSubmitAsync(dossier)) })
        {
            // The head of the answer came, and the connection is dropped with the receipt on it.
            using var lost = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }

        var retry = await AcceptedAsync(_ministry, dossier);

        Assert.True(retry.Repeated);
        var taken = await shared.Service.TakenAsync(dossier.MessageId);
        Assert.Equal(taken.Delivery.Receipt.ToByteArray(), retry.Receipt);
        await CompletedAsync(retry.ExchangeId);
        Assert.Single(HandedOver(shared.Service, taken.Delivery.ExchangeId));
    }

    [Fact]
    public async Task R3_Two_equal_requests_at_the_same_instant_get_equal_answers_and_there_is_one_delivery()
    {
        using var other = shared.Hub.Ministry(SoapDialect.Soap12);
        for (var round = 0; round < 10; round++)
        {
            var dossier = Dossiers.FromMinistry($"R3-{round}");
            var answers = await Task.WhenAll(AcceptedAsync(_ministry, dossier), AcceptedAsync(other, dossier));

            Assert.Equal(answers[0].ExchangeId, answers[1].ExchangeId);
            Assert.Equal(answers[0].Receipt, answers[1].Receipt);
            Assert.Single(answers, answer => !answer.Repeated);
            await CompletedAsync(answers[0].ExchangeId);
            Assert.Single(HandedOver(shared.Service, answers[0].ExchangeId));
        }
    }

    [Fact]
    public async Task R4_Another_body_under_the_same_id_is_a_conflict_and_the_first_stays()
    {
        var dossier = Dossiers.FromMinistry("R4");
        var first = await AcceptedAsync(_ministry, dossier);

        var conflict = await _ministry.SubmitAsync(dossier with { Subject = "Danh sách khác" });

        Assert.Equal(("MESSAGE_ID_REUSED", false), (conflict.Fault?.Name, conflict.Fault!.Passing));
        Assert.Equal(first.Receipt, (await _ministry.GetReceiptAsync(HubConfiguration.Ministry, dossier.MessageId)).Answer!.Receipt);
        Assert.Equal(dossier.Subject, (await shared.Service.TakenAsync(dossier.MessageId)).Delivery.Dossier.Subject);
        await CompletedAsync(first.ExchangeId);
        Assert.Single(HandedOver(shared.Service, first.ExchangeId));
    }

    [Fact]
    public async Task R5_The_same_id_from_another_sender_is_another_message()
    {
        using var office = shared.Hub.Ministry(signer: "office");
        var dossier = Dossiers.FromMinistry("R5");
        var ofMinistry = await AcceptedAsync(_ministry, dossier);

        var ofOffice = await AcceptedAsync(office, dossier with { Sender = HubConfiguration.Office, DocumentId = null });

        Assert.False(ofOffice.Repeated);
        Assert.NotEqual(ofMinistry.ExchangeId, ofOffice.ExchangeId);
        await CompletedAsync(ofMinistry.ExchangeId);
        await CompletedAsync(ofOffice.ExchangeId);
        var senders = shared.Service.Taken.Values.Select(taken => taken.Delivery.Dossier).Where(taken => taken.MessageId == dossier.MessageId).Select(taken => taken.Sender.Id);
        Assert.Equal([HubConfiguration.Ministry, HubConfiguration.Office], senders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task R7_Of_many_different_bodies_at_once_each_is_kept_and_handed_over_as_its_own()
    {
        var contents = Enumerable.Range(0, 32).ToDictionary(number => $"R7-{number}", number => RandomNumberGenerator.GetBytes(1000 * (number + 1)), StringComparer.Ordinal);
        var receipts = await Task.WhenAll(contents.Select(async one => (one.Key, Answer: await AcceptedAsync(_ministry, With(one.Key, one.Value)))));

        Assert.Equal(contents.Count, receipts.Select(one => Convert.ToHexString(one.Answer.ContentSha256)).Distinct().Count());
        foreach (var (messageId, answer) in receipts)
        {
            var taken = await shared.Service.TakenAsync(messageId);
            Assert.Equal(answer.ExchangeId, taken.Delivery.ExchangeId);
            Assert.Equal(answer.Receipt, taken.Delivery.Receipt.ToByteArray());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(contents[messageId])), taken.Sha256["scan"]);
            Assert.Contains(Convert.ToBase64String(answer.ContentSha256), Encoding.UTF8.GetString(answer.Receipt), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task R8_Pollers_that_ask_at_the_same_time_get_disjoint_deliveries()
    {
        var taken = new ConcurrentQueue<(string Poller, string Key)>();
        var pollers = Enumerable.Range(0, 3).Select(number => shared.Hub.Service($"poller-{number}", record: one => taken.Enqueue(($"{number}", one.Delivery.IdempotencyKey)))).ToList();
        try
        {
            var sent = new List<SubmitAnswer>();
            await Eventually.HoldsAsync("all pollers at work", async () =>
            {
                sent.AddRange(await Task.WhenAll(Enumerable.Range(sent.Count, 12).Select(number => AcceptedAsync(_ministry, Dossiers.FromMinistry($"R8-{number}")))));
                foreach (var answer in sent) await CompletedAsync(answer.ExchangeId);
                return taken.Select(one => one.Poller).Distinct().Count() == pollers.Count;
            });

            var ofAll = pollers.Append(shared.Service).SelectMany(poller => poller.HandedOver.Where(poller.Taken.ContainsKey).Select(key => poller.Taken[key].Delivery))
                .Where(delivery => delivery.Dossier.MessageId.StartsWith("R8-", StringComparison.Ordinal)).Select(delivery => delivery.IdempotencyKey).ToList();
            Assert.Equal(sent.Count, ofAll.Count);
            Assert.Equal(sent.Count, ofAll.Distinct().Count());
        }
        finally
        {
            foreach (var poller in pollers) await poller.DisposeAsync();
        }
    }

    [Fact]
    public async Task R18_An_expired_client_certificate_opens_no_connection_and_signs_nothing()
    {
        using var expired = HubProcess.Pki.Load("ministry-expired");
        using var http = shared.Hub.Http(expired);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri(shared.Hub.Partners, "health")));
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri(shared.Hub.Inside, "health")));

        using var ministry = shared.Hub.Ministry(signer: "ministry-expired");
        Assert.Equal("CERTIFICATE_EXPIRED", (await ministry.SubmitAsync(Dossiers.FromMinistry("R18"))).Fault?.Name);
        Assert.Equal("NOT_FOUND", (await _ministry.GetStatusAsync(HubConfiguration.Ministry, "R18")).Fault?.Name);
    }

    [Fact]
    public async Task R20_An_unknown_receiver_or_a_missing_certificate_is_refused_at_once_and_nothing_is_queued()
    {
        var dossier = Dossiers.FromMinistry("R20");
        Assert.Equal("UNKNOWN_RECEIVER", (await _ministry.SubmitAsync(dossier with { Receiver = "000.99.99.G99" })).Fault?.Name);
        Assert.Equal("SIGNATURE_MISSING", (await _ministry.SubmitUnsignedAsync(dossier)).Fault?.Name);
        Assert.Equal("NOT_FOUND", (await _ministry.GetStatusAsync(HubConfiguration.Ministry, dossier.MessageId)).Fault?.Name);

        Assert.False((await AcceptedAsync(_ministry, dossier)).Repeated);   // the refusals do not stand in the way of the good one
    }

    private static async Task<SubmitAnswer> AcceptedAsync(MinistryClient ministry, MinistryDossier dossier)
    {
        var reply = await ministry.SubmitAsync(dossier);
        Assert.Null(reply.Fault);
        return reply.Answer!;
    }

    private static MinistryDossier With(string messageId, byte[] content) =>
        Dossiers.FromMinistry(messageId) with { Attachments = [new MinistryAttachment("scan", "scan.bin", "application/octet-stream", content)] };

    private static IEnumerable<string> HandedOver(InsideService service, string exchange) => service.HandedOver.Where(key => service.Taken.GetValueOrDefault(key)?.Delivery.ExchangeId == exchange);

    private static ByteArrayContent Envelope(byte[] octets) => new(octets) { Headers = { ContentType = new("text/xml", "utf-8") } };

    private Task CompletedAsync(string exchange) => shared.Exchange.ViewAsync(exchange, view => view.State == V1.ExchangeState.Completed);
}
