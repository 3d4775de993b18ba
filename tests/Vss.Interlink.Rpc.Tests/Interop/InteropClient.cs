using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Vss.Interlink.Rpc.Tests.Interop;

/// <summary>The client side of the interop cases on our runtime; each method is the case of its name, with the assertions the specification gives it.</summary>
internal sealed class InteropClient(GrpcChannel channel)
{
    private const string EchoInitial = "x-grpc-test-echo-initial";
    private const string EchoTrailing = "x-grpc-test-echo-trailing-bin";

    // How the official client is told to compress the requests of a call.
    private static readonly Metadata Gzip = new() { { "grpc-internal-encoding-request", "gzip" } };

    private readonly TestService.TestServiceClient _service = new(channel);
    private readonly UnimplementedService.UnimplementedServiceClient _unimplemented = new(channel);

    public Task RunAsync(string @case) => @case switch
    {
        "empty_unary" => EmptyUnary(),
        "large_unary" => LargeUnary(),
        "client_streaming" => ClientStreaming(),
        "server_streaming" => ServerStreaming(),
        "ping_pong" => PingPong(),
        "empty_stream" => EmptyStream(),
        "custom_metadata" => CustomMetadata(),
        "status_code_and_message" => StatusCodeAndMessage(),
        "special_status_message" => SpecialStatusMessage(),
        "unimplemented_method" => UnimplementedMethod(),
        "unimplemented_service" => UnimplementedServiceCase(),
        "cancel_after_begin" => CancelAfterBegin(),
        "cancel_after_first_response" => CancelAfterFirstResponse(),
        "timeout_on_sleeping_server" => TimeoutOnSleepingServer(),
        "client_compressed_unary" => ClientCompressedUnary(),
        "server_compressed_unary" => ServerCompressedUnary(),
        "client_compressed_streaming" => ClientCompressedStreaming(),
        "server_compressed_streaming" => ServerCompressedStreaming(),
        _ => throw new ArgumentOutOfRangeException(nameof(@case), @case, null),
    };

    private async Task EmptyUnary() => Assert.Equal(new Empty(), await _service.EmptyCallAsync(new Empty()));

    private async Task LargeUnary() => AssertLarge(await _service.UnaryCallAsync(Large()));

    private async Task ClientStreaming()
    {
        using var call = _service.StreamingInputCall();
        foreach (var size in (int[])[27182, 8, 1828, 45904]) await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(74922, (await call).AggregatedPayloadSize);
    }

    private async Task ServerStreaming()
    {
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.Add(from size in (int[])[31415, 9, 2653, 58979] select new ResponseParameters { Size = size });
        using var call = _service.StreamingOutputCall(request);
        await AssertResponsesAsync(call.ResponseStream, 31415, 9, 2653, 58979);
    }

