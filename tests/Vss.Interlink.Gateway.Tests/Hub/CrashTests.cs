using System.Collections.Concurrent;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>kill -9 at the worst moments. Before the receipt the sender owns the message, after it the hub does.</summary>
public sealed class CrashTests
{
    [Fact]
    public async Task What_was_answered_with_a_receipt_survives_a_kill_and_is_delivered_once()
    {
        await using var hub = await HubProcess.StartAsync();
        var dossier = Dossiers.FromMinistry("crash-1");
        byte[] receipt;
        using (var ministry = hub.Ministry()) receipt = (await ministry.SubmitAsync(dossier)).Answer!.Receipt;

        await hub.KillAsync();
        await hub.StartAgainAsync();

        await using var service = hub.Service("claims");
        var taken = await service.TakenAsync(dossier.MessageId);
        Assert.Equal(receipt, taken.Delivery.Receipt.ToByteArray());

        using var again = hub.Ministry();
        Assert.Equal(receipt, (await again.GetReceiptAsync(HubConfiguration.Ministry, dossier.MessageId)).Answer!.Receipt);
        var repeat = (await again.SubmitAsync(dossier)).Answer!;
        Assert.True(repeat.Repeated);
        Assert.Equal(receipt, repeat.Receipt);
        await service.Exchange.ViewAsync(repeat.ExchangeId, view => view.State == V1.ExchangeState.Completed);
        Assert.Equal(taken.Delivery.IdempotencyKey, Assert.Single(service.HandedOver));
    }

    [Fact]
    public async Task What_was_handed_over_and_not_acknowledged_comes_again_under_the_same_key()
    {
        await using var hub = await HubProcess.StartAsync();
        var dossier = Dossiers.FromMinistry("crash-2");
        string key;
        await using (var silent = hub.Service("silent", acknowledges: false))
        {
            using (var ministry = hub.Ministry()) Assert.NotNull((await ministry.SubmitAsync(dossier)).Answer);
            key = (await silent.TakenAsync(dossier.MessageId)).Delivery.IdempotencyKey;
            await hub.KillAsync();   // while the lease is held
        }

        await hub.StartAgainAsync();

        await using var service = hub.Service("claims");
        var taken = await service.TakenAsync(dossier.MessageId);
        Assert.Equal(key, taken.Delivery.IdempotencyKey);
        Assert.True(taken.Delivery.Attempt > 1);
        await service.Exchange.ViewAsync(taken.Delivery.ExchangeId, view => view.State == V1.ExchangeState.Completed);
        Assert.Equal(key, Assert.Single(service.HandedOver));
    }

    [Fact]
    public async Task Of_a_hub_killed_under_load_no_receipt_was_a_lie()
    {
        await using var hub = await HubProcess.StartAsync();
        var receipts = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        var senders = Enumerable.Range(0, 4).Select(sender => SubmitUntilTheHubIsGoneAsync(hub.Ministry(), $"load-{sender}", receipts)).ToList();
        await Eventually.HoldsAsync("some receipts", () => Task.FromResult(receipts.Count >= 20));

        await hub.KillAsync();
        await Task.WhenAll(senders);
        await hub.StartAgainAsync();

        await using var service = hub.Service("claims");
        using var ministry = hub.Ministry();
        foreach (var (messageId, receipt) in receipts)
        {
            var taken = await service.TakenAsync(messageId);
            Assert.Equal(receipt, taken.Delivery.Receipt.ToByteArray());
            Assert.Equal(receipt, (await ministry.GetReceiptAsync(HubConfiguration.Ministry, messageId)).Answer!.Receipt);
        }

        Assert.Equal(service.HandedOver.Count, service.HandedOver.Distinct().Count());
    }

    private static async Task SubmitUntilTheHubIsGoneAsync(MinistryClient ministry, string prefix, ConcurrentDictionary<string, byte[]> receipts)
    {
        using var _ = ministry;
        for (var number = 0; ; number++)
        {
            try
            {
                var dossier = Dossiers.FromMinistry($"{prefix}-{number}");
                if ((await ministry.SubmitAsync(dossier)).Answer is { } answer) receipts[dossier.MessageId] = answer.Receipt;
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                return;
            }
        }
    }
}
