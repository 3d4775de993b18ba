using System.Diagnostics;
using System.Globalization;

namespace Vss.Interlink.Exchange.Simulation.Tests;

/// <summary>The simulation as a process of its own: it needs a runtime with one pool thread, and it takes one core, so many seeds are many processes.</summary>
internal static class Harness
{
    // The two projects are built side by side.
    private static readonly string s_folder = AppContext.BaseDirectory.Replace("Vss.Interlink.Exchange.Simulation.Tests", "Vss.Interlink.Exchange.Simulation", StringComparison.Ordinal);

    public static async Task<(int ExitCode, string Output)> RunAsync(params object[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(s_folder, "Vss.Interlink.Exchange.Simulation.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    /// <summary>The lines of an output that begin with a word.</summary>
    public static IEnumerable<string> Lines(string output, string beginning) => output.Split('\n').Where(line => line.StartsWith(beginning, StringComparison.Ordinal));
}
