using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>
/// One HTTP/2 connection, and calls made by hand on it. The same client and the same octets go to the gRPC endpoints and the bare ones, so that what
/// differs is the server's work alone.
/// </summary>
internal sealed class PlainClient(Uri address) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(CreateHandler());

    /// <summary>Connections of both clients: one per handler, with as many streams as the server allows.</summary>
    public static SocketsHttpHandler CreateHandler() => new() { UseCookies = false, AllowAutoRedirect = false, UseProxy = false };

    /// <summary>Sends a frame so many times as one body, and reads the answer to its end.</summary>
    /// <param name="answerLength">How many octets are to come.</param>
    /// <param name="isGrpc">Whether a grpc-status of 0 is to follow them.</param>
    /// <exception cref="InvalidDataException">Something else came.</exception>
    public async Task CallAsync(string path, byte[] frame, int times, long answerLength, bool isGrpc)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new FrameContent(frame, times),
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        using var response = await _http.SendAsync(request, CancellationToken.None);
        var length = await ReadToEndAsync(await response.Content.ReadAsStreamAsync());
        if (response.StatusCode != HttpStatusCode.OK || length != answerLength)
            throw new InvalidDataException($"{path} answered {(int)response.StatusCode} and {length} octets where {answerLength} were due.");
        if (isGrpc && response.TrailingHeaders.NonValidated["grpc-status"].ToString() != "0") throw new InvalidDataException($"{path} failed.");
    }

    public void Dispose() => _http.Dispose();

    private static async Task<long> ReadToEndAsync(Stream body)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(EchoService.ChunkSize);
        var length = 0L;
        while (await body.ReadAsync(buffer) is > 0 and var read) length += read;
        ArrayPool<byte>.Shared.Return(buffer);
        return length;
    }

    // Like a gRPC client's body, it does not announce its length.
    private sealed class FrameContent : HttpContent
    {
        private static readonly MediaTypeHeaderValue GrpcMediaType = new("application/grpc");
        private readonly byte[] _frame;
        private readonly int _times;

        public FrameContent(byte[] frame, int times)
        {
            (_frame, _times) = (frame, times);
            Headers.ContentType = GrpcMediaType;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < _times; i++) await stream.WriteAsync(_frame);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
