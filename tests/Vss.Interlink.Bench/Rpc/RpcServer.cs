using System.CommandLine;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.Bench.Rpc;

/// <summary>What the server process has used since it started.</summary>
internal sealed record Usage(long AllocatedBytes, TimeSpan Cpu);

/// <summary>
/// The server's half of the bench, a process of its own: the service and the bare endpoints on one port, over HTTP/2 without TLS. Writes its address
/// on the first line; then a line of <see cref="Usage"/> as JSON for each line it reads. Ends when its input ends, so it never outlives the bench.
/// </summary>
internal static class RpcServer
{
    public const string Verb = "rpc-server";

    public static Command CreateCommand()
    {
        var command = new Command(Verb, "The server that 'rpc' measures.") { Hidden = true };
        command.SetAction(_ => RunAsync());
        return command;
    }

    private static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        await using var app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapBare();
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine(JsonSerializer.Serialize(new Usage(GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime)));
    }
}
