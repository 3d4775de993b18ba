using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Vss.Interlink.V1;

namespace Vss.Interlink.Sandbox.Inside;

/// <summary>
/// Lets a person or the demo look into the inside system and push its buttons, over HTTP on loopback: <c>GET /sandbox/deliveries</c>; <c>POST /sandbox/submit</c> with a
/// dossier as protobuf JSON, whose attachments' contents are their names; <c>GET /sandbox/exchanges/ID</c>.
/// </summary>
public sealed class InsideControl : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly InsideService _service;

    private InsideControl(WebApplication app, InsideService service) => (_app, _service) = (app, service);

    public Uri BaseAddress => new(_app.Urls.Single() + "/");

    public static async Task<InsideControl> StartAsync(InsideService service, int port, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var control = new InsideControl(builder.Build(), service);
        control._app.MapGet("/sandbox/deliveries", control.Deliveries);
        control._app.MapPost("/sandbox/submit", control.SubmitAsync);
        control._app.MapGet("/sandbox/exchanges/{id}", control.FindAsync);
        await control._app.StartAsync(cancellation);
        return control;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private IResult Deliveries() => Results.Json(_service.Taken.Values.OrderBy(taken => taken.Delivery.ExchangeId, StringComparer.Ordinal).Select(taken => new
    {
        exchangeId = taken.Delivery.ExchangeId,
        idempotencyKey = taken.Delivery.IdempotencyKey,
        handedOver = _service.HandedOver.Count(key => key == taken.Delivery.IdempotencyKey),
        messageId = taken.Delivery.Dossier.MessageId,
        documentId = taken.Delivery.Dossier.DocumentId,
        kind = taken.Delivery.Dossier.Kind.ToString(),
        subject = taken.Delivery.Dossier.Subject,
        statusCode = taken.Delivery.Dossier.Status?.Code ?? "",
        sender = taken.Delivery.Dossier.Sender.Id,
        assurance = taken.Delivery.Assurance,
        signedBy = taken.Delivery.SignedBy,
        attachments = taken.Sha256,
    }));

    private async Task<IResult> SubmitAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        var dossier = JsonParser.Default.Parse<Dossier>(await body.ReadToEndAsync(request.HttpContext.RequestAborted));
        try
        {
            var contents = dossier.Attachments.ToDictionary(attachment => attachment.Id, attachment => System.Text.Encoding.UTF8.GetBytes(attachment.Name));
            var accepted = await _service.SubmitAsync(dossier, contents, request.HttpContext.RequestAborted);
            return Results.Json(new { exchangeId = accepted.ExchangeId, repeated = accepted.Repeated, receipt = accepted.Receipt.ToBase64() });
        }
        catch (RpcException refused)
        {
            return Results.Json(new { status = refused.StatusCode.ToString(), detail = refused.Status.Detail }, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private async Task<IResult> FindAsync(string id, HttpContext http)
    {
        try
        {
            var view = await _service.Exchange.GetAsync(new GetRequest { ExchangeId = id }, cancellationToken: http.RequestAborted);
            return Results.Content(JsonFormatter.Default.Format(view), "application/json");
        }
        catch (RpcException refused)
        {
            return Results.Json(new { status = refused.StatusCode.ToString(), detail = refused.Status.Detail }, statusCode: StatusCodes.Status404NotFound);
        }
    }
}
