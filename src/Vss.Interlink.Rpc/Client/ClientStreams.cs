using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The requests of a call. Cancelling a write cancels the call, as a message cannot be half sent.</summary>
internal sealed class RequestStream<T>(ClientCall call, MessageStream body, Marshaller<T> marshaller) : IClientStreamWriter<T>
{
    private int _writing;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _writing, 1) == 1) throw new InvalidOperationException("The previous write has not ended; await it first.");
        try
        {
            if (body.IsCompleted) throw new InvalidOperationException("The request stream has been completed.");
            using var cancel = cancellationToken.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), call);
            await WriteToBodyAsync(message);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        body.Complete();
        return Task.CompletedTask;
    }

    private async Task WriteToBodyAsync(T message)
    {
        var inStream = false;
        try
        {
            var output = await body.Opened.WaitAsync(call.Stopped);
            var flags = WriteOptions?.Flags ?? call.WriteFlags;
            call.Write(output, message, marshaller, flags);
            inStream = true;
            if ((flags & WriteFlags.BufferHint) == 0) await output.FlushAsync(call.Stopped);
        }
        catch (Exception failure)
        {
            throw await call.ExplainFailedWriteAsync(failure, inStream);
        }
    }
}

/// <summary>The responses of a call, read as the caller asks for them. Cancelling a read cancels the call.</summary>
internal sealed class ResponseStream<T>(ClientCall call, Marshaller<T> marshaller) : IAsyncStreamReader<T>
{
    public T Current { get; private set; } = default!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        using var cancel = cancellationToken.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), call);
        var received = await call.ReadAsync(marshaller);
        Current = received.Message;
        return received.IsMessage;
    }
}
