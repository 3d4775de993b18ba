using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Vss.Interlink.Rpc.Tests;

public sealed class StatusTests
{
    [Fact(Timeout = 20_000)]
    public async Task A_status_thrown_by_the_service_arrives_with_its_detail_and_trailers()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (_, context) =>
            {
                context.ResponseTrailers.Add("from-context", "a");
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "hết hạn 100% \n\t☺"), new Metadata { { "from-exception-bin", [0, 255, 1] } });
            },
        });
        using var call = host.Client.OneAsync(new Ask());
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(new Status(StatusCode.FailedPrecondition, "hết hạn 100% \n\t☺"), failure.Status);
        Assert.Equal("a", failure.Trailers.GetValue("from-context"));
        Assert.Equal([0, 255, 1], failure.Trailers.GetValueBytes("from-exception-bin")!);
        Assert.Equal(failure.Status, call.GetStatus());
        Assert.Empty(await call.ResponseHeadersAsync);
    }

    [Fact(Timeout = 20_000)]
    public async Task Typed_details_of_a_status_travel_in_its_trailers()
    {
        var violation = new Google.Rpc.BadRequest { FieldViolations = { new Google.Rpc.BadRequest.Types.FieldViolation { Field = "organ", Description = "không có mã" } } };
        var rich = new Google.Rpc.Status { Code = (int)StatusCode.InvalidArgument, Message = "the dossier is not complete", Details = { Google.Protobuf.WellKnownTypes.Any.Pack(violation) } };
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (_, _) => throw new RpcException(new Status(StatusCode.InvalidArgument, rich.Message), new Metadata { { "grpc-status-details-bin", rich.ToByteArray() } }),
        });
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask()));
        var received = Google.Rpc.Status.Parser.ParseFrom(failure.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal(rich, received);
        Assert.Equal(violation, received.Details.Single().Unpack<Google.Rpc.BadRequest>());
    }

    [Fact(Timeout = 20_000)]
    public async Task A_status_after_messages_follows_them()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            Spread = async (_, answers, context) =>
            {
                await answers.WriteAsync(new Answer { Count = 1 });
                context.ResponseTrailers.Add("last", "words");
                context.Status = new Status(StatusCode.DataLoss, "half of it");
            },
        });
        using var call = host.Client.Spread(new Ask());
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.DataLoss, failure.StatusCode);
        Assert.Equal("words", call.GetTrailers().GetValue("last"));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_status_set_on_the_context_replaces_a_unary_response()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (ask, context) =>
            {
                context.Status = new Status(StatusCode.NotFound, "no such dossier");
                return Task.FromResult(Behaviour.Echo(ask));
            },
        });
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask()));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Theory(Timeout = 20_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_exception_of_the_service_is_UNKNOWN_and_tells_nothing_unless_asked_to(bool detailed)
    {
        await using var host = await CounterHost.StartAsync(
            new Behaviour { One = (_, _) => throw new InvalidOperationException("the password is hunter2") },
            options => options.EnableDetailedErrors = detailed, expectsErrors: true);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask()));
        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.Equal(detailed, failure.Status.Detail.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact(Timeout = 20_000)]
    public async Task A_method_the_service_does_not_override_is_UNIMPLEMENTED()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour
        {
            One = (_, context) => new Unwritten().One(new Ask(), context),
        });
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask()));
        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Theory(Timeout = 20_000)]
    [InlineData("interlink.rpc.tests.Counter", "Missing")]
    [InlineData("interlink.rpc.tests.Missing", "One")]
    public async Task A_method_or_service_nobody_serves_is_UNIMPLEMENTED(string service, string name)
    {
        await using var host = await CounterHost.StartAsync();
        var method = new Method<string, string>(MethodType.Unary, service, name, Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await host.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, "hello"));
        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(MethodType.ClientStreaming)]
    [InlineData(MethodType.DuplexStreaming)]
    public async Task Who_still_writes_to_a_call_that_was_refused_is_told_why_it_was(MethodType type)
    {
        await using var host = await CounterHost.StartAsync();
        var method = new Method<string, string>(type, "interlink.rpc.tests.Counter", "Missing", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        for (var connection = 0; connection < 5; connection++)
        {
            using var channel = GrpcChannel.ForAddress(host.Address);
            for (var round = 0; round < 100; round++)   // the server has patience with so many on one connection
            {
                var (requests, call) = Begin(channel.CreateCallInvoker());
                using var ended = call;
                var failure = await Assert.ThrowsAsync<RpcException>(async () =>
                {
                    while (true) await requests.WriteAsync(new string('x', 1000));
                });
                Assert.True(failure.StatusCode == StatusCode.Unimplemented, $"In round {round}: {failure}");
            }
        }

        (IClientStreamWriter<string>, IDisposable) Begin(CallInvoker invoker)
        {
            if (type == MethodType.ClientStreaming)
            {
                var upload = invoker.AsyncClientStreamingCall(method, null, default);
                return (upload.RequestStream, upload);
            }

            var both = invoker.AsyncDuplexStreamingCall(method, null, default);
            return (both.RequestStream, both);
        }
    }

    [Fact(Timeout = 20_000)]
    public async Task A_service_that_returns_nothing_is_INTERNAL()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => Task.FromResult<Answer>(null!) });
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.OneAsync(new Ask()));
        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_server_that_is_not_there_is_UNAVAILABLE()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        using var call = new Counter.CounterClient(channel).OneAsync(new Ask());
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync)).StatusCode);
    }

    [Fact]
    public void A_host_without_AddGrpc_is_told_so()
    {
        var app = Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder().Build();
        var failure = Assert.Throws<InvalidOperationException>(() => Microsoft.AspNetCore.Builder.GrpcEndpointRouteBuilderExtensions.MapGrpcService<CounterService>(app));
        Assert.Contains("AddGrpc", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_failure_nobody_looks_at_is_no_unobserved_exception()
    {
        await using var host = await CounterHost.StartAsync(new Behaviour { One = (_, _) => throw new RpcException(new Status(StatusCode.Aborted, "forgotten")) });
        var unobserved = new ConcurrentQueue<string>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs found) => unobserved.Enqueue(found.Exception.ToString());
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await ForgetAsync(host);
            for (var i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(20);
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.DoesNotContain(unobserved, text => text.Contains("forgotten", StringComparison.Ordinal));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetAsync(CounterHost host)
    {
        var calls = Enumerable.Range(0, 20).Select(_ => host.Client.OneAsync(new Ask())).ToList();
        foreach (var call in calls) await call.ResponseAsync.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private sealed class Unwritten : Counter.CounterBase;
}
