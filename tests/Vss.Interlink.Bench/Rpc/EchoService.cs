using Google.Protobuf;
using Grpc.Core;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>The service behind the gRPC endpoints.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    public const int ChunkSize = 64 * 1024;

    public static readonly Payload Chunk = new() { Octets = UnsafeByteOperations.UnsafeWrap(new byte[ChunkSize]) };

    public override Task<Payload> Unary(Payload request, ServerCallContext context) => Task.FromResult(new Payload { Octets = request.Octets });

    public override async Task Download(DownloadRequest request, IServerStreamWriter<Payload> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Chunks; i++) await responseStream.WriteAsync(Chunk, context.CancellationToken);
    }

    public override async Task<UploadAnswer> Upload(IAsyncStreamReader<Payload> requestStream, ServerCallContext context)
    {
        var answer = new UploadAnswer();
        while (await requestStream.MoveNext(context.CancellationToken)) answer.Octets += requestStream.Current.Octets.Length;
        return answer;
    }
}
