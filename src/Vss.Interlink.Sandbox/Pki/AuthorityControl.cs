using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>A revocation as a script orders it.</summary>
/// <param name="Serial">Hexadecimal.</param>
/// <param name="Reason">As <see cref="X509RevocationReason"/> names it.</param>
/// <param name="At">Since when; null for now.</param>
public sealed record RevocationOrder(string Serial, string Reason = nameof(X509RevocationReason.KeyCompromise), DateTimeOffset? At = null);

/// <summary>
/// The authority's buttons, over HTTP:
/// <list type="bullet">
/// <item><c>POST /sandbox/issue</c>, body a <see cref="CertificateOrder"/> as JSON: answers <c>serial</c>, <c>certificate</c>, <c>chain</c> and <c>key</c> as PEM; body
/// <c>application/pkcs10</c>: the same without the key.</item>
/// <item><c>POST /sandbox/revoke</c>, body a <see cref="RevocationOrder"/>.</item>
/// <item><c>POST /sandbox/publish</c>, <c>/sandbox/publish-delta</c>, <c>/sandbox/expire-lists</c>.</item>
/// <item><c>POST /sandbox/fault</c>, body a <see cref="ScriptedAuthorityFault"/>; <c>DELETE /sandbox/fault</c> clears the script.</item>
/// <item><c>GET /sandbox/requests</c>: how often each service was asked.</item>
/// </list>
/// What cannot be done is answered with 400 and the reason.
/// </summary>
internal static class AuthorityControl
{
    public static void Map(IEndpointRouteBuilder app, Task<SandboxAuthority> made)
    {
        var buttons = app.MapGroup("/sandbox").AddEndpointFilter(async (context, next) =>
        {
            try
            {
                return await next(context);
            }
            catch (Exception refused) when (refused is ArgumentException or JsonException)
            {
                return Results.BadRequest(new { error = refused.Message });
            }
        });
        buttons.MapPost("/issue", async (HttpRequest request, IOptions<JsonOptions> json) => await IssueAsync(await made, request, json.Value.SerializerOptions));
        buttons.MapPost("/revoke", async (RevocationOrder order) => Revoke(await made, order));
        buttons.MapPost("/publish", async () => (await made).Publish());
        buttons.MapPost("/publish-delta", async () => (await made).PublishDelta());
        buttons.MapPost("/expire-lists", async () => (await made).ExpireLists());
        buttons.MapPost("/fault", async (ScriptedAuthorityFault fault) => (await made).Script(fault));
        buttons.MapDelete("/fault", async () => (await made).ClearFaults());
        buttons.MapGet("/requests", async () => Results.Json((await made).Requests.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value)));
    }

    private static async Task<IResult> IssueAsync(SandboxAuthority authority, HttpRequest request, JsonSerializerOptions json)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        if (request.ContentType?.StartsWith("application/pkcs10", StringComparison.OrdinalIgnoreCase) == true)
        {
            using var certified = authority.Issue(body.ToArray());
            return Results.Json(Described(authority, certified, null));
        }

        // Read at once, for the reader of streams lets a null pass where the property has none.
        var order = JsonSerializer.Deserialize<CertificateOrder>(body.ToArray(), json) ?? throw new ArgumentException("There is no order.");
        using var issued = authority.Issue(order);
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)issued.GetRSAPrivateKey() ?? issued.GetECDsaPrivateKey();
        return Results.Json(Described(authority, issued, key!.ExportPkcs8PrivateKeyPem()));
    }

    private static IResult Revoke(SandboxAuthority authority, RevocationOrder order)
    {
        if (!Enum.TryParse<X509RevocationReason>(order.Reason, ignoreCase: true, out var reason)) throw new ArgumentException($"There is no reason '{order.Reason}'.");
        authority.Revoke(order.Serial, reason, order.At);
        return Results.Ok();
    }

    private static object Described(SandboxAuthority authority, X509Certificate2 certificate, string? key) => new
    {
        serial = certificate.SerialNumber,
        certificate = certificate.ExportCertificatePem(),
        chain = authority.Issuing.ExportCertificatePem() + "\n" + authority.Root.ExportCertificatePem(),
        key,
    };
}
