using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Gateway.Hosting;

/// <summary>
/// Whom a connection's client certificate lets in. The hand-shake's own callback cannot wait, so a certificate of which nothing but an answer from the network lacks gets past it; the
/// connection then waits for that answer, once and within the limit of Trust:Online, before its first octet is read, and is closed where the certificate is not good by then.
/// </summary>
public static partial class ClientCertificates
{
    /// <summary>Put after TLS: what follows sees only connections without a client certificate or with a good one.</summary>
    /// <param name="listen">The side that listens.</param>
    /// <param name="https">Its TLS options.</param>
    /// <param name="mode">Whether there must be one.</param>
    /// <param name="services">Gives <see cref="ChannelVerifier"/>, <see cref="RevocationSource"/> and the log.</param>
    public static void UseHttps(ListenOptions listen, Action<HttpsConnectionAdapterOptions> https, ClientCertificateMode mode, IServiceProvider services)
    {
        var channel = services.GetRequiredService<ChannelVerifier>();
        var revocation = services.GetRequiredService<RevocationSource>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ClientCertificates).FullName!);
        listen.UseHttps(options =>
        {
            https(options);
            options.ClientCertificateMode = mode;
            options.ClientCertificateValidation = (client, _, _) => channel.Accepts(client, out var lacks) || (lacks.Count > 0 && revocation.IsOn);
        });
        listen.Use(next => async connection =>
        {
            if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } client && !await AcceptsAsync(client, connection.ConnectionClosed))
            {
                Closed(logger, connection.ConnectionId);
                connection.Abort(new ConnectionAbortedException("The client certificate is not good."));
                return;
            }

            await next(connection);
        });

        async ValueTask<bool> AcceptsAsync(X509Certificate2 client, CancellationToken closed)
        {
            try
            {
                await revocation.ObtainAsync(() => channel.Accepts(client, out var lacks) ? [] : lacks, closed);
                return channel.Accepts(client, out _);
            }
            catch (OperationCanceledException)
            {
                return false;   // the client went away
            }
        }
    }

    [LoggerMessage(3021, LogLevel.Warning, "Connection {Connection} is closed: its client certificate is not good.")]
    private static partial void Closed(ILogger logger, string connection);
}
