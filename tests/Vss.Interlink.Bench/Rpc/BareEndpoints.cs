using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>
/// What the service does, without gRPC: the same octets in and out by the pipes of Kestrel. Nothing is parsed; there are no trailers. The number
/// of chunks to send, which the message says, is in the query besides.
/// </summary>
internal static class BareEndpoints
{
    private static readonly byte[] Chunk = Frame.Of(EchoService.Chunk);

    public static void MapBare(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/interlink.bench.Bare/Unary", UnaryAsync);
        endpoints.MapPost("/interlink.bench.Bare/Download", DownloadAsync);
        endpoints.MapPost("/interlink.bench.Bare/Upload", UploadAsync);
    }

    private static async Task UnaryAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        await ReadToEndAsync(http, http.Response.BodyWriter);
    }

    private static async Task DownloadAsync(HttpContext http)
    {
        await ReadToEndAsync(http, copy: null);
        http.Response.ContentType = "application/grpc";
        var chunks = int.Parse(http.Request.Query["chunks"].ToString());
        for (var i = 0; i < chunks; i++) await http.Response.BodyWriter.WriteAsync(Chunk, http.RequestAborted);
    }

    private static async Task UploadAsync(HttpContext http)
    {
        var octets = await ReadToEndAsync(http, copy: null);
        http.Response.ContentType = "application/grpc";
        http.Response.BodyWriter.Write(Frame.Of(new UploadAnswer { Octets = octets }));
    }

    private static async Task<long> ReadToEndAsync(HttpContext http, IBufferWriter<byte>? copy)
    {
        var octets = 0L;
        while (true)
        {
            var read = await http.Request.BodyReader.ReadAsync(http.RequestAborted);
            foreach (var part in read.Buffer) copy?.Write(part.Span);
            octets += read.Buffer.Length;
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return octets;
        }
    }
}
