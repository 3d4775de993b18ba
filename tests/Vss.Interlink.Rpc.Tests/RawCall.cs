using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>Requests made by hand, for what no gRPC client would send.</summary>
internal sealed class RawCall(Uri address) : IDisposable
{
    private readonly HttpClient _http = new()
    {
        BaseAddress = address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static byte[] Frame(IMessage message, byte flag = 0, int? claimedLength = null)
    {
        var payload = message.ToByteArray();
        var frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), claimedLength ?? payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    public Task<HttpResponseMessage> SendAsync(
        string path, byte[] body, string contentType = "application/grpc", string? timeout = null, string? encoding = null, string? acceptEncoding = null,
        bool te = true)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body), Version = HttpVersion.Version20 };
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (te) request.Headers.TryAddWithoutValidation("te", "trailers");
        if (timeout is not null) request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
        if (encoding is not null) request.Headers.TryAddWithoutValidation("grpc-encoding", encoding);
        if (acceptEncoding is not null) request.Headers.TryAddWithoutValidation("grpc-accept-encoding", acceptEncoding);
        return _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();
}
