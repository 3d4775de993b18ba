using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Vss.Interlink.Rpc.Tests.Hostile;

public sealed class MalformedRequestTests
{
    private const string One = "/interlink.rpc.tests.Counter/One";

    [Theory(Timeout = 20_000)]
    [InlineData("text/plain")]
    [InlineData("application/grpc-web")]
    [InlineData("application/json")]
    public async Task Another_content_type_is_415(string contentType)
    {
        await using var host = await CounterHost.StartAsync();
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, RawCall.Frame(new Ask()), contentType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory(Timeout = 20_000)]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    public async Task The_content_type_may_say_more(string contentType)
    {
        await using var host = await CounterHost.StartAsync();
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, RawCall.Frame(new Ask()), contentType);
        await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task Requests_that_are_not_gRPC_stay_the_hosts_own()
    {
        await using var host = await CounterHost.StartAsync();
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync("/some/path", [], "text/xml");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task An_unknown_encoding_is_UNIMPLEMENTED_and_the_answer_says_what_is_accepted()
    {
        await using var host = await CounterHost.StartAsync();
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, RawCall.Frame(new Ask(), flag: 1), encoding: "snappy");
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("identity", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    public static TheoryData<string, byte[]> BadBodies => new()
    {
        { "no message", [] },
        { "half a prefix", [0, 0, 0] },
        { "half a message", [0, 0, 0, 0, 10, 1, 2] },
        { "two messages", [.. RawCall.Frame(new Ask()), .. RawCall.Frame(new Ask())] },
        { "trailing bytes", [.. RawCall.Frame(new Ask()), 7] },
        { "flagged as compressed without an encoding", RawCall.Frame(new Ask { Text = "x" }, flag: 1) },
        { "an unknown flag", RawCall.Frame(new Ask { Text = "x" }, flag: 200) },
        { "not a protobuf message", [0, 0, 0, 0, 3, 255, 255, 255] },
    };

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(BadBodies))]
    public async Task A_malformed_unary_request_is_INTERNAL(string what, byte[] body)
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => throw new InvalidOperationException("was called") });
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, body);
        Assert.True(response.Headers.TryGetValues("grpc-status", out var status), what);
        Assert.Equal("13", status.Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_length_beyond_any_limit_is_refused_before_its_bytes_come()
    {
        await using var host = await CounterHost.StartAsync();
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, [0, 255, 255, 255, 255]);
        Assert.Equal("8", response.Headers.GetValues("grpc-status").Single());
    }

    [Theory(Timeout = 20_000)]
    [InlineData("soon")]
    [InlineData("999999999S")]
    [InlineData("-5S")]
    [InlineData("5")]
    [InlineData("S")]
    public async Task An_unreadable_timeout_is_INTERNAL(string timeout)
    {
        await using var host = await CounterHost.StartAsync();
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, RawCall.Frame(new Ask()), timeout: timeout);
        Assert.Equal("13", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task HTTP_1_is_told_to_upgrade()
    {
        await using var host = await CounterHost.StartAsync(listen: endpoint => endpoint.Protocols = HttpProtocols.Http1);
        using var http = new HttpClient();
        using var content = new ByteArrayContent(RawCall.Frame(new Ask()));
        content.Headers.ContentType = new("application/grpc");
        using var response = await http.PostAsync(new Uri(host.Address, One), content);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_request_reset_halfway_cancels_the_service_and_harms_no_one_else()
    {
        var cancelled = new TaskCompletionSource();
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Gather = async (asks, _) =>
            {
                try
                {
                    while (await asks.MoveNext()) { }
                }
                catch (OperationCanceledException)
                {
                    cancelled.SetResult();
                    throw;
                }

                return new Answer();
            },
        });
        using (var call = host.Client.Gather())
        {
            await call.RequestStream.WriteAsync(new Ask());
            await Task.Delay(100);
        }

        await cancelled.Task;
        await host.Client.OneAsync(new Ask());
    }
}
