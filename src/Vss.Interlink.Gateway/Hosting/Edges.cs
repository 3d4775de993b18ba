using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Gateway.Hosting;

/// <summary>Which side of the hub a connection came in at. What is served at one does not exist at the other.</summary>
internal enum Edge
{
    Partners,
    Inside,
}

/// <summary>The two listening sides, TLS, and what each serves.</summary>
internal static class Edges
{
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(3);

    private static readonly string[] PartnerPaths = ["/soap", "/health"];

    public static void AddEdges(this WebApplicationBuilder builder, IConfigurationSection section)
    {
        builder.Services.AddOptions<EdgeOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<EdgeOptions>, EdgeOptionsValidator>();
        builder.Services.AddHostedService<ReadyLine>();
    }

    /// <summary>
    /// Both sides listen once the host starts. Not part of the builder: the server is made while the host is built, and a fault of the configuration found there would hide the
    /// others (<see cref="StartCheck"/>).
    /// </summary>
    public static void Listen(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value;
        var kestrel = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;
        var (certificate, chain) = KeyUri.OpenTls(options.TlsKey!);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        Listen(Edge.Partners, options.Partners!, HttpProtocols.Http1AndHttp2, ClientCertificateMode.AllowCertificate);
        Listen(Edge.Inside, options.Inside!, HttpProtocols.Http2, ClientCertificateMode.RequireCertificate);

        void Listen(Edge edge, string address, HttpProtocols protocols, ClientCertificateMode clients) => kestrel.Listen(IPEndPoint.Parse(address), listen =>
        {
            listen.Protocols = protocols;
            listen.Use(next => connection =>
            {
                connection.Features.Set(new EdgeFeature(edge));
                return next(connection);
            });
            ClientCertificates.UseHttps(listen, https => (https.ServerCertificate, https.ServerCertificateChain) = (certificate, chain), clients, app.Services);
        });
    }

    /// <summary>Answers 404 to what belongs to the other side.</summary>
    public static void UseEdges(this WebApplication app) => app.Use((http, next) =>
    {
        var forPartners = PartnerPaths.Any(path => http.Request.Path.StartsWithSegments(path, StringComparison.Ordinal));
        var edge = http.Features.GetRequiredFeature<EdgeFeature>().Edge;
        if (forPartners == (edge == Edge.Partners)) return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    /// <summary>GET /health on the partners' side: 200 while the ledger answers within three seconds, 503 otherwise and from the moment the hub begins to stop.</summary>
    public static void MapHealth(this WebApplication app) => app.MapGet("/health", async (Exchange.Ledger.ExchangeHistory history, HttpContext http) =>
    {
        if (app.Lifetime.ApplicationStopping.IsCancellationRequested) return Results.Text("stopping\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(HealthPatience);
        try
        {
            await history.ListAsync(new V1.ListRequest { PageSize = 1 }, patience.Token).WaitAsync(patience.Token);
            return Results.Text("healthy\n");
        }
        catch (Exception)   // whatever it is: what it is is told on the inside, and logged there
        {
            return Results.Text("ledger\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    });

    private sealed record EdgeFeature(Edge Edge);

    private sealed class ReadyLine(IServer server, IOptions<EdgeOptions> options, IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (options.Value.AnnounceReady) lifetime.ApplicationStarted.Register(Announce);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private void Announce()
        {
            // In the order in which they were configured.
            var addresses = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToList();
            Console.Out.WriteLine(JsonSerializer.Serialize(new { ready = true, partners = addresses[0], inside = addresses[1] }));
            Console.Out.Flush();
        }
    }
}
