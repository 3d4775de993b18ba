using Google.Protobuf;
using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

public sealed class DeadlineAndCancellationTests
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact(Timeout = 20_000)]
    public async Task A_call_past_its_deadline_is_DEADLINE_EXCEEDED_and_the_services_token_fires()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = WaitForCancellation });
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask(), deadline: Soon()));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await _cancelled.Task;
    }

    [Fact(Timeout = 20_000)]
    public async Task A_read_under_a_token_of_the_services_own_ends_quietly_when_the_client_resets_the_call()
    {
        // The host fails the test for any error in its log: Kestrel logs what a token's callback throws.
        await using var host = await CounterHost.StartAsync(new Behaviour { Talk = async (asks, answers, context) =>
        {
            using var own = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
            await answers.WriteAsync(new Answer());
            try
            {
                await asks.MoveNext(own.Token);
            }
            finally
            {
                _cancelled.TrySetResult();
            }
        } });
        for (var round = 0; round < 10; round++)
        {
            using var call = host.Client.Talk();
            await call.ResponseStream.MoveNext(default);
        }

        await _cancelled.Task;
        await host.Client.OneAsync(new Ask());
    }

    [Fact(Timeout = 20_000)]
    public async Task The_service_sees_the_deadline_the_client_set()
    {
        var seen = default(DateTime);
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (ask, context) =>
        {
            seen = context.Deadline;
            return Task.FromResult(Behaviour.Echo(ask));
        } });
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5);
        await host.Client.OneAsync(new Ask(), deadline: deadline);
        Assert.InRange(seen, deadline.AddSeconds(-1), deadline.AddSeconds(10));
        await host.Client.OneAsync(new Ask());
        Assert.Equal(DateTime.MaxValue, seen);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_deadline_that_has_passed_sends_nothing()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => throw new InvalidOperationException("was called") });
        var past = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-1);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask(), deadline: past));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_deadline_in_local_time_is_refused()
    {
        await using var host = await CounterHost.StartAsync();
        Assert.Throws<ArgumentException>(() => host.Client.OneAsync(new Ask(), deadline: new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Local)));
    }

    [Fact(Timeout = 20_000)]
    public async Task The_server_ends_a_call_at_its_deadline_even_when_the_service_does_not_listen()
    {
        var release = new TaskCompletionSource();
        await using var host = await CounterHost.StartAsync(new Behaviour { Spread = async (_, answers, _) =>
        {
            await answers.WriteAsync(new Answer { Count = 1 });
            await release.Task;
        } });
        // A raw request, so that no client's own clock can be what ends it.
        using var http = new RawCall(host.Address);
        using var response = await http.SendAsync("/interlink.rpc.tests.Counter/Spread", RawCall.Frame(new Ask()), timeout: "200m");
        await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("4", response.TrailingHeaders.GetValues("grpc-status").Single());
        release.SetResult();
    }

    [Fact(Timeout = 20_000)]
    public async Task A_deadline_ends_a_write_that_the_client_does_not_read()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { Spread = async (_, answers, _) =>
        {
            try
            {
                while (true) await answers.WriteAsync(new Answer { Payload = ByteString.CopyFrom(new byte[100_000]) });
            }
            finally
            {
                _cancelled.SetResult();
            }
        } });
        using var call = host.Client.Spread(new Ask(), deadline: Soon());
        await _cancelled.Task;
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.ReadAllAsync().CountAsync());
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task The_callers_token_cancels_the_call_on_both_sides()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = WaitForCancellation });
        using var source = new CancellationTokenSource();
        using var call = host.Client.OneAsync(new Ask(), cancellationToken: source.Token);
        await _reached.Task;
        await source.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await _cancelled.Task;
    }

    [Fact(Timeout = 20_000)]
    public async Task Disposing_a_call_cancels_it_on_both_sides()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { Talk = async (asks, answers, context) =>
        {
            await answers.WriteAsync(new Answer());
            try
            {
                await asks.MoveNext(context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                _cancelled.SetResult();
                throw;
            }
        } });
        var call = host.Client.Talk();
        Assert.True(await call.ResponseStream.MoveNext());
        call.Dispose();
        await _cancelled.Task;
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task Cancelling_a_read_cancels_the_call()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { Spread = (ask, _, context) => WaitForCancellation(ask, context) });
        using var call = host.Client.Spread(new Ask());
        using var source = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(source.Token);
        await _reached.Task;
        await source.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        await _cancelled.Task;
    }

    [Fact(Timeout = 20_000)]
    public async Task A_service_may_give_up_one_read_and_still_answer()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { Talk = async (asks, answers, _) =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asks.MoveNext(patience.Token));
            await answers.WriteAsync(new Answer { Text = "no more waiting" });
            Assert.True(await asks.MoveNext(CancellationToken.None));
            await answers.WriteAsync(Behaviour.Echo(asks.Current));
        } });
        using var call = host.Client.Talk();
        Assert.True(await call.ResponseStream.MoveNext());
        await call.RequestStream.WriteAsync(new Ask { Text = "late" });
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal("late", call.ResponseStream.Current.Text);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_token_that_has_fired_sends_nothing()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => throw new InvalidOperationException("was called") });
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask(), cancellationToken: new CancellationToken(true)));
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    private static DateTime Soon() => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1);

    private async Task<Answer> WaitForCancellation(Ask ask, ServerCallContext context)
    {
        _reached.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.TrySetResult();
            throw;
        }

        return Behaviour.Echo(ask);
    }
}
