using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.TestKit.Pki;

/// <summary><c>openssl ts</c> behind HTTP on a free loopback port (RFC 3161 section 3.4).</summary>
public sealed class OpenSslTimeStampServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<byte[]> _requests = new();

    private OpenSslTimeStampServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single() + "/");

    /// <summary>What was asked, as it came, the oldest first.</summary>
    public IReadOnlyCollection<byte[]> Requests => _requests;

    /// <param name="authority">Makes the stamps, one after the other.</param>
    public static async Task<OpenSslTimeStampServer> StartAsync(OpenSslTimeStamps authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new OpenSslTimeStampServer(builder.Build());
        server._app.MapPost("/", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            server._requests.Enqueue(body.ToArray());
            return Results.Bytes(authority.Reply(body.ToArray()), "application/timestamp-reply");
        });
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
