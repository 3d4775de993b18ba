using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

public static class ServerCallContextExtensions
{
    // The official package looks here too, so that a test's own context can carry one.
    private const string HttpContextKey = "__HttpContext";

    /// <summary>The HTTP request the call came by: connection, client certificate, user, services.</summary>
    /// <exception cref="InvalidOperationException">The context has none, because a test made it.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext) =>
        serverCallContext is ServerCall call ? call.Http :
        serverCallContext.UserState.TryGetValue(HttpContextKey, out var found) && found is HttpContext http ? http :
        throw new InvalidOperationException("This call has no HttpContext.");
}
