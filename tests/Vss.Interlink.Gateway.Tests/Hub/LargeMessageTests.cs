using System.Security.Cryptography;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>What the largest message that is taken costs. Resident memory as the kernel counts it, of a hub that is a process of its own.</summary>
public sealed class LargeMessageTests(ITestOutputHelper output)
{
    private const int Megabyte = 1024 * 1024;

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
}
