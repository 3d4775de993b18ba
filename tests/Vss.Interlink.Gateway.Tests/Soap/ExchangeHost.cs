using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Connectors.Box;
using Vss.Interlink.Exchange;
using Vss.Interlink.Gateway.Hosting;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>The SOAP edge over real trust, a real ledger in a temporary folder and TLS on a free port: what a ministry meets.</summary>
internal sealed class ExchangeHost : IAsyncDisposable
{
    public const string Ministry = "000.00.01.G09";
    public const string GuardedMinistry = "000.00.01.G10";
    public const string Office = "000.00.02.H01";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private ExchangeHost(WebApplication app, DirectoryInfo folder, LogLines log)
    {
        (_app, _folder, Log) = (app, folder, log);
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Endpoint = new Uri($"https://localhost:{bound.Port}{SoapHost.Path}");
    }

    public Uri Endpoint { get; }

    public LogLines Log { get; }

    public SoapOperations Operations => _app.Services.GetRequiredService<SoapOperations>();

    /// <summary>What the edge stands on.</summary>
    public IServiceProvider Services => _app.Services;

    private static DevelopmentPki Pki => TestPki.Instance;

    /// <param name="settings">More settings, or others.</param>
    public static Task<ExchangeHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(TimeProvider.System, settings);

    public static async Task<ExchangeHost> StartAsync(TimeProvider clock, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("interlink-soap-");
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(Settings(folder.FullName)).AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            ClientCertificates.UseHttps(listen, https => (https.ServerCertificate, https.ServerCertificateChain) = KeyUri.OpenTls(new Uri(Pki.KeyUri("hub-tls"))), ClientCertificateMode.AllowCertificate, kestrel.ApplicationServices)));
        builder.Services.AddSingleton(clock)
                        .AddTrust(builder.Configuration.GetSection("Trust"))
                        .AddExchange(builder.Configuration.GetSection("Exchange"))
                        .AddBox()
                        .AddSoap(builder.Configuration.GetSection("Soap"))
                        .AddSoapOperations();
        var app = builder.Build();
        app.MapSoap();
        await app.StartAsync();
        return new ExchangeHost(app, folder, log);
    }

    /// <summary>A ministry that signs with the named key of the development PKI.</summary>
    public MinistryClient Client(string signer = "ministry", SoapDialect dialect = SoapDialect.Soap11, bool withAddressing = false, string? clientCertificate = null, TimeProvider? clock = null) =>
        Client(Pki.Load(signer), dialect, withAddressing, clientCertificate, clock);

    /// <summary>A ministry that signs with a key of its own.</summary>
    public MinistryClient Client(X509Certificate2 signer, SoapDialect dialect = SoapDialect.Soap11, bool withAddressing = false, string? clientCertificate = null, TimeProvider? clock = null) => new(
        new MinistryOptions(Endpoint, signer, Pki.AnchorCertificates(), DevelopmentPki.HubSubject)
        {
            Intermediates = [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Pki.Intermediates, "issuing.crt"))],
            Dialect = dialect,
            WithAddressing = withAddressing,
            ClientCertificate = clientCertificate is null ? null : Pki.Load(clientCertificate),
            Clock = clock ?? TimeProvider.System,
        });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string WritePolicies(string folder)
    {
        const string algorithms = """{ "SHA-256": "open", "RSA-PKCS1": "open", "RSA-2048": "open", "ECDSA": "open", "P-256": "open" }""";
        var path = Path.Combine(folder, "policies.json");
        File.WriteAllText(path, $$"""
            {
              "policies": {
                "open": { "algorithms": {{algorithms}}, "requiredLevel": "Dsig", "revocationGrace": "00:00:00", "unsigned": "Refuse", "clientCertificate": "NotRequired", "attachments": "NotJudged" },
                "guarded": { "algorithms": {{algorithms}}, "requiredLevel": "Dsig", "revocationGrace": "00:00:00", "unsigned": "Refuse", "clientCertificate": "Required", "attachments": "NotJudged" }
              },
              "partners": [
                { "organ": "{{Ministry}}", "policy": "open", "signers": [ { "subject": "{{DevelopmentPki.MinistrySubject}}", "role": "Agency" } ] },
                { "organ": "{{Office}}", "policy": "open", "signers": [ { "subject": "{{DevelopmentPki.OfficeSubject}}", "role": "Agency" } ] },
                { "organ": "{{GuardedMinistry}}", "policy": "guarded", "signers": [ { "subject": "{{DevelopmentPki.MinistrySubject}}", "role": "Agency" } ] }
              ]
            }
            """);
        return path;
    }

    private static Dictionary<string, string?> Settings(string folder) => new()
    {
        ["Trust:Anchors"] = Pki.Anchors,
        ["Trust:Intermediates"] = Pki.Intermediates,
        ["Trust:RevocationLists"] = Pki.RevocationLists,
        ["Trust:HubKey"] = Pki.KeyUri("hub"),
        ["Trust:ClockSkewSeconds"] = "60",
        ["Trust:MaxMessageAgeSeconds"] = "600",
        ["Trust:Policies"] = WritePolicies(folder),
        ["Exchange:DataFolder"] = folder,
        ["Exchange:BodyKeys"] = Pki.BodyKeys,
        ["Exchange:HubOrgan"] = "000.00.00.G22",
        ["Exchange:InsideOrgans:0"] = "000.00.00.G22",
        ["Exchange:Routes:0:Receiver"] = Office,
        ["Exchange:Routes:0:Connector"] = "box",
        ["Exchange:Routes:1:Receiver"] = Ministry,
        ["Exchange:Routes:1:Connector"] = "box",
        ["Exchange:Delivery:Poll"] = "00:00:01",
    };
}
