using System.Security.Cryptography;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>What the largest message that is taken costs. Resident memory as the kernel counts it, of a hub that is a process of its own.</summary>
public sealed class LargeMessageTests(ITestOutputHelper output)
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task An_attachment_of_200_megabytes_goes_in_and_out_with_less_than_100_megabytes_more_of_memory()
    {
        await using var hub = await HubProcess.StartAsync();
        await using var service = hub.Service("claims");
        await SubmitAndDownloadAsync(service, "warm", Megabyte);
        var before = hub.PeakMemory();

        await SubmitAndDownloadAsync(service, "large", 200 * Megabyte);

        var cost = (hub.PeakMemory() - before) / Megabyte;
        output.WriteLine($"{before / Megabyte} MiB before, {cost} MiB more");
        Assert.InRange(cost, 0, 99);
    }

    private static async Task SubmitAndDownloadAsync(InsideService service, string messageId, int size)
    {
        var content = new Dictionary<string, byte[]> { ["scan"] = RandomNumberGenerator.GetBytes(size) };
        var dossier = Dossiers.FromInside(messageId, HubConfiguration.Hub, content);
        await service.SubmitAsync(dossier, content);
        Assert.Equal(Convert.ToHexStringLower(dossier.Attachments[0].Sha256.Span), (await service.TakenAsync(messageId)).Sha256["scan"]);   // it was downloaded
    }

    [Theory]
    [InlineData(Packaging.Inline)]
    [InlineData(Packaging.Mtom)]
    public async Task A_message_of_28_megabytes_costs_a_few_times_its_octets_of_memory(Packaging packaging)
    {
        await using var hub = await HubProcess.StartAsync();
        using var ministry = hub.Ministry();
        Assert.NotNull((await ministry.SubmitAsync(Dossiers.FromMinistry("small"), packaging)).Answer);
        var before = hub.PeakMemory();
        var content = RandomNumberGenerator.GetBytes(21 * Megabyte);   // 28 as base64
        var dossier = Dossiers.FromMinistry("large") with { Attachments = [new MinistryAttachment("scan", "scan.bin", "application/octet-stream", content)] };

        var reply = await ministry.SubmitAsync(dossier, packaging);

        Assert.NotNull(reply.Answer);
        var cost = (hub.PeakMemory() - before) / Megabyte;
        output.WriteLine($"{packaging}: {before / Megabyte} MiB before, {cost} MiB more");
        Assert.InRange(cost, 0, 6 * 28);
    }

    [Fact]
    public async Task A_dossier_of_28_megabytes_is_fetched_from_its_box_for_a_few_times_its_octets_of_memory()
    {
        await using var hub = await HubProcess.StartAsync();
        await using var service = hub.Service("claims");
        using var ministry = hub.Ministry();
        await SubmitAndFetchAsync(service, ministry, "small", 1024);
        await SubmitAsync(service, "large", 21 * Megabyte);
        var before = hub.PeakMemory();

        await FetchAsync(ministry);

        var cost = (hub.PeakMemory() - before) / Megabyte;
        output.WriteLine($"{before / Megabyte} MiB before, {cost} MiB more");
        Assert.InRange(cost, 0, 7 * 28);
    }

    private static async Task SubmitAndFetchAsync(InsideService service, MinistryClient ministry, string messageId, int size)
    {
        await SubmitAsync(service, messageId, size);
        await FetchAsync(ministry);
    }

    private static Task SubmitAsync(InsideService service, string messageId, int size)
    {
        var content = new Dictionary<string, byte[]> { ["scan"] = RandomNumberGenerator.GetBytes(size) };
        return service.SubmitAsync(Dossiers.FromInside(messageId, HubConfiguration.Ministry, content), content);
    }

    private static async Task FetchAsync(MinistryClient ministry)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if ((await ministry.ListInboxAsync(HubConfiguration.Ministry, cancellation: patience.Token)).Answer!.Items is [var item])
            {
                Assert.NotNull((await ministry.FetchDossierAsync(HubConfiguration.Ministry, item.DeliveryId)).Answer);
                Assert.NotNull((await ministry.ConfirmReceivedAsync(HubConfiguration.Ministry, item.DeliveryId)).Answer);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }
}
