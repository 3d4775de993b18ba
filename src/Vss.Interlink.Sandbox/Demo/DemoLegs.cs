using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Vss.Interlink.EdXml;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Office;
using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.Sandbox.Demo;

/// <summary>The legs of the main job, each judged from outside the hub: by what its neighbours got and by signatures checked with other code than the hub's.</summary>
internal sealed class DemoLegs(DemoLegs.Parts parts)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Claim = Encoding.UTF8.GetBytes("Danh sách đề nghị cấp thẻ bảo hiểm y tế (dữ liệu mẫu)\n");

    private readonly List<DemoRow> _rows = [];
    private readonly string _run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    /// <summary>Where everything listens.</summary>
    internal sealed record Parts(DevelopmentPki Pki, Uri Partners, Uri Axis, Uri Inside, HttpClient Http, string Receipts)
    {
        public Uri Soap => new(Partners, "soap/v1");
    }

    public async Task<IReadOnlyList<DemoRow>> RunAsync()
    {
        Directory.CreateDirectory(parts.Receipts);
        using var ministry = Client("ministry");
        var first = Dossier($"MOF-{_run}-1", "Danh sách cấp thẻ BHYT tháng 11");
        var receipt = await MinistryToInsideAsync(ministry, first);
        await InsideToAxisAsync();
        await AxisToInsideAsync();
        await InsideToBoxAsync(ministry);
        await RepeatAsync(ministry, first, receipt);
        await ConflictAsync(ministry, first);
        await RefusedAsync("6a a body changed after signing", "sig.digest", "tampered", id => ministry.SubmitTamperedAsync(Dossier(id, "Sửa sau khi ký")));
        await RefusedAsync("6b a signer whose certificate has expired", "cert.validity", "expired", async id =>
        {
            using var expired = Client("ministry-expired");
            return await expired.SubmitAsync(Dossier(id, "Chứng thư hết hạn"));
        });
        await RefusedAsync("6c a wrapped signature (signed Body moved away)", "sig.reference.target", "wrapped",
            id => ministry.SubmitWrappedAsync(Dossier(id + "-signed", "Bản đã ký"), Dossier(id, "Bản giả mạo"), Wrapping.HeaderBlock));
        return _rows;
    }

    private async Task<byte[]> MinistryToInsideAsync(MinistryClient ministry, MinistryDossier dossier)
    {
        byte[] receipt = [];
        await RowAsync("1 ministry > SOAP (MTOM) > hub > inside gRPC", dossier.MessageId, "receipt; delivered once, signed, attachment intact", async () =>
        {
            var reply = await ministry.SubmitAsync(dossier, Packaging.Mtom);
            if (reply.Answer is not { } answer) return (Refused(reply.Fault), "", false);
            receipt = answer.Receipt;
            await File.WriteAllBytesAsync(Path.Combine(parts.Receipts, answer.ExchangeId + ".xml"), receipt);
            var taken = await DeliveryAsync(answer.ExchangeId);
            var intact = taken?["attachments"]?["list"]?.GetValue<string>() == Convert.ToHexStringLower(SHA256.HashData(Claim));
            var ok = taken is not null && intact && taken["assurance"]!.GetValue<string>() == "signed" && taken["signedBy"]!.GetValue<string>() == DevelopmentPki.MinistrySubject && !answer.Repeated;
            return (taken is null ? "receipt, but no delivery" : $"receipt; delivered, {taken["assurance"]}, attachment {(intact ? "intact" : "DAMAGED")}", answer.ExchangeId, ok);
        });
        return receipt;
    }

    private async Task InsideToAxisAsync()
    {
        var id = $"VSS-{_run}-2";
        await RowAsync("2 inside gRPC > hub > axis", id, "the axis took it; its rewritten packet still matches the hub's seal", async () =>
        {
            var exchange = await SubmitInsideAsync(id, HubConfiguration.Office, "Báo cáo chi trả trợ cấp mai táng");
            var view = await FinishedAsync(exchange);
            var docId = view?["deliveries"]?[0]?["externalId"]?.GetValue<string>() ?? "";
            var office = Office();
            var arrived = (await office.ReceivedAsync()).Where(item => item.MessageType == "edoc").Select(item => item.Packet).LastOrDefault();
            var survived = arrived is not null && SealCheck.Survives(arrived, DevelopmentPki.HubSubject);
            return ($"{view?["state"]}; axis docId {docId}; seal {(survived ? "intact after the axis's rewrite" : "BROKEN")}", exchange, view?["state"]?.GetValue<string>() == "COMPLETED" && docId.Length > 0 && survived);
        });
    }

    private async Task AxisToInsideAsync()
    {
        var content = Encoding.UTF8.GetBytes("Công văn chỉ đạo (dữ liệu mẫu)\n");
        var number = Random.Shared.Next(1000, 9999).ToString();
        var docId = "";
        var exchange = "";
        await RowAsync("3a axis > hub > inside", $"{HubConfiguration.Office},{number}", "delivered once, signed by the office, attachment intact", async () =>
        {
            docId = await Office().SendAsync(HubConfiguration.Hub, number, "Về việc chi trả bảo hiểm", new Dictionary<string, byte[]> { ["letter"] = content });
            var taken = await WaitAsync(async () => (await DeliveriesAsync()).FirstOrDefault(delivery => delivery["messageId"]!.GetValue<string>() == docId));
            if (taken is null) return ("not delivered", docId, false);
            exchange = taken["exchangeId"]!.GetValue<string>();
            var intact = taken["attachments"]?["letter"]?.GetValue<string>() == Convert.ToHexStringLower(SHA256.HashData(content));
            return ($"delivered, {taken["assurance"]}, attachment {(intact ? "intact" : "DAMAGED")}", exchange, intact && taken["assurance"]!.GetValue<string>() == "signed" && taken["signedBy"]!.GetValue<string>() == DevelopmentPki.OfficeSubject);
        });
        foreach (var (code, meaning) in new[] { ("01", "arrived"), ("03", "received") })
        {
            await RowAsync($"3{(code == "01" ? 'b' : 'c')} status {code} ({meaning}) back to the axis", docId, $"one status packet {code} for the document", async () =>
            {
                var statuses = await WaitAsync(async () =>
                {
                    var all = (await Office().StatusesAsync()).Where(status => status.StatusCode.ToString() == code && status.ResponseFor.Code == $"{number}/VPCP-KGVX").ToList();
                    return all.Count > 0 ? all : null;
                });
                return (statuses is null ? "no status came" : $"status {code} from {statuses[0].From.OrganId} at {statuses[0].Timestamp}", exchange, statuses is [{ From.OrganId: HubConfiguration.Hub }]);
            });
        }
    }

    private async Task InsideToBoxAsync(MinistryClient ministry)
    {
        var id = $"VSS-{_run}-3";
        await RowAsync("3d inside gRPC > hub > box > ministry (SOAP)", id, "fetched with a seal, confirmed, completed", async () =>
        {
            var exchange = await SubmitInsideAsync(id, HubConfiguration.Ministry, "Kết quả cấp thẻ BHYT");
            var entry = await WaitAsync(async () => (await ministry.ListInboxAsync(HubConfiguration.Ministry)).Answer?.Items.FirstOrDefault(item => item.ExchangeId == exchange));
            if (entry is null) return ("nothing in the box", exchange, false);
            var fetched = (await ministry.FetchDossierAsync(HubConfiguration.Ministry, entry.DeliveryId)).Answer;
            var confirmed = (await ministry.ConfirmReceivedAsync(HubConfiguration.Ministry, entry.DeliveryId)).Answer;
            var view = await FinishedAsync(exchange);
            var ok = fetched is { Seal.Length: > 0, Subject: "Kết quả cấp thẻ BHYT" } && confirmed is not null && view?["state"]?.GetValue<string>() == "COMPLETED";
            return ($"fetched ({fetched?.Assurance}, {fetched?.Attachments.Count} attachment, sealed), confirmed, {view?["state"]}", exchange, ok);
        });
    }

    private Task RepeatAsync(MinistryClient ministry, MinistryDossier dossier, byte[] receipt) => RowAsync("4 the first message again", dossier.MessageId, "the same receipt, byte for byte; no second delivery", async () =>
    {
        var reply = await ministry.SubmitAsync(dossier, Packaging.Inline);
        if (reply.Answer is not { } answer) return (Refused(reply.Fault), "", false);
        await Task.Delay(TimeSpan.FromSeconds(1));   // time for a second delivery to show, if there were one
        var deliveries = (await DeliveriesAsync()).Where(delivery => delivery["messageId"]!.GetValue<string>() == dossier.MessageId).ToList();
        var once = deliveries is [var only] && only["handedOver"]!.GetValue<int>() == 1;
        var same = receipt.Length > 0 && answer.Receipt.AsSpan().SequenceEqual(receipt);
        return ($"{(same ? "the same receipt" : "ANOTHER receipt")}, {deliveries.Count} delivery", answer.ExchangeId, same && once && answer.Repeated);
    });

    private Task ConflictAsync(MinistryClient ministry, MinistryDossier dossier) => RowAsync("5 the same id with other content", dossier.MessageId, "MESSAGE_ID_REUSED naming both digests", async () =>
    {
        var reply = await ministry.SubmitAsync(dossier with { Subject = "Nội dung khác" });
        var fault = reply.Fault;
        var digests = fault is null ? 0 : System.Text.RegularExpressions.Regex.Count(fault.Reason, "[0-9a-f]{64}");
        return (Refused(fault), fault?.Reference ?? "", fault?.Name == "MESSAGE_ID_REUSED" && digests == 2);
    });

    private async Task RefusedAsync(string leg, string rule, string name, Func<string, Task<MinistryReply<SubmitAnswer>>> send)
    {
        var id = $"MOF-{_run}-{name}";
        await RowAsync(leg, id, $"refused by {rule}; nothing delivered", async () =>
        {
            var fault = (await send(id)).Fault;
            var delivered = (await DeliveriesAsync()).Any(delivery => delivery["messageId"]!.GetValue<string>().StartsWith(id, StringComparison.Ordinal));
            return (Refused(fault), fault?.Reference ?? "", fault?.Rule == rule && !delivered);
        });
    }

    private async Task RowAsync(string leg, string id, string expected, Func<Task<(string Outcome, string Where, bool Ok)>> run)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            var (outcome, where, ok) = await run();
            _rows.Add(new DemoRow(leg, id, expected, outcome, ok, watch.ElapsedMilliseconds, where));
        }
        catch (Exception failed)
        {
            _rows.Add(new DemoRow(leg, id, expected, $"{failed.GetType().Name}: {failed.Message}", false, watch.ElapsedMilliseconds, ""));
        }
    }

    private MinistryClient Client(string key) =>
        new(new MinistryOptions(parts.Soap, parts.Pki.Load(key), parts.Pki.AnchorCertificates(), DevelopmentPki.HubSubject) { Intermediates = [.. parts.Pki.IntermediateCertificates()] });

    private OfficeAgency Office() => new(parts.Http, parts.Axis, HubConfiguration.Office, "Văn phòng Chính phủ", parts.Pki.Load("office"), TimeProvider.System);

    private static MinistryDossier Dossier(string id, string subject) => new(id, HubConfiguration.Ministry, HubConfiguration.Hub, subject)
    {
        DocumentId = $"{HubConfiguration.Ministry},2026/11/21,{id}",
        Fields = [("procedure", "1.001193")],
        Attachments = [new MinistryAttachment("list", "danh-sach.txt", "text/plain", Claim)],
    };

    private async Task<string> SubmitInsideAsync(string id, string receiver, string subject)
    {
        var dossier = new JsonObject
        {
            ["messageId"] = id,
            ["kind"] = "NEW",
            ["sender"] = new JsonObject { ["id"] = HubConfiguration.Hub, ["name"] = "Bảo hiểm xã hội Việt Nam" },
            ["receivers"] = new JsonArray(new JsonObject { ["id"] = receiver }),
            ["documentId"] = $"{HubConfiguration.Hub},2026/11/21,{id}/BHXH",
            ["code"] = new JsonObject { ["number"] = id, ["notation"] = "BHXH-CSXH" },
            ["promulgationPlace"] = "Hà Nội",
            ["promulgationDate"] = "2026-11-21",
            ["documentType"] = new JsonObject { ["type"] = 18, ["name"] = "Công văn" },
            ["subject"] = subject,
            ["steeringType"] = 1,
            ["business"] = new JsonObject { ["docType"] = 0, ["reason"] = "Văn bản điện tử mới", ["paper"] = 0 },
            ["attachments"] = new JsonArray(new JsonObject { ["id"] = "report", ["name"] = "bao-cao.txt", ["contentType"] = "text/plain" }),
        };
        using var answer = await parts.Http.PostAsJsonAsync(new Uri(parts.Inside, "sandbox/submit"), dossier);
        var json = await answer.Content.ReadFromJsonAsync<JsonObject>();
        return answer.IsSuccessStatusCode ? json!["exchangeId"]!.GetValue<string>() : throw new InvalidOperationException($"The hub refused: {json}");
    }

    private async Task<IReadOnlyList<JsonNode>> DeliveriesAsync() => [.. (await parts.Http.GetFromJsonAsync<JsonArray>(new Uri(parts.Inside, "sandbox/deliveries")))!.OfType<JsonNode>()];

    private Task<JsonNode?> DeliveryAsync(string exchange) => WaitAsync(async () => (await DeliveriesAsync()).FirstOrDefault(delivery => delivery["exchangeId"]!.GetValue<string>() == exchange));

    private Task<JsonNode?> FinishedAsync(string exchange) => WaitAsync(async () =>
    {
        var view = await parts.Http.GetFromJsonAsync<JsonNode>(new Uri(parts.Inside, $"sandbox/exchanges/{exchange}"));
        return view?["state"]?.GetValue<string>() is "COMPLETED" or "FAILED" ? view : null;
    });

    private static async Task<T?> WaitAsync<T>(Func<Task<T?>> look)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Patience)
        {
            if (await look() is { } found) return found;
            await Task.Delay(50);
        }

        return null;
    }

    private static string Refused(MinistryFault? fault) => fault is null ? "accepted" : $"{fault.Name} {fault.Rule}: {fault.Reason}";
}
