using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers UNIMPLEMENTED to gRPC calls of methods nobody serves, once per host. Other requests with two path segments stay the host's own.</summary>
internal sealed class UnknownMethods
{
    private bool _mapped;

    public void MapOnce(IEndpointRouteBuilder endpoints)
    {
        if (_mapped) return;
        _mapped = true;
        var pattern = RoutePatternFactory.Parse("{unknownService}/{unknownMethod}", null, new { unknownMethod = new GrpcRequests() });
        endpoints.Map(pattern, AnswerAsync).WithMetadata(new HttpMethodMetadata([HttpMethods.Post])).WithOrder(int.MaxValue - 1)
            .WithDisplayName("gRPC unknown method");
    }

    private static Task AnswerAsync(HttpContext http)
    {
        // statuscodes.md: UNIMPLEMENTED, "method not found on server". HTTP 404 would say the same with less.
        http.Response.ContentType = WireNames.ContentType;
        http.Response.Headers[WireNames.Status] = ((int)StatusCode.Unimplemented).ToString();
        http.Response.Headers[WireNames.Message] = "No such service or method here.";
        return Task.CompletedTask;
    }

    private sealed class GrpcRequests : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            WireNames.IsGrpc(httpContext?.Request.ContentType);
    }
}
