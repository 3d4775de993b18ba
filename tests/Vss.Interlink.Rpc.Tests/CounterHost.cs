using System.Collections.Concurrent;
using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>The service on a free loopback port, and a channel to it. An error in the log that the test did not expect fails the test.</summary>
internal sealed class CounterHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ErrorLog _log;

    private CounterHost(WebApplication app, ErrorLog log)
    {
        _app = app;
        _log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        Channel = GrpcChannel.ForAddress(Address);
        Client = new Counter.CounterClient(Channel);
    }

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    public GrpcChannel Channel { get; }

    public Counter.CounterClient Client { get; }

    public bool ExpectsErrors { get; init; }

    public static async Task<CounterHost> StartAsync(
        Behaviour? behaviour = null, Action<GrpcServiceOptions>? options = null, Action<ListenOptions>? listen = null,
        Action<IServiceCollection>? services = null, Action<WebApplication>? endpoints = null, bool expectsErrors = false)
    {
        var log = new ErrorLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            listen?.Invoke(endpoint);
        }));
        builder.Services.AddGrpc(options);
        builder.Services.AddSingleton(behaviour ?? new Behaviour());
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<CounterService>();
        app.MapGet("/alive", () => "yes");
        endpoints?.Invoke(app);
        await app.StartAsync();
        return new CounterHost(app, log) { ExpectsErrors = expectsErrors };
    }

    public GrpcChannel ChannelWith(Action<GrpcChannelOptions> configure)
    {
        var options = new GrpcChannelOptions();
        configure(options);
        return GrpcChannel.ForAddress(Address, options);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(2)).Token);
        await _app.DisposeAsync();
        if (!ExpectsErrors) Assert.Empty(_log.Lines);
        else Assert.NotEmpty(_log.Lines);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Lines.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose() { }
    }
}
