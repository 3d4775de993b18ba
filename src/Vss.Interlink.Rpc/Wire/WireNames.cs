namespace Grpc.Wire;

/// <summary>Header names and values both sides write (PROTOCOL-HTTP2.md, Requests and Responses).</summary>
internal static class WireNames
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Identity = "identity";

    /// <summary>What both sides of ours can read.</summary>
    public const string AcceptedEncodings = "identity,gzip";

    /// <summary>Metadata that asks the sender's own side to compress, as in the official packages. It never goes on the wire.</summary>
    public const string CompressWith = "grpc-internal-encoding-request";

    /// <summary>"application/grpc", alone or followed by "+format" or parameters. "application/grpc-web" is another protocol.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) &&
        (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';' or ' ');
}
