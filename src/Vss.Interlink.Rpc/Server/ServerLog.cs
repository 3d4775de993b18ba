using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

internal static partial class ServerLog
{
    [LoggerMessage(3201, LogLevel.Error, "{Method} threw.")]
    public static partial void HandlerThrew(ILogger logger, string method, Exception exception);

    // Without the detail: what a service tells its caller may name a person.
    [LoggerMessage(3202, LogLevel.Information, "{Method} ended with {Status}.")]
    public static partial void Ended(ILogger logger, string method, StatusCode status);

    [LoggerMessage(3203, LogLevel.Information, "{Method}: refused a request over {Protocol} with content type '{ContentType}'.")]
    public static partial void NotGrpc(ILogger logger, string method, string protocol, string? contentType);
}
