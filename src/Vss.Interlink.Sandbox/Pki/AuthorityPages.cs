using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>What the authority serves to everybody: certificates, lists, OCSP, time stamps.</summary>
internal sealed class AuthorityPages(Hierarchy hierarchy, Func<Hierarchy> stranger, IReadOnlyDictionary<string, ListPublisher> lists, AuthorityFaults faults, AuthorityOptions options)
{
    /// <summary>Octets of the largest request that is read.</summary>
    public const int MaxRequest = 64 * 1024;

    private readonly OcspResponder _responder = new(hierarchy, stranger, options);
    private readonly TimeStamper _stamper = new(hierarchy, stranger, options);

    /// <summary>An answer that went right so far.</summary>
    /// <param name="Kept">Since when and until when caches may keep it; null for not at all.</param>
    private sealed record Page(byte[] Octets, string ContentType, (DateTimeOffset From, DateTimeOffset Until)? Kept = null);

    public static void Map(IEndpointRouteBuilder app, Task<SandboxAuthority> authority)
    {
        app.MapGet("/ca/{file}", async (string file, HttpContext http) => await (await authority).Pages.FileAsync(file, http));
        app.MapPost("/ocsp", async (HttpContext http) => await (await authority).Pages.OcspAsync(http));
        app.MapGet("/ocsp/{**request}", async (string? request, HttpContext http) => await (await authority).Pages.OcspByGetAsync(request ?? "", http));
        app.MapPost("/tsa", async (HttpContext http) => await (await authority).Pages.StampAsync(http));
    }

    private Task FileAsync(string file, HttpContext http) => Path.GetExtension(file) switch
    {
        ".cer" => AnswerAsync(AuthorityService.Certificates, http, _ => Certificate(Path.GetFileNameWithoutExtension(file)) is { } octets ? new Page(octets, "application/pkix-cert") : null),
        ".crl" => AnswerAsync(AuthorityService.Crl, http, fault => List(file, fault) is { } list ? new Page(list.Octets, "application/pkix-crl", (list.ThisUpdate, list.NextUpdate)) : null),
        _ => Refuse(http, StatusCodes.Status404NotFound),
    };

    private byte[]? Certificate(string name) => name switch
    {
        "root" => hierarchy.Root.Self.Certificate.GetEncoded(),
        "issuing" => hierarchy.Issuing.Self.Certificate.GetEncoded(),
        "responder" => hierarchy.Responder.Certificate.GetEncoded(),
        "stamper" => hierarchy.Stamper.Certificate.GetEncoded(),
        "list-issuer" => hierarchy.ListIssuer.Certificate.GetEncoded(),
        _ => null,
    };

    private PublishedList? List(string file, AuthorityFault? fault)
    {
        if (!lists.TryGetValue(Path.GetFileNameWithoutExtension(file).Split('-')[0], out var publisher)) return null;
        return publisher.Find(file, fault, () => file.EndsWith("-indirect.crl", StringComparison.Ordinal) ? stranger().ListIssuer
            : file.StartsWith(hierarchy.Root.Name, StringComparison.Ordinal) ? stranger().Root.Self : stranger().Issuing.Self);
    }

    private async Task OcspAsync(HttpContext http)
    {
        if (await BodyAsync(http, "application/ocsp-request") is not { } request) return;
        await AnswerAsync(AuthorityService.Ocsp, http, fault => new Page(_responder.Answer(request, fault).Octets, "application/ocsp-response"));
    }

    // RFC 6960 appendix A.1: base64 of the request, percent-encoded, behind the address. Of percent-encodings only that of the slash is still there.
    private Task OcspByGetAsync(string encoded, HttpContext http)
    {
        var request = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), request, out var length) || length == 0) return Refuse(http, StatusCodes.Status400BadRequest);
        return AnswerAsync(AuthorityService.Ocsp, http, fault =>
        {
            var reply = _responder.Answer(request[..length], fault);
            return new Page(reply.Octets, "application/ocsp-response", reply.NextUpdate is { } next ? (reply.ThisUpdate, next) : null);
        });
    }

    private async Task StampAsync(HttpContext http)
    {
        if (await BodyAsync(http, "application/timestamp-query") is not { } request) return;
        await AnswerAsync(AuthorityService.Tsa, http, fault => new Page(_stamper.Answer(request, fault), "application/timestamp-reply"));
    }

    private async Task AnswerAsync(AuthorityService service, HttpContext http, Func<AuthorityFault?, Page?> make)
    {
        var fault = faults.Next(service);
        switch (fault?.Fault)
        {
            case AuthorityFault.Off:
                http.Abort();
                return;
            case AuthorityFault.ServerError:
                await Refuse(http, StatusCodes.Status500InternalServerError);
                return;
            case AuthorityFault.Slow:
                await Task.Delay(TimeSpan.FromMilliseconds(fault.DelayMilliseconds), options.Clock, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
        }

        if (make(fault?.Fault) is not { } page) await Refuse(http, StatusCodes.Status404NotFound);
        else if (fault?.Fault is AuthorityFault.Garbage) await WriteAsync(http, page with { Octets = RandomNumberGenerator.GetBytes(64), Kept = null });
        else if (fault?.Fault is AuthorityFault.Truncated) await WriteAsync(http, page with { Octets = page.Octets[..(page.Octets.Length / 2)], Kept = null });
        else await WriteAsync(http, page);
    }

    // Headers for caches: RFC 5019 section 6.2, for lists too.
    private Task WriteAsync(HttpContext http, Page page)
    {
        if (page.Kept is not var (from, until))
        {
            http.Response.Headers.CacheControl = "no-store";
            return Results.Bytes(page.Octets, page.ContentType).ExecuteAsync(http);
        }

        var seconds = Math.Max(0, (long)(until - options.Clock.GetUtcNow()).TotalSeconds);
        http.Response.Headers.CacheControl = $"max-age={seconds}, public, no-transform, must-revalidate";
        http.Response.Headers.Expires = until.ToString("R", CultureInfo.InvariantCulture);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(page.Octets))}\"";
        return Results.Bytes(page.Octets, page.ContentType, lastModified: from, entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue(tag)).ExecuteAsync(http);
    }

    /// <summary>The request's body; null when it is of another type, and that is answered.</summary>
    private static async Task<byte[]?> BodyAsync(HttpContext http, string contentType)
    {
        if (!string.Equals(http.Request.ContentType?.Split(';')[0].Trim(), contentType, StringComparison.OrdinalIgnoreCase))
        {
            await Refuse(http, StatusCodes.Status400BadRequest);
            return null;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }

    private static Task Refuse(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
