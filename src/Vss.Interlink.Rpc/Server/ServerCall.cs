using System.IO.Compression;
using System.IO.Pipelines;
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
    private readonly GrpcServiceOptions _options;
    private readonly MessageReader _reader;
    private CompressionLevel? _gzip;
    private readonly WriteGate _gate = new();
    private CallDeadline? _deadline;
    private CancellationToken _cancellationToken;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private AuthContext? _authContext;
    private bool _clientGone;
    private bool _bodyBegun;
    private bool _ended;

    public ServerCall(HttpContext http, GrpcServiceOptions options)
    {
        Http = http;
        _options = options;
        _reader = new MessageReader(http.Request.BodyReader, options.MaxReceiveMessageSize);
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

    protected override DateTime DeadlineCore => _deadline?.At ?? DateTime.MaxValue;

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
        if (timeout <= TimeSpan.Zero) throw new RpcException(DeadlineExceeded);
        _deadline = new CallDeadline(clock, timeout, EndAtDeadlineAsync, Http.RequestAborted);
        _cancellationToken = _deadline.Token;
        _deadline.Start();
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
    /// <exception cref="RpcException">UNIMPLEMENTED: another number of requests (statuscodes.md, request cardinality violation).</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
    {
        var request = await ReadAsync(marshaller, _cancellationToken);
        if (!request.IsMessage) throw new RpcException(new Status(StatusCode.Unimplemented, "The request ended without a message."));
        var second = await ReadAsync(marshaller, _cancellationToken);
        return second.IsMessage ? throw new RpcException(new Status(StatusCode.Unimplemented, "The request has more than one message.")) : request.Message;
    }

    /// <summary>Writes a message and waits until the transport has taken it, unless the flags say that more follows.</summary>
    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteFlags flags, CancellationToken cancellationToken)
    {
        EnterToWrite();
        try
        {
            Write(message, marshaller, flags);
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
            Write(response, marshaller, WriteOptionsCore?.Flags ?? WriteFlags.None);
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
        var late = _deadline is { HasPassed: true };
        var foreseen = rpc is not null || late || _clientGone || Http.RequestAborted.IsCancellationRequested;
        var status =
            late ? DeadlineExceeded :
            rpc is not null ? rpc.Status :
            foreseen ? Status.DefaultCancelled :
            new Status(StatusCode.Unknown, tellDetails ? $"{exception.GetType().Name}: {exception.Message}" : "The service threw an exception.");
        StatusCore = status;
        await EndAsync(status, rpc?.Trailers);
        return !foreseen;
    }

    public ValueTask DisposeAsync() => _deadline?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Status DeadlineExceeded => new(StatusCode.DeadlineExceeded, "The deadline has passed.");

    // A service that does not watch its token must not keep the client waiting: the response ends now, the service when it likes.
    private async Task EndAtDeadlineAsync()
    {
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
        _gzip = _options.ResponseCompressionLevel ?? CompressionLevel.Fastest;
        Http.Response.Headers[WireNames.Encoding] = Gzip.Name;
    }

    private void Write<T>(T message, Marshaller<T> marshaller, WriteFlags flags)
    {
        _bodyBegun = true;
        var gzip = (flags & WriteFlags.NoCompress) == 0 ? _gzip : null;
        MessageWriter.Write(Http.Response.BodyWriter, message, marshaller.ContextualSerializer, _options.MaxSendMessageSize, gzip);
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
        FlushResult flushed;
        if (cancellationToken.CanBeCanceled && cancellationToken != _cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellationToken);
            flushed = await Http.Response.BodyWriter.FlushAsync(either.Token);
        }
        else
        {
            flushed = await Http.Response.BodyWriter.FlushAsync(_cancellationToken);
        }

        // Writing to a client that is gone does not fail by itself, and a service that only writes would go on for ever.
        _cancellationToken.ThrowIfCancellationRequested();
        if (!flushed.IsCompleted) return;
        _clientGone = true;
        throw new OperationCanceledException("The client reset the call.");
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
