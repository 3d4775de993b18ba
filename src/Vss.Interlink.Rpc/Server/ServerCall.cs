using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// One call on the server: headers and messages in, headers, messages and trailers out, and the clock of its deadline.
/// Whatever touches the response passes one gate, because the deadline may end the call while the service still writes.
/// </summary>
internal sealed class ServerCall : ServerCallContext, IAsyncDisposable
{
    // A timer cannot be set for much longer. The service still sees the deadline itself.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly GrpcServiceOptions _options;
    private readonly MessageReader _reader;
    private readonly MessageWriter _writer;
    private readonly WriteGate _gate = new();
    private CancellationTokenSource? _deadlineSource;
    private ITimer? _timer;
    private Task _deadlineEnd = Task.CompletedTask;
    private CancellationToken _cancellationToken;
    private DateTime _deadline = DateTime.MaxValue;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private AuthContext? _authContext;
    private volatile bool _deadlinePassed;
    private bool _clientGone;
    private bool _bodyBegun;
    private bool _ended;

    public ServerCall(HttpContext http, GrpcServiceOptions options)
    {
        Http = http;
        _options = options;
        _reader = new MessageReader(http.Request.BodyReader, options.MaxReceiveMessageSize);
        _writer = new MessageWriter(http.Response.BodyWriter, options.MaxSendMessageSize);
        _cancellationToken = http.RequestAborted;
        http.Response.ContentType = WireNames.ContentType;
    }

    public HttpContext Http { get; }

    /// <summary>Whether the latest request of the call came compressed.</summary>
    public bool RequestWasCompressed => _reader.WasCompressed;

    protected override string MethodCore => Http.Request.Path.Value ?? "";

    protected override string HostCore => Http.Request.Host.Value ?? "";

