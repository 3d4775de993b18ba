using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>A server of sound HTTP/2 that answers a unary call with whatever the test likes.</summary>
internal static class StrangeAnswer
{
    /// <summary>HTTP 200 of gRPC's content type, with that body and those trailers.</summary>
    public static RequestDelegate Of(byte[] body, string? status = null, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.ContentType = "application/grpc";
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        await context.Response.BodyWriter.WriteAsync(body);
        if (status is not null) context.Response.AppendTrailer("grpc-status", status);
    };

    /// <summary>One message and those trailers.</summary>
    public static RequestDelegate WithTrailers(params (string Name, string Value)[] trailers) => async context =>
    {
        await Of(RawCall.Frame(new Answer()))(context);
        foreach (var (name, value) in trailers) context.Response.AppendTrailer(name, new StringValues(value));
    };

    public static async Task<StatusCode> StatusFrom(RequestDelegate answer) => (await FailureFrom(answer)).StatusCode;

    public static async Task<RpcException> FailureFrom(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        using var channel = GrpcChannel.ForAddress(address);
        using var call = new Counter.CounterClient(channel).OneAsync(new Ask(), deadline: DateTime.UtcNow.AddSeconds(10));
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(failure.StatusCode, call.GetStatus().StatusCode);
        return failure;
    }
}
