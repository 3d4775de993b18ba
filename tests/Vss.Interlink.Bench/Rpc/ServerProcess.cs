using System.Diagnostics;
using System.Text.Json;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>The bench itself, started again as <see cref="RpcServer"/>.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<ServerProcess> StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // "dotnet Vss.Interlink.Bench.dll" runs in a process whose path is dotnet's.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        start.ArgumentList.Add(RpcServer.Verb);
        var process = Process.Start(start) ?? throw new InvalidOperationException("The server process did not start.");
        return new ServerProcess(process, new Uri(await ReadLineAsync(process)));
    }

    public async Task<Usage> ReadUsageAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        return JsonSerializer.Deserialize<Usage>(await ReadLineAsync(_process))!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task<string> ReadLineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server process has ended.");
}
