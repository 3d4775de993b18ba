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

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>What the client makes of servers that do not speak gRPC, or not well.</summary>
public sealed class StrangeAnswerTests
{
    [Theory(Timeout = 20_000)]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    public async Task An_HTTP_status_becomes_the_status_the_mapping_names(int http, StatusCode expected) =>
        Assert.Equal(expected, await StatusFrom(context =>
        {
            context.Response.StatusCode = http;
            return Task.CompletedTask;
        }));

    [Theory(Timeout = 20_000)]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public async Task A_reset_stream_becomes_the_status_of_its_error_code(int error, StatusCode expected) =>
        Assert.Equal(expected, await StatusFrom(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.FlushAsync();
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(error);
        }));

    [Fact(Timeout = 20_000)]
    public async Task A_page_instead_of_gRPC_is_UNKNOWN() =>
        Assert.Equal(StatusCode.Unknown, await StatusFrom(context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<p>Welcome");
        }));

    [Fact(Timeout = 20_000)]
    public async Task An_answer_without_a_status_is_UNKNOWN() => Assert.Equal(StatusCode.Unknown, await StatusFrom(Answer(RawCall.Frame(new Answer()))));

    [Fact(Timeout = 20_000)]
    public async Task A_status_nobody_knows_is_UNKNOWN() => Assert.Equal(StatusCode.Unknown, await StatusFrom(Answer(RawCall.Frame(new Answer()), "77")));

    [Fact(Timeout = 20_000)]
    public async Task OK_without_a_response_is_INTERNAL() => Assert.Equal(StatusCode.Internal, await StatusFrom(Answer([], "0")));

    [Fact(Timeout = 20_000)]
    public async Task Two_responses_to_a_unary_call_are_INTERNAL() =>
        Assert.Equal(StatusCode.Internal, await StatusFrom(Answer([.. RawCall.Frame(new Answer()), .. RawCall.Frame(new Answer())], "0")));

    [Fact(Timeout = 20_000)]
    public async Task A_truncated_response_is_INTERNAL() => Assert.Equal(StatusCode.Internal, await StatusFrom(Answer([0, 0, 0, 0, 9, 1], "0")));

    [Fact(Timeout = 20_000)]
    public async Task An_encoding_that_was_not_offered_is_INTERNAL() =>
        Assert.Equal(StatusCode.Internal, await StatusFrom(context =>
        {
            context.Response.Headers["grpc-encoding"] = "gzip";
            return Answer(RawCall.Frame(new Answer(), flag: 1), "0")(context);
        }));

    private static RequestDelegate Answer(byte[] body, string? status = null) => async context =>
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.BodyWriter.WriteAsync(body);
        if (status is not null) context.Response.AppendTrailer("grpc-status", status);
    };

    private static async Task<StatusCode> StatusFrom(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        using var channel = GrpcChannel.ForAddress(address);
        using var call = new Counter.CounterClient(channel).OneAsync(new Ask());
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(failure.StatusCode, call.GetStatus().StatusCode);
        return failure.StatusCode;
    }
}
