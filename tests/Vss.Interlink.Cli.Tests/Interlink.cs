using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Vss.Interlink.Cli.Tests;

/// <summary>What one run of the command gave.</summary>
internal sealed record CommandResult(int ExitCode, string Out, string Error)
{
    /// <summary>Standard output as one JSON value; fails the test when it is none.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public string LastLine => Out.TrimEnd().Split('\n')[^1];
}

/// <summary>
/// Runs the built command from its entry point. What is given octets on standard input, or writes octets to standard output, runs as a process of its own, as its
/// users do; the many that only write text run in this one, for a process takes most of its time to start.
/// </summary>
internal static class Interlink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // To a terminal the command writes other characters; where the tests have one it would take it for its own.
    private static bool CanRunHere(string[] arguments) => Console.IsOutputRedirected && Console.IsErrorRedirected && !arguments.AsSpan().StartsWith(["c14n"]);

    public static Task<CommandResult> RunAsync(params string[] arguments) => CanRunHere(arguments) ? RunHereAsync(arguments) : RunAsync([], arguments);

    public static async Task<CommandResult> RunAsync(byte[] input, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "interlink.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await WriteAsync(process, input, patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    // The entry point blocks its thread until the command is over.
    private static async Task<CommandResult> RunHereAsync(string[] arguments)
    {
        var console = new OwnConsole();
        var exitCode = await Task.Factory.StartNew(
            () => console.Run(() => (int)typeof(CommandRun).Assembly.EntryPoint!.Invoke(null, [arguments])!), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Patience);
        return new CommandResult(exitCode, console.Out, console.Error);
    }

    private static async Task WriteAsync(Process process, byte[] input, CancellationToken cancellation)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It read as much as it wanted and went.
        }
    }
}
