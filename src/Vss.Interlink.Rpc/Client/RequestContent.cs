using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The body of a call. Its length is never announced.</summary>
internal abstract class RequestContent : HttpContent
{
    private static readonly MediaTypeHeaderValue GrpcMediaType = new(WireNames.ContentType);
    private static readonly StreamPipeWriterOptions KeepStreamOpen = new(minimumBufferSize: 16 * 1024, leaveOpen: true);

    protected RequestContent() => Headers.ContentType = GrpcMediaType;

    protected static PipeWriter PipeTo(Stream stream) => PipeWriter.Create(stream, KeepStreamOpen);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected abstract override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>One message, then the end.</summary>
internal sealed class SingleMessage<T>(ClientCall call, T message, Marshaller<T> marshaller) : RequestContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var output = PipeTo(stream);
        try
        {
            call.Write(output, message, marshaller, call.WriteFlags);
        }
        catch (Exception unwritable)
        {
            // The handler would wrap this beyond recognition.
            call.Finish(StatusMapping.OfException(unwritable));
            throw;
        }

        // Not with the handler's token: the pipe would make of it a cancellation that the handler takes for somebody else's. The stream fails by itself.
        await output.FlushAsync(CancellationToken.None);
        await output.CompleteAsync();
    }
}

/// <summary>Messages as the caller writes them, until he completes the stream or the call ends.</summary>
internal sealed class MessageStream : RequestContent
{
    private readonly TaskCompletionSource<PipeWriter> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where to write, once the connection has a stream for the call.</summary>
    public Task<PipeWriter> Opened => _opened.Task;

    public bool IsCompleted => _completed.Task.IsCompleted;

    /// <summary>No more messages: the client's half of the stream closes.</summary>
    public void Complete() => _completed.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var output = PipeTo(stream);
        await stream.FlushAsync(cancellationToken); // the headers go out before there is a message
        // The handler sends a body again when a connection refused it; what the caller wrote the first time is not there any more.
        if (!_opened.TrySetResult(output)) throw new IOException("The server refused the call after it had begun.");
        await _completed.Task.WaitAsync(cancellationToken);
        await output.CompleteAsync();
    }
}