    private async Task PingPong()
    {
        using var call = _service.FullDuplexCall();
        foreach (var (requested, sent) in ((int, int)[])[(31415, 27182), (9, 8), (2653, 1828), (58979, 45904)])
        {
            await call.RequestStream.WriteAsync(Ask(requested, sent));
            Assert.True(await call.ResponseStream.MoveNext());
            AssertZeros(requested, call.ResponseStream.Current.Payload);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task EmptyStream()
    {
        using var call = _service.FullDuplexCall();
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task CustomMetadata()
    {
        var metadata = new Metadata { { EchoInitial, "test_initial_metadata_value" }, { EchoTrailing, [0xab, 0xab, 0xab] } };
        using var unary = _service.UnaryCallAsync(Large(), metadata);
        AssertLarge(await unary);
        AssertEchoed(await unary.ResponseHeadersAsync, unary.GetTrailers());

        using var duplex = _service.FullDuplexCall(metadata);
        await duplex.RequestStream.WriteAsync(Ask(314159, 271828));
        await duplex.RequestStream.CompleteAsync();
        await AssertResponsesAsync(duplex.ResponseStream, 314159);
        AssertEchoed(await duplex.ResponseHeadersAsync, duplex.GetTrailers());
    }

    private async Task StatusCodeAndMessage()
    {
        var status = new EchoStatus { Code = 2, Message = "test status message" };
        await AssertEndsAsync(status, async () => await _service.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }));
        using var call = _service.FullDuplexCall();
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status });
        await call.RequestStream.CompleteAsync();
        await AssertEndsAsync(status, async () => await call.ResponseStream.MoveNext());
    }

    private Task SpecialStatusMessage()
    {
        var status = new EchoStatus { Code = 2, Message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n" };
        return AssertEndsAsync(status, async () => await _service.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }));
    }

    private Task UnimplementedMethod() => AssertEndsAsync(StatusCode.Unimplemented, async () => await _service.UnimplementedCallAsync(new Empty()));

    private Task UnimplementedServiceCase() =>
        AssertEndsAsync(StatusCode.Unimplemented, async () => await _unimplemented.UnimplementedCallAsync(new Empty()));

    private async Task CancelAfterBegin()
    {
        using var cancel = new CancellationTokenSource();
        using var call = _service.StreamingInputCall(cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await AssertEndsAsync(StatusCode.Cancelled, async () => await call);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    private async Task CancelAfterFirstResponse()
    {
        using var cancel = new CancellationTokenSource();
        using var call = _service.FullDuplexCall(cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(Ask(31415, 27182));
        Assert.True(await call.ResponseStream.MoveNext());
        AssertZeros(31415, call.ResponseStream.Current.Payload);
        await cancel.CancelAsync();
        await AssertEndsAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    private async Task TimeoutOnSleepingServer()
    {
        using var call = _service.FullDuplexCall(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(1));
        await AssertEndsAsync(StatusCode.DeadlineExceeded, async () =>
        {
            await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = Zeros(27182) }); // may already be too late
            await call.ResponseStream.MoveNext();
        });
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
    }

    // The two cases of compressed requests go without the probe before them, which a server fails for not being compressed: no foreign server can tell.
    // What grpcio documents of compression in grpc.ServicerContext is about responses (set_compression, disable_next_message_compression), and of
    // @grpc/grpc-js "servers can decompress request messages" (README.md) before a handler sees them. That we did compress is asserted on the wire.

    private async Task ClientCompressedUnary()
    {
        var request = Large();
        request.ExpectCompressed = new BoolValue { Value = true };
        AssertLarge(await _service.UnaryCallAsync(request, Gzip));
        request.ExpectCompressed = new BoolValue { Value = false };
        AssertLarge(await _service.UnaryCallAsync(request));
    }

    private async Task ServerCompressedUnary()
    {
        foreach (var compressed in (bool[])[true, false])
        {
            var request = Large();
            request.ResponseCompressed = new BoolValue { Value = compressed };
            AssertLarge(await _service.UnaryCallAsync(request));
        }
    }

    private async Task ClientCompressedStreaming()
    {
        using var call = _service.StreamingInputCall(Gzip);
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = new BoolValue { Value = true }, Payload = Zeros(27182) });
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = new BoolValue { Value = false }, Payload = Zeros(45904) });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(73086, (await call).AggregatedPayloadSize);
    }

    private async Task ServerCompressedStreaming()
    {
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.Add(new ResponseParameters { Compressed = new BoolValue { Value = true }, Size = 31415 });
        request.ResponseParameters.Add(new ResponseParameters { Compressed = new BoolValue { Value = false }, Size = 92653 });
        using var call = _service.StreamingOutputCall(request);
        await AssertResponsesAsync(call.ResponseStream, 31415, 92653);
    }

    private static SimpleRequest Large() => new() { ResponseSize = 314159, Payload = Zeros(271828) };

    private static void AssertLarge(SimpleResponse response) => AssertZeros(314159, response.Payload);

    private static StreamingOutputCallRequest Ask(int responseSize, int size) =>
        new() { ResponseParameters = { new ResponseParameters { Size = responseSize } }, Payload = Zeros(size) };

    private static async Task AssertResponsesAsync(IAsyncStreamReader<StreamingOutputCallResponse> responses, params int[] sizes)
    {
        var payloads = await responses.ReadAllAsync().Select(response => response.Payload).ToListAsync();
        Assert.Equal(sizes, payloads.Select(payload => payload.Body.Length));
        foreach (var (size, payload) in sizes.Zip(payloads)) AssertZeros(size, payload);
    }

    private static void AssertEchoed(Metadata headers, Metadata trailers)
    {
        Assert.Equal("test_initial_metadata_value", headers.GetValue(EchoInitial));
        Assert.Equal([0xab, 0xab, 0xab], trailers.GetValueBytes(EchoTrailing)!);
    }

    private static async Task AssertEndsAsync(EchoStatus expected, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(new Status((StatusCode)expected.Code, expected.Message), failure.Status);
    }

    private static async Task AssertEndsAsync(StatusCode expected, Func<Task> call) =>
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static void AssertZeros(int size, Payload payload)
    {
        Assert.Equal(size, payload.Body.Length);
        Assert.False(payload.Body.Span.ContainsAnyExcept((byte)0));
    }
}
