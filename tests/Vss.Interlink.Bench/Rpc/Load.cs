using System.Diagnostics;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>One of the things compared: its name, and a call of it on the connection of the given number.</summary>
internal sealed record Side(string Name, Func<int, Task> CallAsync);

/// <summary>What one run of one side showed. The server's usage is that of its whole process.</summary>
internal sealed record Sample(double CallsPerSecond, double P50Ms, double P99Ms, double ServerCpuMicrosecondsPerCall, double ServerBytesPerCall);

/// <summary>Callers that make one call after another on their connection.</summary>
internal sealed record Load(ServerProcess Server, int Connections, int CallersPerConnection, TimeSpan Duration)
{
    // Shorter, and the first rounds still run code the compiler has not finished with.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Each side warmed up, then all of them in every round, forwards and backwards in turn: the first of a round may fare better.</summary>
    /// <returns>For each round the samples in the order of the sides.</returns>
    public async Task<IReadOnlyList<Sample[]>> CompareAsync(IReadOnlyList<Side> sides, int rounds)
    {
        foreach (var side in sides) await RunAsync(side, WarmUp);
        var samples = new List<Sample[]>();
        for (var round = 0; round < rounds; round++)
        {
            var order = Enumerable.Range(0, sides.Count);
            var inRound = new Sample[sides.Count];
            foreach (var side in round % 2 == 0 ? order : order.Reverse()) inRound[side] = await RunAsync(sides[side], Duration);
            samples.Add(inRound);
        }

        return samples;
    }

    private async Task<Sample> RunAsync(Side side, TimeSpan duration)
    {
        var before = await Server.ReadUsageAsync();
        var started = Stopwatch.GetTimestamp();
        var until = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var callers = Enumerable.Range(0, Connections * CallersPerConnection)
            .Select(caller => Task.Run(() => CallUntilAsync(() => side.CallAsync(caller % Connections), until)));
        var latencies = (await Task.WhenAll(callers)).SelectMany(ticks => ticks).Order().ToArray();
        var elapsed = Stopwatch.GetElapsedTime(started);
        var after = await Server.ReadUsageAsync();
        return new Sample(
            latencies.Length / elapsed.TotalSeconds,
            Milliseconds(latencies[latencies.Length / 2]),
            Milliseconds(latencies[latencies.Length * 99 / 100]),
            (after.Cpu - before.Cpu).TotalMicroseconds / latencies.Length,
            (double)(after.AllocatedBytes - before.AllocatedBytes) / latencies.Length);
    }

    private static async Task<List<long>> CallUntilAsync(Func<Task> callAsync, long until)
    {
        var latencies = new List<long>();
        for (var start = Stopwatch.GetTimestamp(); start < until;)
        {
            await callAsync();
            var end = Stopwatch.GetTimestamp();
            latencies.Add(end - start);
            start = end;
        }

        return latencies;
    }

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;
}
