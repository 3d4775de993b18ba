using System.Net;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>
/// The SOAP edge on a real socket. /soap/v1 is the whole pipeline. /read stops after reading and gives back what an operation would be shown of the
/// request, so that rules of reading can be tested with messages that nobody signed.
/// </summary>
internal sealed class SoapHost : IAsyncDisposable
{
    public const string Path = "/soap/v1";
    public const string ReadPath = "/read";

    private static readonly TestTrust Trust = new();

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private SoapHost(WebApplication app, DirectoryInfo folder)
    {
        (_app, _folder) = (app, folder);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public LogLines Log { get; private init; } = new();

    public static Task<SoapHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(Trust, settings);

    public static async Task<SoapHost> StartAsync(TestTrust trust, params (string Key, string Value)[] settings)
    {
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => new KeyValuePair<string, string?>($"Soap:{pair.Key}", pair.Value)));
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSoap(builder.Configuration.GetSection("Soap")).AddSingleton(trust.Soap).AddSingleton(trust.Revocation).AddSingleton(trust.SoapSigner);
        var folder = Directory.CreateTempSubdirectory("interlink-soap-");
        builder.Services.AddSingleton(ExchangeLedger.OpenSqlite(System.IO.Path.Combine(folder.FullName, "ledger.db"), TimeProvider.System)).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(provider => new AuditTrail(provider.GetRequiredService<ExchangeLedger>(), () => new PartnerPolicies([]), TimeProvider.System, provider.GetRequiredService<ILogger<AuditTrail>>()));
        builder.Services.AddSingleton(new SoapOperations().Add("GetStatus", (_, _) => throw new InvalidOperationException("the ledger burnt down"))
            .Add("GetReceipt", (_, _) => throw new ExchangeFault(Fault.Overloaded, "too much of it", "limit.partner") { RetryAfter = TimeSpan.FromSeconds(16.2) }));
        var app = builder.Build();
        app.MapSoap();
        app.MapPost(ReadPath, ReadOnlyAsync);
        await app.StartAsync();
        return new SoapHost(app, folder) { Log = log };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string TextOf(Stream envelope)
    {
        using var whole = new MemoryStream();
        envelope.CopyTo(whole);
        return XmlTree.Load(whole.ToArray()).DocumentElement!.InnerText.Trim();
    }

    private static async Task ReadOnlyAsync(HttpContext http, SoapReader reader)
    {
        switch (await reader.ReadAsync(http.Request, http.RequestAborted))
        {
            case SoapRead.Accepted { Request: var request }:
                await http.Response.WriteAsync($"{request.Operation}|{request.Version}|{TextOf(request.Envelope)}");
                break;
            case SoapRead.Refused refused:
                http.Response.StatusCode = 400;
                await http.Response.WriteAsync($"{refused.Fault.Fault}: {refused.Fault.Detail}");
                break;
        }
    }
}

/// <summary>Keeps what was logged, for tests that look for it or for its absence.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> Lines
    {
        get { lock (_lines) return [.. _lines]; }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines) _lines.Add((logLevel, $"{formatter(state, exception)} {exception}"));
    }
}
