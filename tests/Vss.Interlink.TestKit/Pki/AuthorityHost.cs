using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>A request that came to an authority.</summary>
/// <param name="Body">What was posted, or in the path of an OCSP request by GET the request; else empty.</param>
/// <param name="Http">All of it.</param>
public sealed record AuthorityCall(byte[] Body, HttpContext Http);

/// <summary>The HTTP side of an authority on a free loopback port: what stands where, and what goes wrong there, is the test's to say.</summary>
public sealed class AuthorityHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<AuthorityCall, Task<byte[]?>>> _places = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _asked = new();
    private int _inside;
    private int _most;

    private AuthorityHost(WebApplication app) => _app = app;

    /// <summary>As an allow-list names it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Methods and paths, in the order in which they came.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>Most requests that were inside at one time.</summary>
    public int MostAtOnce => _most;

    /// <param name="port">The port of one that was stopped, for one that comes back; 0 for any.</param>
    public static async Task<AuthorityHost> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var host = new AuthorityHost(app);
        app.Run(host.AnswerAsync);
        await app.StartAsync();
        host.Name = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;
        return host;
    }

    public string At(string path) => $"http://{Name}{path}";

    public int CountOf(string path) => _asked.Count(asked => asked.Contains(' ' + path, StringComparison.Ordinal));

    /// <summary>Serves what is made anew for each request; null where the answer was given already.</summary>
    public void Serve(string path, Func<AuthorityCall, Task<byte[]?>> answer) => _places[path] = answer;

    public void Serve(string path, Func<byte[]> answer) => _places[path] = _ => Task.FromResult<byte[]?>(answer());

    /// <summary>Serves under a strong entity tag, and says 304 to who has it.</summary>
    public void ServeTagged(string path, string tag, Func<byte[]> answer) => _places[path] = call =>
    {
        call.Http.Response.Headers.ETag = $"\"{tag}\"";
        if (call.Http.Request.Headers.IfNoneMatch != $"\"{tag}\"") return Task.FromResult<byte[]?>(answer());
        call.Http.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.FromResult<byte[]?>(null);
    };

    /// <summary>Answers with a bare status.</summary>
    public void Refuse(string path, int status, string? location = null) => _places[path] = call =>
    {
        call.Http.Response.StatusCode = status;
        if (location is not null) call.Http.Response.Headers.Location = location;
        return Task.FromResult<byte[]?>(null);
    };

    /// <summary>Breaks the connection.</summary>
    public void Break(string path) => _places[path] = call =>
    {
        call.Http.Abort();
        return Task.FromResult<byte[]?>(null);
    };

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        _asked.Enqueue($"{http.Request.Method} {path}");
        var now = Interlocked.Increment(ref _inside);
        InterlockedMax(ref _most, now);
        try
        {
            var place = _places.Keys.OrderByDescending(known => known.Length).FirstOrDefault(known => path == known || path.StartsWith(known + "/", StringComparison.Ordinal));
            if (place is null)
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            // Raw, for the escapes of base64 must not become parts of the path.
            var octets = body.Length > 0 ? body.ToArray() : path.Length > place.Length ? Convert.FromBase64String(Uri.UnescapeDataString(path[(place.Length + 1)..])) : [];
            if (await _places[place](new AuthorityCall(octets, http)) is not { } answer) return;
            http.Response.ContentLength ??= answer.Length;
            await http.Response.Body.WriteAsync(answer, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // Whoever asked has left.
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int known;
        while ((known = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, known) != known)
        {
        }
    }
}
