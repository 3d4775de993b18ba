using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// One call on the client. It ends once, by whatever comes first: the server's status, a failure of the transport, the deadline, the caller's token
/// or Dispose. Ending it before the server does resets its HTTP/2 stream.
/// </summary>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed",
    Justification = "The request and the cancellation source hold nothing to free, and the timer and the handler may still be using them.")]
internal sealed class ClientCall : IDisposable
{
    // A timer cannot be set for much longer; the server knows the deadline too.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: 16 * 1024);

    private readonly GrpcChannel _channel;
    private readonly DateTime _deadline;
    private readonly string _method;
    private readonly long _started;
    private readonly bool _hasOneResponse;
    private readonly bool _compresses;
    private readonly Activity? _activity;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<Outcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpRequestMessage? _request; // null when the call had ended before it began
    private readonly CancellationTokenRegistration _callersToken;
    private readonly ITimer? _timer;
    private MessageReader? _reader;
    private HttpResponseMessage? _response;
    private int _received;

    public ClientCall(GrpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        _channel = channel;
        _method = method.FullName[1..];
        _started = channel.Clock.GetTimestamp();
        WriteFlags = options.WriteOptions?.Flags ?? WriteFlags.None;
        _hasOneResponse = method.Type is MethodType.Unary or MethodType.ClientStreaming;
        _deadline = options.Deadline ?? DateTime.MaxValue;
        if (_deadline != DateTime.MaxValue && _deadline.Kind != DateTimeKind.Utc) throw new ArgumentException("The deadline is not UTC.", nameof(options));
        var left = _deadline - channel.Clock.GetUtcNow().UtcDateTime;
        if (options.CancellationToken.IsCancellationRequested)
        {
            Finish(CancelledByCaller);
            return;
        }

        if (left <= TimeSpan.Zero)
        {
            Finish(DeadlineExceeded);
            return;
        }

        var encoding = options.Headers?.GetValue(WireNames.CompressWith);
        if (encoding is not (null or Gzip.Name or WireNames.Identity)) throw new ArgumentException($"There is no encoding '{encoding}' here; choose gzip or identity.", nameof(options));
        _compresses = encoding == Gzip.Name;
        _request = channel.CreateRequest(method, host, options.Headers, encoding, _deadline == DateTime.MaxValue ? null : left);
        _activity = ClientTelemetry.Start();
        if (left < LongestTimer)
            _timer = channel.Clock.CreateTimer(static call => ((ClientCall)call!).Finish(DeadlineExceeded), this, left, Timeout.InfiniteTimeSpan);
        _callersToken = options.CancellationToken.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), this);
    }

    /// <summary>The initial metadata; faulted with the call's RpcException when no answer came at all.</summary>
    public Task<Metadata> ResponseHeadersAsync { get; private set; } = Task.FromResult(Metadata.Empty);

    /// <summary>Fires when the call has ended.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>How to write messages whose own options say nothing.</summary>
    public WriteFlags WriteFlags { get; }

    private static Status CancelledByCaller => new(StatusCode.Cancelled, "The caller cancelled the call.");

    private static Status DeadlineExceeded => new(StatusCode.DeadlineExceeded, "The deadline has passed.");

    public void Start(RequestContent content)
    {
        ResponseHeadersAsync = Observed(OpenAsync(content));
        // The request has taken the activity along; the caller's own goes on.
        if (_activity is not null) Activity.Current = _activity.Parent;
    }

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: longer than the channel sends.</exception>
    public void Write<T>(PipeWriter output, T message, Marshaller<T> marshaller, WriteFlags flags) =>
        MessageWriter.Write(output, message, marshaller.ContextualSerializer, _channel.MaxSendMessageSize,
            _compresses && (flags & WriteFlags.NoCompress) == 0 ? CompressionLevel.Fastest : null);

    /// <summary>The next response; none at the end of a stream that ended well.</summary>
    /// <exception cref="RpcException">The call ended otherwise.</exception>
    public async ValueTask<Received<T>> ReadAsync<T>(Marshaller<T> marshaller)
    {
        await ResponseHeadersAsync;
        if (_reader is { } reader && !_ended.Task.IsCompleted)
        {
            try
            {
                var received = await reader.ReadAsync(marshaller.ContextualDeserializer, _stop.Token);
                if (received.IsMessage && (++_received == 1 || !_hasOneResponse)) return received;
                if (received.IsMessage) Finish(new Status(StatusCode.Unimplemented, "The server sent more than one response."));
                else FinishByTrailers();
            }
            catch (Exception failure)
            {
                Finish(StatusOf(failure));
            }

            await reader.CompleteAsync();
        }

        var outcome = await _ended.Task;
        return outcome.Status.StatusCode == StatusCode.OK ? default(Received<T>) : throw outcome.ToException();
    }

    /// <summary>The response of a call that has one, once the status behind it is known to be OK.</summary>
    public Task<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
    {
        return Observed(ReadAsync());

        async Task<T> ReadAsync()
        {
            var response = await this.ReadAsync(marshaller);
            await this.ReadAsync(marshaller);
            return response.Message;
        }
    }

    /// <summary>What a write that failed is to throw: the end of the call when that is the cause.</summary>
    /// <param name="failure">How it failed.</param>
    /// <param name="inStream">Whether the connection failed it, and not the message.</param>
    public async Task<Exception> ExplainFailedWriteAsync(Exception failure, bool inStream)
    {
        if (failure is RpcException) return failure;
        if (!inStream && !_ended.Task.IsCompleted) return new RpcException(StatusOf(failure));
        // The response of a call that has one is being read, so its end is on its way. Of a stream nobody may be reading; but the headers come unasked, and a server that refuses a call reads no more of it.
        if (!_hasOneResponse) await ((Task)ResponseHeadersAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_hasOneResponse && !_ended.Task.IsCompleted) return new RpcException(StatusOf(failure));
        var outcome = await _ended.Task;
        return outcome.Status.StatusCode == StatusCode.OK ? new InvalidOperationException("The call has ended.") : outcome.ToException();
    }

    public Status GetStatus() => End().Status;

    public Metadata GetTrailers() => End().Trailers;

    public void Cancel() => Finish(CancelledByCaller);

    public void Dispose() => Finish(new Status(StatusCode.Cancelled, "The call was disposed before it ended."));

    public void Finish(Status status, Metadata? trailers = null)
    {
        if (!_ended.TrySetResult(new Outcome(status, trailers ?? []))) return;
        ClientTelemetry.Ended(_activity, _channel.Target, _method, status.StatusCode, _channel.Clock.GetElapsedTime(_started));
        _timer?.Dispose();
        _callersToken.Unregister();
        _stop.Cancel();
        Interlocked.Exchange(ref _response, null)?.Dispose();
    }

    private async Task<Metadata> OpenAsync(RequestContent content)
    {
        try
        {
            if (_request is not null)
            {
                _request.Content = content;
                var response = await _channel.SendAsync(_request, _stop.Token);
                Interlocked.Exchange(ref _response, response);
                if (!_ended.Task.IsCompleted) return await AcceptAsync(response);
                response.Dispose();
            }
        }
        catch (Exception failure)
        {
            Finish(StatusOf(failure));
        }

        throw (await _ended.Task).ToException();
    }

    private async Task<Metadata> AcceptAsync(HttpResponseMessage response)
    {
        // PROTOCOL-HTTP2.md, Responses: a status in the only header block is Trailers-Only, and its metadata are trailers.
        if (response.Headers.NonValidated.Contains(WireNames.Status))
        {
            FinishBy(response.Headers);
            return Metadata.Empty;
        }

        var contentType = response.Content.Headers.NonValidated.TryGetValues("content-type", out var types) ? types.ToString() : null;
        var encoding = response.Headers.NonValidated.TryGetValues(WireNames.Encoding, out var encodings) ? encodings.ToString() : WireNames.Identity;
        if (response.StatusCode != HttpStatusCode.OK || !WireNames.IsGrpc(contentType))
            Finish(StatusMapping.OfHttpStatus(response.StatusCode, contentType));
        else if (encoding is not (WireNames.Identity or Gzip.Name))
            Finish(new Status(StatusCode.Internal, $"The server answered in the encoding '{encoding}'; offered were {WireNames.AcceptedEncodings}."));
        else
            _reader = new MessageReader(PipeReader.Create(await response.Content.ReadAsStreamAsync(_stop.Token), ReaderOptions), _channel.MaxReceiveMessageSize)
            {
                IsGzip = encoding == Gzip.Name,
            };
        return MetadataOf(response.Headers);
    }

    private void FinishByTrailers()
    {
        if (_response is not { } response) return; // ended meanwhile
        if (!response.TrailingHeaders.NonValidated.Contains(WireNames.Status))
            Finish(new Status(StatusCode.Unknown, "The server ended the call without a status."));
        else
            FinishBy(response.TrailingHeaders);
    }

    private void FinishBy(HttpResponseHeaders fields)
    {
        var code = fields.NonValidated[WireNames.Status].ToString();
        var status = StatusMapping.OfTrailers(code, fields.NonValidated.TryGetValues(WireNames.Message, out var message) ? message.ToString() : null);
        if (status.StatusCode == StatusCode.OK && _hasOneResponse && _received == 0)
            status = new Status(StatusCode.Unimplemented, "The server ended the call with OK and no response.");
        Finish(status, MetadataOf(fields));
    }

    // A server resets the stream at the deadline it was told, perhaps just before our own timer fires.
    private Status StatusOf(Exception failure) =>
        _channel.Clock.GetUtcNow().UtcDateTime >= _deadline ? DeadlineExceeded : StatusMapping.OfException(failure);

    private Outcome End() => _ended.Task.IsCompleted ? _ended.Task.Result : throw new InvalidOperationException("The call has not ended.");

    private static Metadata MetadataOf(HttpResponseHeaders fields)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in fields.NonValidated)
        {
            foreach (var value in values) MetadataHeaders.AddReceived(metadata, name, value);
        }

        return metadata;
    }

    // The caller may never look at this task; its failure is then no unobserved exception.
    private static Task<T> Observed<T>(Task<T> task)
    {
        task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    private sealed record Outcome(Status Status, Metadata Trailers)
    {
        public RpcException ToException() => new(Status, Trailers);
    }
}
