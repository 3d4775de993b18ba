using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>Requests that break the protocol's rules: each gets the status the specification names, and the service is not called.</summary>
[Collection(HostileTests.Name)]
public sealed class MalformedRequestTests(UnobservedExceptions unobserved)
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

    // PROTOCOL-HTTP2.md, Requests: te is no option. Who does not send it may be, or stand behind, something that drops trailers.
    [Theory(Timeout = 20_000)]
    [InlineData("One")]
    [InlineData("Talk")]
    public async Task A_request_without_te_is_refused_as_HTTP_400_and_INTERNAL(string method)
    {
        await using var host = await CounterHost.StartAsync(NeverCalled());
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync($"/interlink.rpc.tests.Counter/{method}", RawCall.Frame(new Ask()), te: false);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("13", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task Another_te_than_trailers_ends_the_connection()
    {
        await using var siege = await Siege.BeginAsync(unobserved, NeverCalled(except: "good day"));
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            await connection.Frames.SendAsync(FrameType.Headers, FrameFlags.EndHeaders, connection.NextStream(), Http2Frames.HeaderBlock(
            [
                (":method", "POST"), (":scheme", "http"), (":path", One), (":authority", "localhost"),
                ("te", "gzip"), ("content-type", "application/grpc"),
            ]));
            Assert.Equal(Http2Error.Protocol, await connection.Closed); // RFC 9113, section 8.2.2
        });
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
        // PROTOCOL-HTTP2.md, Message-Encoding: the refusal of an encoding says which ones would do.
        var accepted = response.Headers.GetValues("grpc-accept-encoding").Single().Split(',', StringSplitOptions.TrimEntries);
        Assert.Contains("identity", accepted);
        Assert.DoesNotContain("snappy", accepted);
    }

    public static TheoryData<string, byte[]> BadBodies => new()
    {
        { "half a prefix", [0, 0, 0] },
        { "half a message", [0, 0, 0, 0, 10, 1, 2] },
        { "trailing bytes", [.. RawCall.Frame(new Ask()), 7] },
        { "a message longer than its prefix says", RawCall.Frame(new Ask { Text = "longer" }, claimedLength: 3) },
        { "flagged as compressed without an encoding", RawCall.Frame(new Ask { Text = "x" }, flag: 1) },
        { "an unknown flag", RawCall.Frame(new Ask { Text = "x" }, flag: 200) },
        { "not a protobuf message", [0, 0, 0, 0, 3, 255, 255, 255] },
    };

    [Theory(Timeout = 20_000)]
    [MemberData(nameof(BadBodies))]
    public async Task A_malformed_unary_request_is_INTERNAL(string what, byte[] body)
    {
        await using var host = await CounterHost.StartAsync(NeverCalled());
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, body);
        Assert.True(response.Headers.TryGetValues("grpc-status", out var status), what);
        Assert.Equal("13", status.Single());
    }

    // statuscodes.md: the method requires exactly one request, and the client sent some other number.
    [Theory(Timeout = 20_000)]
    [InlineData("One", 0)]
    [InlineData("One", 2)]
    [InlineData("Spread", 0)]
    [InlineData("Spread", 2)]
    public async Task Another_number_of_requests_than_one_is_UNIMPLEMENTED(string method, int number)
    {
        await using var host = await CounterHost.StartAsync(NeverCalled());
        using var raw = new RawCall(host.Address);
        byte[] body = [.. Enumerable.Repeat(RawCall.Frame(new Ask()), number).SelectMany(frame => frame)];
        using var response = await raw.SendAsync($"/interlink.rpc.tests.Counter/{method}", body);
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_message_flagged_as_compressed_under_the_encoding_identity_is_INTERNAL()
    {
        await using var host = await CounterHost.StartAsync(NeverCalled());
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, RawCall.Frame(new Ask { Text = "x" }, flag: 1), encoding: "identity");
        Assert.Equal("13", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_length_beyond_any_limit_is_refused_before_its_bytes_come()
    {
        await using var host = await CounterHost.StartAsync();
        using var raw = new RawCall(host.Address);
        using var response = await raw.SendAsync(One, [0, 255, 255, 255, 255]);
        Assert.Equal("8", response.Headers.GetValues("grpc-status").Single());
    }

    // The answer comes while the client still means to send four gigabytes.
    [Theory(Timeout = 20_000)]
    [InlineData("One")]
    [InlineData("Gather")]
    [InlineData("Talk")]
    public async Task A_length_beyond_any_limit_ends_a_call_that_is_still_sending(string method)
    {
        await using var siege = await Siege.BeginAsync(unobserved);
        await siege.WithstandAsync(async () =>
        {
            await using var connection = await RawConnection.OpenAsync(siege.Address);
            var stream = await connection.BeginAsync(method);
            await connection.SendAsync(stream, [0, 255, 255, 255, 255, 1, 2, 3]);
            Assert.Null(await connection.EndOf(stream));
        });
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

    private static Behaviour NeverCalled(string? except = null) => new()
    {
        One = (ask, _) => ask.Text == except ? Task.FromResult(Behaviour.Echo(ask)) : throw new InvalidOperationException("was called"),
        Spread = (_, _, _) => throw new InvalidOperationException("was called"),
        Talk = (_, _, _) => throw new InvalidOperationException("was called"),
    };
}
