using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

public sealed class MetadataTests
{
    [Fact(Timeout = 20_000)]
    public async Task Text_and_binary_metadata_travel_both_ways()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = async (ask, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata
                {
                    { "seen", context.RequestHeaders.GetValue("organ")! },
                    { "seen-bin", context.RequestHeaders.GetValueBytes("token-bin")! },
                });
                context.ResponseTrailers.Add("repeated", "1");
                context.ResponseTrailers.Add("repeated", "2");
                context.ResponseTrailers.Add("empty-bin", []);
                return Behaviour.Echo(ask);
            },
        });
        using var call = host.Client.OneAsync(new Ask(), new Metadata { { "Organ", "000.00.00.G22" }, { "token-bin", [1, 2, 254, 255] } });
        var headers = await call.ResponseHeadersAsync;
        await call;
        Assert.Equal("000.00.00.G22", headers.GetValue("seen"));
        Assert.Equal([1, 2, 254, 255], headers.GetValueBytes("seen-bin")!);
        Assert.Equal(["1", "2"], call.GetTrailers().GetAll("repeated").Select(entry => entry.Value));
        Assert.Equal([], call.GetTrailers().GetValueBytes("empty-bin")!);
    }

    [Fact(Timeout = 20_000)]
    public async Task Headers_of_the_protocol_are_not_metadata()
    {
        var seen = new List<string>();
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (ask, context) =>
            {
                seen.AddRange(context.RequestHeaders.Select(entry => entry.Key));
                context.ResponseTrailers.Add("grpc-status", "13");
                return Task.FromResult(Behaviour.Echo(ask));
            },
        });
        using var call = host.Client.OneAsync(new Ask(), new Metadata { { "mine", "1" } }, DateTime.MaxValue.ToUniversalTime());
        await call;
        Assert.Equal(["mine"], seen);
        Assert.DoesNotContain(call.GetTrailers(), entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal));
    }

    [Fact(Timeout = 20_000)]
    public async Task Response_headers_go_out_once_and_before_the_first_message()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Spread = async (_, answers, context) =>
            {
                await answers.WriteAsync(new Answer());
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.WriteResponseHeadersAsync([]));
            },
        });
        using var call = host.Client.Spread(new Ask());
        Assert.Equal(1, await call.ResponseStream.ReadAllAsync().CountAsync());
    }

    [Fact(Timeout = 20_000)]
    public async Task Binary_metadata_that_is_not_base64_is_INTERNAL()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (ask, context) => Task.FromResult(new Answer { Count = context.RequestHeaders.Count }),
        });
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/interlink.rpc.tests.Counter/One")
        {
            Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(RawCall.Frame(new Ask())),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.Add("token-bin", "!!!");
        using var response = await http.SendAsync(request);
        Assert.Equal("13", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact(Timeout = 20_000)]
    public async Task The_context_names_method_host_and_peer()
    {
        (string Method, string Host, string Peer) seen = default;
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (ask, context) =>
            {
                seen = (context.Method, context.Host, context.Peer);
                Assert.Equal("HTTP/2", context.GetHttpContext().Request.Protocol);
                Assert.False(context.AuthContext.IsPeerAuthenticated);
                return Task.FromResult(Behaviour.Echo(ask));
            },
        });
        await host.Client.OneAsync(new Ask());
        Assert.Equal(("/interlink.rpc.tests.Counter/One", host.Address.Authority), (seen.Method, seen.Host));
        Assert.StartsWith("ipv4:127.0.0.1:", seen.Peer, StringComparison.Ordinal);
        await host.Client.WithHost("hub.example").OneAsync(new Ask());
        Assert.Equal("hub.example", seen.Host);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tiếng-việt")]
    public void A_key_outside_the_alphabet_is_refused(string key) => Assert.ThrowsAny<ArgumentException>(() => new Metadata.Entry(key, "v"));

    [Fact]
    public void Text_is_printable_ASCII_and_bytes_have_a_bin_key()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", "line\nbreak"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", [1]));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("key", "value"));
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("key-bin", [1]).Value);
    }
}
