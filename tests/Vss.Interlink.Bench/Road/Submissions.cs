using System.Text;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Bench.Road;

/// <summary>Signed submissions, made before they are sent.</summary>
internal static class Submissions
{
    private const int MostWarmUps = 8;

    // A submission's Timestamp is good for five minutes; a phase must be over by then.
    private const int MostPrepared = 60_000;

    /// <param name="hub">To whom.</param>
    /// <param name="octets">Size of each dossier.</param>
    /// <param name="number">How many.</param>
    public static async Task<IReadOnlyList<byte[]>> PrepareAsync(RoadHub hub, int octets, int number)
    {
        using var ministry = hub.Ministry();
        var prepared = new byte[Math.Min(number, MostPrepared)][];
        var filling = new StringBuilder();
        while (filling.Length < octets) filling.Append("synthetic text of a dossier, ");
        var text = filling.ToString(0, octets);

        // Message ids are random, as UUIDs are: each claim lands somewhere else in the index over all that were ever made.
        await Parallel.ForAsync(0, prepared.Length, async (index, cancellation) =>
            prepared[index] = await ministry.PrepareSubmitAsync(new MinistryDossier(Guid.NewGuid().ToString("N"), RoadHub.Sender, RoadHub.Receiver, "a benchmark") { Fields = [("text", text)] }, cancellation));
        return prepared;
    }

    /// <summary>A hub runs for months: what its runtime spends on compiling in the first minute is not what an exchange costs. So it takes some in until they cost no less than those before.</summary>
    public static async Task WarmUpAsync(RoadHub hub, Senders senders, int octets, int number, TimeSpan longest)
    {
        var before = double.PositiveInfinity;
        for (var round = 0; round < MostWarmUps; round++)
        {
            var phase = await senders.RunAsync(await PrepareAsync(hub, octets, number), longest, null);
            Console.Error.WriteLine($"warm-up {round + 1}: {phase.PerSecond:0} a second, {phase.HubMilliseconds:0.00} ms of the hub's processor each");
            if (phase.HubMilliseconds > before * 0.97) return;
            before = phase.HubMilliseconds;
        }
    }
}
