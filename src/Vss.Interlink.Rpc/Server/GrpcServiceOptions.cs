using System.IO.Compression;
using Grpc.Wire;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server;

/// <summary>What every gRPC service of the host accepts and tells.</summary>
public class GrpcServiceOptions
{
    /// <summary>Longest message accepted, in bytes, counted after decompression; 4 MB unless set, null for no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>Longest message sent, in bytes, counted before compression; null for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Whether the text of a service's exception goes to the caller. For development only.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>How responses are compressed for clients that accept it: "gzip", or null for not at all. Beware of secrets beside a stranger's text (CRIME).</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>How hard responses are compressed; null for the fastest.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>What every call passes through, outermost first.</summary>
    public InterceptorCollection Interceptors { get; } = [];

    internal GrpcServiceOptions Validated() => ResponseCompressionAlgorithm is null or Gzip.Name or WireNames.Identity
        ? this
        : throw new InvalidOperationException($"ResponseCompressionAlgorithm is '{ResponseCompressionAlgorithm}'. Choose gzip, identity or null.");
}

/// <summary>The same for one service: what is not set is as for every service, and its interceptors come after those of every service.</summary>
public sealed class GrpcServiceOptions<TService> : GrpcServiceOptions where TService : class;

/// <summary>Begins the options of one service with those of every service.</summary>
internal sealed class OptionsOfEveryService<TService>(IOptions<GrpcServiceOptions> every) : IConfigureOptions<GrpcServiceOptions<TService>> where TService : class
{
    public void Configure(GrpcServiceOptions<TService> options)
    {
        options.MaxReceiveMessageSize = every.Value.MaxReceiveMessageSize;
        options.MaxSendMessageSize = every.Value.MaxSendMessageSize;
        options.EnableDetailedErrors = every.Value.EnableDetailedErrors;
        options.ResponseCompressionAlgorithm = every.Value.ResponseCompressionAlgorithm;
        options.ResponseCompressionLevel = every.Value.ResponseCompressionLevel;
        foreach (var interceptor in every.Value.Interceptors) options.Interceptors.Add(interceptor);
    }
}
