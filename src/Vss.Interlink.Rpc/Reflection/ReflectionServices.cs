using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Grpc.Reflection;

/// <summary>grpc.reflection.v1.</summary>
internal sealed class ReflectionV1Service(SchemaAnswers answers, IHostApplicationLifetime lifetime) : V1.ServerReflection.ServerReflectionBase
{
    public override Task ServerReflectionInfo(
        IAsyncStreamReader<V1.ServerReflectionRequest> requestStream, IServerStreamWriter<V1.ServerReflectionResponse> responseStream,
        ServerCallContext context) =>
        Conversation.RunAsync(requestStream, responseStream, answers.Answer, lifetime.ApplicationStopping);
}

/// <summary>grpc.reflection.v1alpha: the same octets under another name, so each request is read and each answer written as v1.</summary>
internal sealed class ReflectionV1AlphaService(SchemaAnswers answers, IHostApplicationLifetime lifetime) : V1Alpha.ServerReflection.ServerReflectionBase
{
    public override Task ServerReflectionInfo(
        IAsyncStreamReader<V1Alpha.ServerReflectionRequest> requestStream, IServerStreamWriter<V1Alpha.ServerReflectionResponse> responseStream,
        ServerCallContext context) =>
        Conversation.RunAsync(requestStream, responseStream, Answer, lifetime.ApplicationStopping);

    private V1Alpha.ServerReflectionResponse Answer(V1Alpha.ServerReflectionRequest request) =>
        V1Alpha.ServerReflectionResponse.Parser.ParseFrom(answers.Answer(V1.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString())).ToByteString());
}

internal static class Conversation
{
    /// <summary>One answer to each request, the next request read when the answer has gone out: a client that does not read makes nothing pile up.</summary>
    public static async Task RunAsync<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, Func<TRequest, TResponse> answer, CancellationToken stopping)
    {
        try
        {
            await foreach (var request in requests.ReadAllAsync(stopping)) await responses.WriteAsync(answer(request), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // A tool left open must not hold up the host's stop.
            throw new RpcException(new Status(StatusCode.Unavailable, "The server is stopping."));
        }
    }
}
