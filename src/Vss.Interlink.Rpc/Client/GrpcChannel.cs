using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Net.Client;

/// <summary>A gRPC channel over HTTP/2: TLS for https addresses, h2c with prior knowledge for http ones. Connections are made when first needed.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly ConcurrentDictionary<string, Uri> _paths = new();
    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private volatile bool _disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options) : base(address.Authority)
    {
        if (address.Scheme is not ("http" or "https")) throw new ArgumentException($"'{address}' is neither http nor https.", nameof(address));
        _address = address;
        var disposeHandler = options.HttpHandler is null || options.DisposeHttpClient;
        _http = new HttpMessageInvoker(options.HttpHandler ?? DefaultHandler(), disposeHandler);
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        MaxSendMessageSize = options.MaxSendMessageSize;
        Clock = options.ServiceProvider?.GetService<TimeProvider>() ?? TimeProvider.System;
    }

    internal TimeProvider Clock { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal int? MaxSendMessageSize { get; }

    public static GrpcChannel ForAddress(string address) => ForAddress(new Uri(address));

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions) => new(address, channelOptions);

    public override CallInvoker CreateCallInvoker() => new ChannelCallInvoker(this);

    public void Dispose()
    {
        _disposed = true;
        _http.Dispose();
    }

    // PROTOCOL-HTTP2.md, Requests: method, scheme, path, te, then grpc-timeout, content type, encodings, metadata.
    internal HttpRequestMessage CreateRequest(IMethod method, string? host, Metadata? headers, string? encoding, TimeSpan? timeout)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var request = new HttpRequestMessage(HttpMethod.Post, _paths.GetOrAdd(method.FullName, static (path, address) => new Uri(address, path), _address))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("user-agent", "grpc-csharp-net/1.0");
        request.Headers.TryAddWithoutValidation(WireNames.AcceptEncoding, WireNames.AcceptedEncodings);
        if (encoding is not null) request.Headers.TryAddWithoutValidation(WireNames.Encoding, encoding);
        if (timeout is { } left) request.Headers.TryAddWithoutValidation(GrpcTimeout.Header, GrpcTimeout.Format(left));
        foreach (var entry in headers ?? Metadata.Empty)
        {
            if (!MetadataHeaders.IsReserved(entry.Key)) request.Headers.TryAddWithoutValidation(entry.Key, MetadataHeaders.ValueOf(entry));
        }

        return request;
    }

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _http.SendAsync(request, cancellationToken);

    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    // Cookies, redirects and proxies are not part of gRPC; a second connection opens when the first has all the streams its server allows.
    private static SocketsHttpHandler DefaultHandler() => new()
    {
        UseCookies = false, AllowAutoRedirect = false, UseProxy = false, EnableMultipleHttp2Connections = true,
    };
}
