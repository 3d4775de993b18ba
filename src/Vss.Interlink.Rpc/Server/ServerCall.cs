using System.Net;
using System.Net.Sockets;
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

    private readonly MessageReader _reader;
    private readonly MessageWriter _writer;
    private readonly SemaphoreSlim _gate = new(1);
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
        _reader = new MessageReader(http.Request.BodyReader, options.MaxReceiveMessageSize);
        _writer = new MessageWriter(http.Response.BodyWriter, options.MaxSendMessageSize);
        _cancellationToken = http.RequestAborted;
        http.Response.ContentType = WireNames.ContentType;
    }

    public HttpContext Http { get; }

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
        var encoding = Http.Request.Headers[WireNames.Encoding].ToString();
        if (encoding.Length > 0 && encoding != WireNames.Identity)
        {
            // PROTOCOL-HTTP2.md, Message-Encoding: the refusal of an encoding says which ones would do.
            Http.Response.Headers[WireNames.AcceptEncoding] = WireNames.Identity;
            throw new RpcException(new Status(StatusCode.Unimplemented, $"The encoding '{encoding}' is not supported."));
        }

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
    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
    {
        var request = await ReadAsync(marshaller, _cancellationToken);
        if (!request.IsMessage) throw new RpcException(new Status(StatusCode.Internal, "The request ended without a message."));
        var second = await ReadAsync(marshaller, _cancellationToken);
        return second.IsMessage ? throw new RpcException(new Status(StatusCode.Internal, "The request has more than one message.")) : request.Message;
    }

    /// <param name="flush">Whether to wait until the transport has taken the message, rather than leave it for what follows.</param>
    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, bool flush, CancellationToken cancellationToken)
    {
        EnterToWrite();
        try
        {
            _bodyBegun = true;
            _writer.Write(message, marshaller.ContextualSerializer);
            if (flush) await FlushAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        EnterToWrite();
        try
        {
            if (_bodyBegun) throw new InvalidOperationException("The response headers have gone out already.");
            _bodyBegun = true;
            Append(Http.Response.Headers, responseHeaders);
            await FlushAsync(_cancellationToken);
        }
        finally
        {
            _gate.Release();
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
        _gate.Dispose();
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
        await _gate.WaitAsync(CancellationToken.None);
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
            _gate.Release();
        }
    }

    private void EnterToWrite()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (!_gate.Wait(0, CancellationToken.None)) throw new InvalidOperationException("The previous write has not ended; await it first.");
        if (!_ended) return;
        _gate.Release();
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
