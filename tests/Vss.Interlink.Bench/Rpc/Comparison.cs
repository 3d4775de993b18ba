using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>How long and how wide to measure.</summary>
internal sealed record Plan(TimeSpan Run, int Rounds, int MessageSize);

/// <summary>
/// The three sides, bare endpoint, gRPC endpoint under the same plain client, and gRPC endpoint under the runtime's own client, in the three shapes:
/// unary, download, upload.
/// </summary>
internal sealed class Comparison : IDisposable
{
    private const int Connections = 4;
    private const int UnaryCallersPerConnection = 16;
    private const int ChunksPerStream = 256;
    private const double MegabytesPerStream = (double)ChunksPerStream * EchoService.ChunkSize / 1_000_000;

    private readonly ServerProcess _server;
    private readonly Plan _plan;
    private readonly PlainClient[] _plain;
    private readonly GrpcChannel[] _channels;
    private readonly Echo.EchoClient[] _own;

    public Comparison(ServerProcess server, Plan plan)
    {
        (_server, _plan) = (server, plan);
        _plain = [.. Enumerable.Range(0, Connections).Select(_ => new PlainClient(server.Address))];
        _channels = [.. Enumerable.Range(0, Connections).Select(_ => GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            HttpHandler = PlainClient.CreateHandler(), DisposeHttpClient = true,
        }))];
        _own = [.. _channels.Select(channel => new Echo.EchoClient(channel))];
    }

    public async Task<Table> UnaryAsync()
    {
        var message = new Payload { Octets = ByteString.CopyFrom(new byte[_plan.MessageSize]) };
        var frame = Frame.Of(message);
        Side[] sides = Sides("Unary", frame, 1, frame.Length, async connection =>
        {
            using var call = _own[connection].UnaryAsync(message);
            await call;
        });
        var rounds = await Load(UnaryCallersPerConnection).CompareAsync(sides, _plan.Rounds);
        var title = $"unary, {_plan.MessageSize} B each way, {Connections * UnaryCallersPerConnection} in flight on {Connections} connections";
        return new Table(title, Names(sides),
        [
            Of("calls", "1/s", rounds, sample => sample.CallsPerSecond),
            Of("p50", "ms", rounds, sample => sample.P50Ms),
            Of("p99", "ms", rounds, sample => sample.P99Ms),
            Of("server CPU", "µs/call", rounds, sample => sample.ServerCpuMicrosecondsPerCall),
            Of("server allocates", "B/call", rounds, sample => sample.ServerBytesPerCall),
        ]);
    }

    public Task<Table> DownloadAsync()
    {
        var answer = (long)ChunksPerStream * Frame.Of(EchoService.Chunk).Length;
        return StreamAsync("download", Sides("Download", Frame.Of(new DownloadRequest { Chunks = ChunksPerStream }), 1, answer, async connection =>
        {
            using var call = _own[connection].Download(new DownloadRequest { Chunks = ChunksPerStream });
            while (await call.ResponseStream.MoveNext(CancellationToken.None)) { }
        }));
    }

    public Task<Table> UploadAsync()
    {
        var answer = Frame.Of(new UploadAnswer { Octets = (long)ChunksPerStream * EchoService.ChunkSize }).Length;
        return StreamAsync("upload", Sides("Upload", Frame.Of(EchoService.Chunk), ChunksPerStream, answer, async connection =>
        {
            using var call = _own[connection].Upload();
            for (var i = 0; i < ChunksPerStream; i++) await call.RequestStream.WriteAsync(EchoService.Chunk);
            await call.RequestStream.CompleteAsync();
            await call;
        }));
    }

    public void Dispose()
    {
        foreach (var client in _plain) client.Dispose();
        foreach (var channel in _channels) channel.Dispose();
    }

    private async Task<Table> StreamAsync(string name, Side[] sides)
    {
        var rounds = await Load(callersPerConnection: 1).CompareAsync(sides, _plan.Rounds);
        var title = $"{name}, streams of {ChunksPerStream} messages of {EchoService.ChunkSize} B, one at a time on each of {Connections} connections";
        return new Table(title, Names(sides),
        [
            Of("throughput", "MB/s", rounds, sample => sample.CallsPerSecond * MegabytesPerStream),
            Of("server CPU", "µs/MB", rounds, sample => sample.ServerCpuMicrosecondsPerCall / MegabytesPerStream),
            Of("server allocates", "B/message", rounds, sample => sample.ServerBytesPerCall / ChunksPerStream),
        ]);
    }

    private Side[] Sides(string method, byte[] frame, int times, long answerLength, Func<int, Task> callWithOwnClient) =>
    [
        new("bare", connection =>
            _plain[connection].CallAsync($"/interlink.bench.Bare/{method}?chunks={ChunksPerStream}", frame, times, answerLength, isGrpc: false)),
        new("gRPC", connection =>
            _plain[connection].CallAsync($"/interlink.bench.Echo/{method}", frame, times, answerLength, isGrpc: true)),
        new("gRPC by own client", callWithOwnClient),
    ];

    private Load Load(int callersPerConnection) => new(_server, Connections, callersPerConnection, _plan.Run);

    private static string[] Names(Side[] sides) => [.. sides.Select(side => side.Name)];

    private static Quantity Of(string name, string unit, IReadOnlyList<Sample[]> rounds, Func<Sample, double> value) =>
        Quantity.Of(name, unit, [.. rounds.Select(round => round.Select(value).ToArray())]);
}
