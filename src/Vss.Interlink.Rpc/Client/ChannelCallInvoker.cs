using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Makes the calls of a channel.</summary>
internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        AsyncUnaryCall(method, host, options, request).GetAwaiter().GetResult();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Start(method, host, options, request);
        return new(call.ReadSingleAsync(method.ResponseMarshaller), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = Start(method, host, options, request);
        return new(new ResponseStream<TResponse>(call, method.ResponseMarshaller), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = Start(method, host, options, out var requests);
        return new(requests, call.ReadSingleAsync(method.ResponseMarshaller), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = Start(method, host, options, out var requests);
        return new(requests, new ResponseStream<TResponse>(call, method.ResponseMarshaller), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private ClientCall Start<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall(channel, method, host, options);
        call.Start(new SingleMessage<TRequest>(call, request, method.RequestMarshaller));
        return call;
    }

    private ClientCall Start<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, out RequestStream<TRequest> requests)
    {
        var call = new ClientCall(channel, method, host, options);
        var body = new MessageStream();
        requests = new RequestStream<TRequest>(call, body, method.RequestMarshaller);
        call.Start(body);
        return call;
    }
}
