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

    protected static MessageWriter WriterTo(Stream stream, ClientCall call) =>
        new(PipeWriter.Create(stream, KeepStreamOpen), call.MaxSendMessageSize) { Gzip = call.Compression };

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
        var writer = WriterTo(stream, call);
        try
        {
            writer.Write(message, marshaller.ContextualSerializer, call.WriteFlags);
        }
        catch (Exception unwritable)
        {
            // The handler would wrap this beyond recognition.
            call.Finish(StatusMapping.OfException(unwritable));
            throw;
        }

        await writer.FlushAsync(cancellationToken);
        await writer.CompleteAsync();
    }
}

/// <summary>Messages as the caller writes them, until he completes the stream or the call ends.</summary>
internal sealed class MessageStream(ClientCall call) : RequestContent
{
    private readonly TaskCompletionSource<MessageWriter> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where to write, once the connection has a stream for the call.</summary>
    public Task<MessageWriter> Opened => _opened.Task;

    public bool IsCompleted => _completed.Task.IsCompleted;

    /// <summary>No more messages: the client's half of the stream closes.</summary>
    public void Complete() => _completed.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var writer = WriterTo(stream, call);
        await stream.FlushAsync(cancellationToken); // the headers go out before there is a message
        // The handler sends a body again when a connection refused it; what the caller wrote the first time is not there any more.
        if (!_opened.TrySetResult(writer)) throw new IOException("The server refused the call after it had begun.");
        await _completed.Task.WaitAsync(cancellationToken);
        await writer.CompleteAsync();
    }
}
