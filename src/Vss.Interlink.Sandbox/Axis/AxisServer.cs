using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.Sandbox.Axis;

/// <summary>
/// Plays the national document axis (VXP 2.0) over HTTP, or HTTPS where it has a certificate, on loopback: it checks callers, fans a sending out to its receivers, and gives packets out
/// written anew, as the real one does (<see cref="AxisPacket"/>). Under <c>/sandbox</c> a test or the demo plays the other organs:
/// <list type="bullet">
/// <item><c>POST /sandbox/inject?messagetype=edoc|status</c>, body a packet: an organ sends it; answers <c>docIds</c>.</item>
/// <item><c>GET /sandbox/packets?to=ORGAN</c>: what arrived for an organ, packets as base64.</item>
/// <item><c>POST /sandbox/fault</c>, body a <see cref="ScriptedFault"/> as JSON: the next calls go wrong.</item>
/// </list>
/// </summary>
public sealed class AxisServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AxisPost _post;
    private readonly AxisOperations _operations;
    private readonly AxisFaults _faults = new();

    private AxisServer(WebApplication app, AxisOptions options)
    {
        _app = app;
        _post = new AxisPost(options);
        _operations = new AxisOperations(options, _post);
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri BaseAddress => new(_app.Urls.Single() + "/");

    /// <summary>Starts listening.</summary>
    public static async Task<AxisServer> StartAsync(AxisOptions options, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                if (options.Certificate is { } certificate) listen.UseHttps(certificate);
            });
            kestrel.Limits.MaxRequestBodySize = options.PacketBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        });
        builder.Services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = options.PacketBytes);

        var server = new AxisServer(builder.Build(), options);
        server.Map();
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>An organ on the axis sends a packet; receivers are those the packet names.</summary>
    /// <returns>The ids under which the receivers find it.</returns>
    /// <exception cref="ArgumentException">The axis refuses the packet.</exception>
    public IReadOnlyList<string> Inject(byte[] packet, string messageType)
    {
        try
        {
            return _post.Take(packet, messageType, sender: null).DocIds;
        }
        catch (AxisRefusalException refusal)
        {
            throw new ArgumentException($"{refusal.Code}: {refusal.Message}", nameof(packet), refusal);
        }
    }

    /// <summary>Packets that arrived for an organ, oldest first, as the axis gives them out.</summary>
    public IReadOnlyList<byte[]> PacketsFor(string organ) => [.. _post.ReceivedBy(organ).Select(item => item.Packet)];

    /// <summary>Makes the next calls of an operation go wrong.</summary>
    public void Script(ScriptedFault fault) => _faults.Add(fault);

    public async ValueTask DisposeAsync()
    {
        // A call that is kept silent on purpose must not hold the shutdown up.
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private void Map()
    {
        foreach (var operation in (string[])["sendEdoc", "getReceivedEdocList", "getSentEdocList", "getEdoc", "updateStatus", "getAgenciesList"])
            _app.MapPost($"/{operation}", (HttpContext context) => AnswerAsync(operation, context));
        _app.MapPost("/sandbox/inject", InjectAsync);
        _app.MapGet("/sandbox/packets", (string to) => Results.Json(new JsonArray([.. _post.ReceivedBy(to).Select(Described)])));
        _app.MapPost("/sandbox/fault", (ScriptedFault fault) => _faults.Add(fault));
    }

    private async Task AnswerAsync(string operation, HttpContext context)
    {
        var fault = _faults.Next(operation);
        switch (fault?.Fault)
        {
            case AxisFault.ServerError:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            case AxisFault.Silence:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
                return;
            case AxisFault.EndlessAnswer:
                await AnswerEndlesslyAsync(context);
                return;
        }
        var answer = fault?.Fault == AxisFault.Fail
            ? Failure(fault.Code, "Scripted.")
            : await CarriedOutAsync(operation, context.Request);
        if (fault?.Fault == AxisFault.LostAnswer) context.Abort();
        else await WriteAsync(context.Response, answer.ToJsonString(), half: fault?.Fault == AxisFault.TruncatedAnswer);
    }

    private async Task<JsonObject> CarriedOutAsync(string operation, HttpRequest request)
    {
        try
        {
            return await _operations.CarryOutAsync(operation, request);
        }
        catch (AxisRefusalException refusal)
        {
            return Failure(refusal.Code, refusal.Message);
        }
    }

    private async Task<IResult> InjectAsync(HttpRequest request, string messagetype)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        try
        {
            var (_, docIds) = _post.Take(body.ToArray(), messagetype, sender: null);
            return Results.Json(new JsonObject { ["docIds"] = new JsonArray([.. docIds.Select(id => JsonValue.Create(id))]) });
        }
        catch (AxisRefusalException refusal)
        {
            return Results.Json(Failure(refusal.Code, refusal.Message), statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static JsonObject Described(AxisItem item) => new()
    {
        ["docId"] = item.DocId,
        ["from"] = item.From,
        ["to"] = item.To,
        ["messageType"] = item.MessageType,
        ["state"] = item.State,
        ["at"] = item.Sent.ToString("O", CultureInfo.InvariantCulture),
        ["packet"] = Convert.ToBase64String(item.Packet),
    };

    private static async Task WriteAsync(HttpResponse response, string json, bool half)
    {
        response.ContentType = "application/json; charset=utf-8";
        await response.WriteAsync(half ? json[..(json.Length / 2)] : json);
    }

    private static async Task AnswerEndlesslyAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync("{\"status\":\"OK\",\"ErrorCode\":\"0\",\"data\":\"");
        var piece = new string('A', 64 * 1024);
        while (!context.RequestAborted.IsCancellationRequested) await context.Response.WriteAsync(piece);
    }

    private static JsonObject Failure(string code, string description) => new() { ["status"] = "FAIL", ["ErrorCode"] = code, ["ErrorDesc"] = description };
}
