using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>What a client makes of answers and failures that are not gRPC's own.</summary>
internal static class StatusMapping
{
    /// <summary>The status of an answer without grpc-status (gRPC http-grpc-status-mapping.md).</summary>
    public static Status OfHttpStatus(HttpStatusCode code, string? contentType)
    {
        var status = (int)code switch
        {
            400 => StatusCode.Internal,
            401 => StatusCode.Unauthenticated,
            403 => StatusCode.PermissionDenied,
            404 => StatusCode.Unimplemented,
            429 or 502 or 503 or 504 => StatusCode.Unavailable,
            _ => StatusCode.Unknown,
        };
        return new Status(status, $"The server answered HTTP {(int)code} with content type '{contentType}' and no grpc-status.");
    }

    /// <summary>The status that grpc-status and grpc-message say. A code that is no number, or that nobody knows, is UNKNOWN.</summary>
    public static Status OfTrailers(string code, string? message)
    {
        var detail = message is null ? "" : PercentEncoding.Decode(message);
        return int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Enum.IsDefined((StatusCode)number)
            ? new Status((StatusCode)number, detail)
            : new Status(StatusCode.Unknown, $"The server answered grpc-status '{code}'. {detail}".TrimEnd());
    }

    /// <summary>The status of a call whose transport failed.</summary>
    public static Status OfException(Exception exception)
    {
        if (exception is RpcException rpc) return rpc.Status;
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            var code = inner switch
            {
                HttpProtocolException protocol when IsConnectionLost(protocol) => StatusCode.Unavailable,
                HttpProtocolException protocol => OfHttp2Error(protocol.ErrorCode),
                OperationCanceledException => StatusCode.Cancelled,
                HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => StatusCode.ResourceExhausted, // headers beyond the handler's limit
                SocketException => StatusCode.Unavailable,
                _ => (StatusCode?)null,
            };
            if (code is { } found) return Told(found, exception);
        }

        return Told(exception is HttpRequestException or IOException ? StatusCode.Unavailable : StatusCode.Internal, exception);
    }

    // The platform tells a ping without answer, and a GOAWAY that blames nobody, from a reset of the call by its text only; tests hold both.
    private static bool IsConnectionLost(HttpProtocolException protocol) =>
        protocol.Message.Contains("KeepAlivePing", StringComparison.Ordinal) ||
        (protocol.ErrorCode == 0 && protocol.Message.Contains("closed the connection", StringComparison.Ordinal));

    // PROTOCOL-HTTP2.md, Errors: the table of HTTP/2 error codes.
    private static StatusCode OfHttp2Error(long error) => error switch
    {
        0x0 or 0x1 or 0x2 or 0x3 or 0x4 or 0x6 or 0x9 or 0xa => StatusCode.Internal,
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM: the server did nothing with the call
        0x8 => StatusCode.Cancelled,
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Unknown,
    };

    private static Status Told(StatusCode code, Exception exception)
    {
        var detail = exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message;
        return new Status(code, detail, exception);
    }
}
