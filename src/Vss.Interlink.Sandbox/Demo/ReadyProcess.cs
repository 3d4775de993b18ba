using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Vss.Interlink.Sandbox.Demo;

/// <summary>A process of ours that says on its first line of JSON where it listens. Stopped by its handle, never by name.</summary>
public sealed class ReadyProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _errors;
    private readonly Task _output;

    private ReadyProcess(Process process, JsonObject ready, Task output, Task errors) => (_process, Ready, _output, _errors) = (process, ready, output, errors);

    /// <summary>What the process said when it was ready.</summary>
    public JsonObject Ready { get; }

    public int Id => _process.Id;

    /// <summary>Starts <c>dotnet ASSEMBLY ARGUMENTS</c> and waits for the ready line.</summary>
    /// <param name="environment">Variables beside the inherited ones: the place for secrets, which others would see among the arguments.</param>
    /// <param name="log">Takes everything else that the process prints, a line at a time.</param>
    /// <exception cref="InvalidOperationException">The process ended or said nothing in time; the message has its last lines.</exception>
    public static async Task<ReadyProcess> StartAsync(string assembly, IEnumerable<string> arguments, Action<string> log, TimeSpan patience, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        var ready = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new Queue<string>();
        void Take(string line)
        {
            lock (last)
            {
                last.Enqueue(line);
                if (last.Count > 20) last.Dequeue();
            }

            if (line.StartsWith("{\"ready\":true", StringComparison.Ordinal)) ready.TrySetResult(JsonNode.Parse(line)!.AsObject());
            else log(line);
        }

        var output = PumpAsync(process.StandardOutput, Take);
        var errors = PumpAsync(process.StandardError, Take);
        var ended = process.WaitForExitAsync();
        var first = await Task.WhenAny(ready.Task, ended, Task.Delay(patience));
        if (first == ready.Task) return new ReadyProcess(process, await ready.Task, output, errors);
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(TimeSpan.FromSeconds(5)));
        throw new InvalidOperationException($"{Path.GetFileName(assembly)} did not come up:\n{string.Join('\n', last)}");
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // Closing standard input asks a sandbox process to stop; the hub does not listen there and must stand a kill at any time.
        _process.StandardInput.Close();
        await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(1)));
        await KillAsync();
        await Task.WhenAll(_output, _errors);
        _process.Dispose();
    }

    private static async Task PumpAsync(StreamReader from, Action<string> take)
    {
        while (await from.ReadLineAsync() is { } line) take(line);
    }
}
