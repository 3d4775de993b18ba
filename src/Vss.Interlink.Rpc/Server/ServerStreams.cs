using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The requests of a call, read as the service asks for them: what it does not read stays with the client.</summary>
internal sealed class RequestStream<T>(ServerCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
{
    public T Current { get; private set; } = default!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        var received = await call.ReadAsync(marshaller, cancellationToken);
        Current = received.Message;
        return received.IsMessage;
    }
}

/// <summary>The responses of a call.</summary>
internal sealed class ResponseStream<T>(ServerCall call, Marshaller<T> marshaller) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        var flags = (WriteOptions ?? call.WriteOptions)?.Flags ?? WriteFlags.None;
        return call.WriteAsync(message, marshaller, flags, cancellationToken);
    }
}
