using System.Diagnostics;
using System.Globalization;

namespace Vss.Interlink.XmlSecurity.Tests.Fuzzing;

/// <summary>
/// A bounded run of the fuzzing harness, by iterations and not by the clock; the nightly run goes on for an hour. It is a process of its own, for what it looks for ends processes.
/// </summary>
public sealed class FuzzingTests
{
    private const int Iterations = 22_000;
    private const int Seed = 20261122;

    // The two projects are built side by side.
    private static readonly string s_harness = AppContext.BaseDirectory.Replace("Vss.Interlink.XmlSecurity.Tests", "Vss.Interlink.Fuzz", StringComparison.Ordinal);

    [Fact]
    public async Task No_mutation_of_the_corpus_makes_a_target_fail()
    {
        var failures = Directory.CreateTempSubdirectory("interlink-fuzz-").FullName;
        var (exitCode, output) = await RunAsync("xml", "--iterations", Iterations.ToString(CultureInfo.InvariantCulture), "--seed", Seed.ToString(CultureInfo.InvariantCulture), "--failures", failures);
        Assert.True(exitCode == 0, $"{output}\nThe inputs are in {failures}; replay FILE shows one again.");
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.Contains($"{Iterations} inputs, 0 failed", output, StringComparison.Ordinal);
        Directory.Delete(failures, recursive: true);
    }

    [Fact]
    public async Task A_replayed_input_is_shown_to_every_target()
    {
        var (exitCode, output) = await RunAsync("replay", Path.Combine(s_harness, "Corpus", "message.xml"));
        Assert.True(exitCode == 0, output);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(s_harness, "Vss.Interlink.Fuzz.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
