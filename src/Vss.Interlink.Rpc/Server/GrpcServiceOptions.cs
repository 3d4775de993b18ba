namespace Grpc.AspNetCore.Server;

/// <summary>What every gRPC service of the host accepts and tells.</summary>
public sealed class GrpcServiceOptions
{
    /// <summary>Longest message accepted, in bytes; 4 MB unless set, null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>Longest message sent, in bytes; null for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Whether the text of a service's exception goes to the caller. For development only.</summary>
    public bool? EnableDetailedErrors { get; set; }
}
