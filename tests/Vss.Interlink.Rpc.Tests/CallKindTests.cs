using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Vss.Interlink.Rpc.Tests;

public sealed class CallKindTests
{
    [Fact(Timeout = 20_000)]
    public async Task A_unary_call_brings_its_response()
    {
        await using var host = await CounterHost.StartAsync();
        var payload = ByteString.CopyFrom(new byte[1_000_000]);
        using var call = host.Client.OneAsync(new Ask { Text = "Việt Nam", Count = 7, Payload = payload });
        var answer = await call;
        Assert.Equal("Việt Nam", answer.Text);
        Assert.Equal(payload, answer.Payload);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_blocking_unary_call_brings_its_response()
    {
        await using var host = await CounterHost.StartAsync();
        var answer = await Task.Run(() => host.Client.One(new Ask { Text = "now" }));
        Assert.Equal("now", answer.Text);
    }

    [Fact(Timeout = 20_000)]
    public async Task An_empty_message_is_a_message()
    {
        await using var host = await CounterHost.StartAsync();
        Assert.Equal(new Answer(), await host.Client.OneAsync(new Ask()));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_client_stream_is_answered_once_it_is_complete()
    {
        await using var host = await CounterHost.StartAsync();
        using var call = host.Client.Gather();
        foreach (var word in (string[])["one", "two", "three"]) await call.RequestStream.WriteAsync(new Ask { Text = word });
        Assert.False(call.ResponseAsync.IsCompleted);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(new Answer { Text = "one two three", Count = 3 }, await call);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_server_stream_brings_every_message_in_order()
    {
        await using var host = await CounterHost.StartAsync();
        using var call = host.Client.Spread(new Ask { Count = 500 });
        var counts = new List<int>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync()) counts.Add(answer.Count);
        Assert.Equal(Enumerable.Range(1, 500), counts);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_server_stream_may_be_empty()
    {
        await using var host = await CounterHost.StartAsync();
        using var call = host.Client.Spread(new Ask { Count = 0 });
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_duplex_call_answers_each_message_while_the_stream_is_open()
    {
        await using var host = await CounterHost.StartAsync();
        using var call = host.Client.Talk();
        for (var i = 0; i < 50; i++)
        {
            await call.RequestStream.WriteAsync(new Ask { Count = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact(Timeout = 20_000)]
    public async Task The_headers_of_a_duplex_call_come_before_any_message()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Talk = async (asks, _, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "greeting", "xin chao" } });
                await asks.MoveNext(context.CancellationToken);
            },
        });
        using var call = host.Client.Talk();
        Assert.Equal("xin chao", (await call.ResponseHeadersAsync).GetValue("greeting"));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_slow_reader_slows_the_writer()
    {
        var written = 0;
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Spread = async (ask, answers, context) =>
            {
                var answer = new Answer { Payload = ByteString.CopyFrom(new byte[64 * 1024]) };
                for (; written < ask.Count; written++) await answers.WriteAsync(answer, context.CancellationToken);
            },
        });
        using var call = host.Client.Spread(new Ask { Count = 2000 });
        Assert.True(await call.ResponseStream.MoveNext());
        var seen = -1;
        while (seen != written)
        {
            seen = written;
            await Task.Delay(300);
        }

        Assert.InRange(written, 1, 1000);
        var read = 1;
        while (await call.ResponseStream.MoveNext()) read++;
        Assert.Equal(2000, read);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_second_write_must_wait_for_the_first()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { Gather = async (_, context) =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new Answer();
        } });
        using var call = host.Client.Gather();
        var huge = new Ask { Payload = ByteString.CopyFrom(new byte[3_000_000]) };
        var first = call.RequestStream.WriteAsync(huge); // more than a stream's window, and nobody reads
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(huge));
        call.Dispose();
        var ended = await Assert.ThrowsAsync<RpcException>(() => first);
        Assert.Equal(StatusCode.Cancelled, ended.StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task Writing_after_completing_is_refused()
    {
        await using var host = await CounterHost.StartAsync();
        using var call = host.Client.Gather();
        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new Ask()));
        await call;
    }

    [Fact(Timeout = 20_000)]
    public async Task A_server_that_ends_a_stream_early_ends_the_writer_with_its_status()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Gather = (_, _) => throw new RpcException(new Status(StatusCode.FailedPrecondition, "enough")),
        });
        using var call = host.Client.Gather();
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true) await call.RequestStream.WriteAsync(new Ask { Payload = ByteString.CopyFrom(new byte[10_000]) });
        });
        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal("enough", (await Assert.ThrowsAsync<RpcException>(async () => await call)).Status.Detail);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stream_may_be_longer_than_the_hosts_limit_for_bodies()
    {
        await using var host = await CounterHost.StartAsync();
        using var call = host.Client.Gather();
        var ask = new Ask { Payload = ByteString.CopyFrom(new byte[2_000_000]) };
        for (var i = 0; i < 20; i++) await call.RequestStream.WriteAsync(ask); // 40 MB; Kestrel's own limit is 30
        await call.RequestStream.CompleteAsync();
        Assert.Equal(20, (await call).Count);
    }

    [Fact(Timeout = 20_000)]
    public async Task Many_calls_share_the_channel()
    {
        await using var host = await CounterHost.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => host.Client.OneAsync(new Ask { Count = i }).ResponseAsync));
        Assert.Equal(Enumerable.Range(0, 400), answers.Select(answer => answer.Count));
    }

    [Fact(Timeout = 20_000)]
    public async Task Buffered_messages_arrive_with_what_follows_them()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Talk = async (asks, answers, context) =>
            {
                answers.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
                await foreach (var ask in asks.ReadAllAsync(context.CancellationToken)) await answers.WriteAsync(Behaviour.Echo(ask));
            },
        });
        using var call = host.Client.Talk(new CallOptions(writeOptions: new WriteOptions(WriteFlags.BufferHint)));
        for (var i = 0; i < 20; i++) await call.RequestStream.WriteAsync(new Ask { Count = i });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(Enumerable.Range(0, 20), await call.ResponseStream.ReadAllAsync().Select(answer => answer.Count).ToListAsync());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_service_the_container_does_not_know_is_made_and_disposed_with_each_call()
    {
        var behaviour = new Behaviour();
        await using var host = await CounterHost.StartAsync(behaviour);
        for (var i = 0; i < 3; i++) await host.Client.OneAsync(new Ask());
        Assert.Equal((3, 3), (behaviour.Made, behaviour.Disposed));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_registered_service_belongs_to_the_container()
    {
        var behaviour = new Behaviour();
        await using var host = await CounterHost.StartAsync(behaviour, services: services => services.AddSingleton<CounterService>());
        for (var i = 0; i < 3; i++) await host.Client.OneAsync(new Ask());
        Assert.Equal((1, 0), (behaviour.Made, behaviour.Disposed));
    }
}
