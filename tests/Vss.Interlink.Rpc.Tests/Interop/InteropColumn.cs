using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;

namespace Vss.Interlink.Rpc.Tests.Interop;

/// <summary>A client and a server with a tap between them, one of the two ours; started once and used for every case.</summary>
internal sealed class InteropColumn : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Func<string, Task> _run;
    private readonly Func<Task> _end;

    private InteropColumn(WireTap tap, Func<string, Task> run, Func<Task> end) => (Tap, _run, _end) = (tap, run, end);

    public WireTap Tap { get; }

    /// <summary>Plays a case; throws when an assertion of its client fails.</summary>
    public Task RunAsync(string @case) => _run(@case);

    public static async Task<InteropColumn> OfOurClientAsync(Task<PeerProcess> starting)
    {
        var server = await starting;
        var tap = new WireTap(new Uri($"http://127.0.0.1:{await server.ReadLineAsync(Patience)}"));
        var channel = GrpcChannel.ForAddress(tap.Address);
        return new InteropColumn(tap, new InteropClient(channel).RunAsync, async () =>
        {
            channel.Dispose();
            await tap.DisposeAsync();
            await server.DisposeAsync();
        });
    }

    public static async Task<InteropColumn> OfOurServerAsync(Func<string, Task<PeerProcess>> start)
    {
        var server = await CounterHost.StartAsync(
            options: grpc => grpc.ResponseCompressionAlgorithm = "gzip", endpoints: app => app.MapGrpcService<InteropService>());
        var tap = new WireTap(server.Address);
        var client = await start(tap.Address.Authority);
        return new InteropColumn(tap, RunAsync, async () =>
        {
            await client.DisposeAsync();
            await tap.DisposeAsync();
            await server.DisposeAsync();
        });

        async Task RunAsync(string @case)
        {
            await client.WriteLineAsync(@case);
            var outcome = await client.ReadLineAsync(Patience);
            Assert.True(outcome == "ok", outcome);
        }
    }

    public ValueTask DisposeAsync() => new(_end());
}
