using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>A hub whose disk fills up: it says so in time, answers nothing that is not durable, and goes on once there is room.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task R15_Below_the_least_free_space_senders_are_told_when_to_come_again_and_then_are_served()
    {
        using var disk = new SmallDisk(64);
        await using var hub = await HubProcess.StartAsync(json => On(json, disk, minFree: 32 * Megabyte));
        await using var service = hub.Service("claims");
        using var ministry = hub.Ministry();
        using var modern = hub.Ministry(SoapDialect.Soap12);
        var first = (await ministry.SubmitAsync(Dossiers.FromMinistry("disk-before"))).Answer!;
        var inside = await service.SubmitAsync(Dossiers.FromInside("disk-inside-before", HubConfiguration.Ministry, Dossiers.Report), Dossiers.Report);

        disk.FillUpTo(20 * Megabyte);
        var tries = 0;   // a new one each time: what was accepted is answered on a full disk too
        await Eventually.HoldsAsync("a refusal", async () => (await ministry.SubmitAsync(Dossiers.FromMinistry($"disk-soon-{tries++}"))).Fault?.Name == "OVERLOADED");

        foreach (var client in new[] { ministry, modern })
        {
            var refused = await client.SubmitAsync(Dossiers.FromMinistry("disk-after"));
            Assert.Equal((503, "OVERLOADED", true), (refused.HttpStatus, refused.Fault!.Name, refused.Fault.Passing));
            Assert.Equal(TimeSpan.FromMinutes(1), refused.RetryAfter);
        }

        var status = await Assert.ThrowsAsync<RpcException>(() => service.SubmitAsync(Dossiers.FromInside("disk-inside", HubConfiguration.Ministry, Dossiers.Report), Dossiers.Report));
        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        var details = Google.Rpc.Status.Parser.ParseFrom(status.Trailers.GetValueBytes("grpc-status-details-bin")).Details;
        Assert.Equal(TimeSpan.FromMinutes(1).ToDuration(), details.Single(detail => detail.Is(Google.Rpc.RetryInfo.Descriptor)).Unpack<Google.Rpc.RetryInfo>().RetryDelay);

        // A repeat needs no room, and whoever asks again because the answer was lost gets it.
        foreach (var client in new[] { ministry, modern })
        {
            var repeat = (await client.SubmitAsync(Dossiers.FromMinistry("disk-before"))).Answer!;
            Assert.Equal((true, Convert.ToHexString(first.Receipt)), (repeat.Repeated, Convert.ToHexString(repeat.Receipt)));
        }

        var again = await service.SubmitAsync(Dossiers.FromInside("disk-inside-before", HubConfiguration.Ministry, Dossiers.Report), Dossiers.Report);
        Assert.Equal((true, inside.Receipt), (again.Repeated, again.Receipt));
        Assert.Equal("MESSAGE_ID_REUSED", (await ministry.SubmitAsync(Dossiers.FromMinistry("disk-before") with { Attachments = [] })).Fault?.Name);

        // What is owed is still done: reading, and the delivery of what was accepted.
        Assert.NotNull((await ministry.GetReceiptAsync(HubConfiguration.Ministry, "disk-before")).Answer);
        await service.TakenAsync("disk-before");

        disk.Empty();
        await Eventually.HoldsAsync("an acceptance", async () => (await ministry.SubmitAsync(Dossiers.FromMinistry("disk-after"))).Answer is not null);
        await service.TakenAsync("disk-after");
    }

    [Fact]
    public async Task R15_On_a_disk_that_is_full_to_the_last_octet_no_receipt_is_a_lie()
    {
        using var disk = new SmallDisk(48);
        await using var hub = await HubProcess.StartAsync(json => On(json, disk, minFree: 0));
        var receipts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var refused = new List<string>();
        using (var ministry = hub.Ministry())
        {
            disk.FillUpTo(3 * Megabyte);
            for (var number = 0; refused.Count < 10; number++)
            {
                var dossier = Large($"full-{number}");
                var reply = await ministry.SubmitAsync(dossier);
                if (reply.Answer is { } answer) receipts.Add(dossier.MessageId, answer.Receipt);
                else refused.Add(dossier.MessageId);
                Assert.True(reply.Fault is null or { Passing: true }, reply.Fault?.Name);
            }

            output.WriteLine($"{receipts.Count} accepted, then {refused.Count} refused with {disk.Free} octets free");
            Assert.NotEmpty(receipts);
            disk.Empty();
            foreach (var messageId in refused) await Eventually.HoldsAsync("an acceptance", async () => (receipts[messageId] = (await ministry.SubmitAsync(Large(messageId))).Answer?.Receipt ?? []).Length > 0);
        }

        await hub.KillAsync();
        await hub.StartAgainAsync();

        await using var service = hub.Service("claims");
        using var again = hub.Ministry();
        foreach (var (messageId, receipt) in receipts)
        {
            Assert.Equal(receipt, (await again.GetReceiptAsync(HubConfiguration.Ministry, messageId)).Answer!.Receipt);
            Assert.Equal(receipt, (await service.TakenAsync(messageId)).Delivery.Receipt.ToByteArray());
        }

        Assert.Equal(service.HandedOver.Count, service.HandedOver.Distinct().Count());
    }

    [Fact]
    public async Task A_hub_that_finds_its_disk_full_says_so()
    {
        using var disk = new SmallDisk(48);
        disk.FillUpTo(0);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => HubProcess.StartAsync(json => On(json, disk, minFree: 0)));

        Assert.Contains("Exchange:Ledger cannot be opened: the disk is full.", refused.Message, StringComparison.Ordinal);
    }

    private static void On(JsonNode json, SmallDisk disk, long minFree)
    {
        json["Exchange"]!["DataFolder"] = Path.Combine(disk.Path, "data");
        json["Exchange"]!["MinFreeBytes"] = minFree;
    }

    // The same content for the same id: a repeat must be the same message.
    private static MinistryDossier Large(string messageId)
    {
        var content = new byte[200_000];
        new Random(string.GetHashCode(messageId, StringComparison.Ordinal)).NextBytes(content);
        return Dossiers.FromMinistry(messageId) with { Attachments = [new MinistryAttachment("scan", "scan.bin", "application/octet-stream", content)] };
    }
}
