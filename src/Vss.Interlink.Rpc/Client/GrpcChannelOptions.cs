namespace Grpc.Net.Client;

/// <summary>How a <see cref="GrpcChannel"/> connects and what it accepts.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>The handler of the connections, normally a <see cref="SocketsHttpHandler"/> with client certificate and anchors in its SslOptions. Null for a default one.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether disposing the channel disposes <see cref="HttpHandler"/>. A default handler is always disposed.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Longest message accepted, in bytes; 4 MB unless set, null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>Longest message sent, in bytes; null for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Where the channel looks for a TimeProvider. Null for the system's clock.</summary>
    public IServiceProvider? ServiceProvider { get; set; }
}
