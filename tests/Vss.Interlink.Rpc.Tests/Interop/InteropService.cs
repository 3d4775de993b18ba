using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests.Interop;

/// <summary>The server side of the interop cases on our runtime. It is to be served with gzip as its response encoding.</summary>
internal sealed class InteropService : TestService.TestServiceBase
{
    private const string EchoInitial = "x-grpc-test-echo-initial";
    private const string EchoTrailing = "x-grpc-test-echo-trailing-bin";
    private static readonly WriteOptions Uncompressed = new(WriteFlags.NoCompress);

    public override Task<Empty> EmptyCall(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        ExpectCompressed(request.ExpectCompressed, context);
        await EchoMetadataAsync(context);
        EchoStatus(request.ResponseStatus);
        context.WriteOptions = HowToWrite(request.ResponseCompressed);
        return new SimpleResponse { Payload = Zeros(request.ResponseSize) };
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        context.WriteOptions = Uncompressed;
        var size = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            ExpectCompressed(request.ExpectCompressed, context);
            size += request.Payload.Body.Length;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = size };
    }

    public override Task StreamingOutputCall(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responseStream, ServerCallContext context) =>
        RespondAsync(request, responseStream, context);

    public override async Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream, IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            EchoStatus(request.ResponseStatus);
            await RespondAsync(request, responseStream, context);
        }
    }

    private static async Task RespondAsync(
        StreamingOutputCallRequest request, IServerStreamWriter<StreamingOutputCallResponse> responses, ServerCallContext context)
    {
        foreach (var wanted in request.ResponseParameters)
        {
            responses.WriteOptions = HowToWrite(wanted.Compressed);
            await responses.WriteAsync(new StreamingOutputCallResponse { Payload = Zeros(wanted.Size) }, context.CancellationToken);
        }
    }

    private static async Task EchoMetadataAsync(ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(EchoInitial) is { } initial)
            await context.WriteResponseHeadersAsync(new Metadata { { EchoInitial, initial } });
        if (context.RequestHeaders.GetValueBytes(EchoTrailing) is { } trailing) context.ResponseTrailers.Add(EchoTrailing, trailing);
    }

    // The flag of the request read last. No public API of the runtime tells it, nor does the official one's.
    private static void ExpectCompressed(BoolValue? expected, ServerCallContext context)
    {
        if (expected is not null && expected.Value != ((ServerCall)context).RequestWasCompressed)
            throw new RpcException(new Status(StatusCode.InvalidArgument, expected.Value ? "The request is not compressed." : "The request is compressed."));
    }

    private static void EchoStatus(EchoStatus? status)
    {
        if (status is not null) throw new RpcException(new Status((StatusCode)status.Code, status.Message));
    }

    private static WriteOptions HowToWrite(BoolValue? compressed) => compressed is { Value: true } ? WriteOptions.Default : Uncompressed;

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