    protected override string PeerCore => Http.Connection.RemoteIpAddress switch
    {
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } address => $"ipv6:[{address}]:{Http.Connection.RemotePort}",
        IPAddress address => $"ipv4:{address.MapToIPv4()}:{Http.Connection.RemotePort}",
        null => "unknown",
    };

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadRequestHeaders();

    protected override CancellationToken CancellationTokenCore => _cancellationToken;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _authContext ??= PeerCertificate.Describe(Http.Connection.ClientCertificate);

    protected override IDictionary<object, object> UserStateCore => Http.Items!;

    /// <summary>Checks what the request's headers ask of the server, and starts the clock.</summary>
    /// <exception cref="RpcException">UNIMPLEMENTED: an encoding we do not know; INTERNAL: an unreadable timeout; DEADLINE_EXCEEDED: it has passed.</exception>
    public void Begin(TimeProvider clock)
    {
        NegotiateEncodings();
        var header = Http.Request.Headers[GrpcTimeout.Header];
        if (header.Count == 0) return;
        if (!GrpcTimeout.TryParse(header.ToString(), out var timeout))
            throw new RpcException(new Status(StatusCode.Internal, "The grpc-timeout is not at most eight digits and a unit."));
        var now = clock.GetUtcNow().UtcDateTime;
        _deadline = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
        if (timeout <= TimeSpan.Zero) throw new RpcException(DeadlineExceeded);
        if (timeout > LongestTimer) return;
        _deadlineSource = CancellationTokenSource.CreateLinkedTokenSource(Http.RequestAborted);
        _cancellationToken = _deadlineSource.Token;
        _timer = clock.CreateTimer(static call => ((ServerCall)call!).OnDeadline(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <exception cref="OperationCanceledException">The client reset the call, or the deadline or the token ended the wait.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Received<T>> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
    {
        // Cheaper than linking two tokens for each read.
        using var interrupt = cancellationToken == _cancellationToken
            ? default
            : cancellationToken.UnsafeRegister(static reader => ((MessageReader)reader!).Interrupt(), _reader);
        try
        {
            return await _reader.ReadAsync(marshaller.ContextualDeserializer, _cancellationToken);
        }
        catch (Exception gone) when (gone is IOException or ConnectionAbortedException)
        {
            _clientGone = true;
            throw new OperationCanceledException("The client reset the call.", gone);
        }
    }

    /// <summary>Reads the request of a call that has one, up to the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
    {
        var request = await ReadAsync(marshaller, _cancellationToken);
        if (!request.IsMessage) throw new RpcException(new Status(StatusCode.Internal, "The request ended without a message."));
        var second = await ReadAsync(marshaller, _cancellationToken);
        return second.IsMessage ? throw new RpcException(new Status(StatusCode.Internal, "The request has more than one message.")) : request.Message;
    }

    /// <summary>Writes a message and waits until the transport has taken it, unless the flags say that more follows.</summary>
    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteFlags flags, CancellationToken cancellationToken)
    {
        EnterToWrite();
        try
        {
            _bodyBegun = true;
            _writer.Write(message, marshaller.ContextualSerializer, flags);
            if ((flags & WriteFlags.BufferHint) == 0) await FlushAsync(cancellationToken);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Writes the response of a call that has one, unflushed, so that headers, message and trailers leave together. A failed call has none.</summary>
    public void WriteSingle<T>(T? response, Marshaller<T> marshaller) where T : class
    {
        if (StatusCore.StatusCode != StatusCode.OK) return;
        if (response is null) throw new RpcException(new Status(StatusCode.Internal, "The service returned no response."));
        EnterToWrite();
        try
        {
            _bodyBegun = true;
            _writer.Write(response, marshaller.ContextualSerializer, WriteOptionsCore?.Flags ?? WriteFlags.None);
        }
        finally
        {
            _gate.Leave();
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        EnterToWrite();
        try
        {
            if (_bodyBegun) throw new InvalidOperationException("The response headers have gone out already.");
            _bodyBegun = true;
            if (responseHeaders.GetValue(WireNames.CompressWith) is { } encoding) CompressWith(encoding);
            Append(Http.Response.Headers, responseHeaders);
            await FlushAsync(_cancellationToken);
        }
        finally
        {
            _gate.Leave();
        }
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Pass the context's Deadline and CancellationToken in the CallOptions of the next call.");

    public Task EndAsync() => EndAsync(StatusCore, null);

    /// <summary>Ends the call for an exception of the service or of the transport; true when nobody foresaw it.</summary>
    public async Task<bool> EndAsync(Exception exception, bool tellDetails)
    {
        var rpc = exception as RpcException;
        var foreseen = rpc is not null || _deadlinePassed || _clientGone || Http.RequestAborted.IsCancellationRequested;
        var status =
            _deadlinePassed ? DeadlineExceeded :
            rpc is not null ? rpc.Status :
            foreseen ? Status.DefaultCancelled :
            new Status(StatusCode.Unknown, tellDetails ? $"{exception.GetType().Name}: {exception.Message}" : "The service threw an exception.");
        StatusCore = status;
        await EndAsync(status, rpc?.Trailers);
        return !foreseen;
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync();
        await _deadlineEnd; // the request must outlive whatever still writes to it
        _deadlineSource?.Dispose();
    }

    private static Status DeadlineExceeded => new(StatusCode.DeadlineExceeded, "The deadline has passed.");

    private void OnDeadline()
    {
        _deadlinePassed = true;
        _deadlineEnd = EndAtDeadlineAsync();
    }

    // A service that does not watch its token must not keep the client waiting: the response ends now, the service when it likes.
    private async Task EndAtDeadlineAsync()
    {
        await _deadlineSource!.CancelAsync();
        await EndAsync(DeadlineExceeded, null);
        await Http.Response.CompleteAsync();
    }

    private async Task EndAsync(Status status, Metadata? thrown)
    {
        await _gate.EnterAsync();
        try
        {
            if (_ended) return;
            _ended = true;
            // PROTOCOL-HTTP2.md, Responses: without headers or messages before it, the status goes into the only header block (Trailers-Only).
            var fields = _bodyBegun ? Http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : Http.Response.Headers;
            if (_responseTrailers is not null) Append(fields, _responseTrailers);
            if (thrown is not null) Append(fields, thrown);
            fields[WireNames.Status] = ((int)status.StatusCode).ToString();
            if (!string.IsNullOrEmpty(status.Detail)) fields[WireNames.Message] = PercentEncoding.Encode(status.Detail);
        }
        finally
        {
            _gate.Leave();
        }
    }

    // gRPC compression.md: the refusal of an encoding says which ones would do, and so does the answer to one that was not known to be accepted.
    private void NegotiateEncodings()
    {
        var encoding = Http.Request.Headers[WireNames.Encoding].ToString();
        if (encoding.Length > 0 && encoding != WireNames.Identity)
        {
            Http.Response.Headers[WireNames.AcceptEncoding] = WireNames.AcceptedEncodings;
            if (encoding != Gzip.Name) throw new RpcException(new Status(StatusCode.Unimplemented, $"The encoding '{encoding}' is not supported; {WireNames.AcceptedEncodings} are."));
            _reader.IsGzip = true;
        }

        if (_options.ResponseCompressionAlgorithm is { } wanted) CompressWith(wanted);
    }

    // gRPC compression.md: what the client does not accept is sent uncompressed, whoever asked for it.
    private void CompressWith(string encoding)
    {
        if (encoding != Gzip.Name || !Gzip.IsAccepted(Http.Request.Headers[WireNames.AcceptEncoding].ToString())) return;
        _writer.Gzip = _options.ResponseCompressionLevel ?? CompressionLevel.Fastest;
        Http.Response.Headers[WireNames.Encoding] = Gzip.Name;
    }

    private void EnterToWrite()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (!_gate.TryEnter()) throw new InvalidOperationException("The previous write has not ended; await it first.");
        if (!_ended) return;
        _gate.Leave();
        throw new InvalidOperationException("The call has ended.");
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled && cancellationToken != _cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellationToken);
            await _writer.FlushAsync(either.Token);
        }
        else
        {
            await _writer.FlushAsync(_cancellationToken);
        }

        // Writing to a client that is gone does not fail by itself.
        _cancellationToken.ThrowIfCancellationRequested();
    }

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in Http.Request.Headers)
        {
            foreach (var value in values) MetadataHeaders.AddReceived(metadata, name, value ?? "");
        }

        return metadata;
    }

    private static void Append(IHeaderDictionary fields, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (!MetadataHeaders.IsReserved(entry.Key)) fields.Append(entry.Key, MetadataHeaders.ValueOf(entry));
        }
    }
}
