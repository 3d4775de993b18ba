using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Makes an endpoint of each method of a service. Generated code says which methods there are; what runs them is TService's own method of that
/// name, bound to no instance, because each call has its own.
/// </summary>
internal sealed class EndpointBinder<TService>(IEndpointRouteBuilder endpoints, ServerSettings settings, UnknownMethods unknown) : ServiceBinderBase
    where TService : class
{
    private readonly List<IEndpointConventionBuilder> _mapped = [];

    /// <exception cref="InvalidOperationException">TService does not derive from a generated service base.</exception>
    public IReadOnlyList<IEndpointConventionBuilder> BindAll()
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute) continue;
            var bind = attribute.BindType.GetMethod(
                attribute.BindMethodName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(ServiceBinderBase), type]);
            if (bind is null) break;
            bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [this, null], null);
            return _mapped;
        }

        throw new InvalidOperationException($"{typeof(TService).Name} does not derive from a generated service base.");
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Unbound<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(method);
        Map(method, invoke, new UnaryHandler<TService, TRequest, TResponse>(settings, method, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Unbound<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(method);
        Map(method, invoke, new ClientStreamingHandler<TService, TRequest, TResponse>(settings, method, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Unbound<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method);
        Map(method, invoke, new ServerStreamingHandler<TService, TRequest, TResponse>(settings, method, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Unbound<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method);
        Map(method, invoke, new DuplexHandler<TService, TRequest, TResponse>(settings, method, invoke));
    }

    private void Map(IMethod method, Delegate invoke, MethodHandler<TService> handler)
    {
        unknown.Know(method.FullName);
        // Attributes of the class and of the method, such as [Authorize], hold for the endpoint.
        object[] metadata =
        [
            new GrpcMethodMetadata(typeof(TService), method), .. typeof(TService).GetCustomAttributes(inherit: true), .. invoke.Method.GetCustomAttributes(inherit: true),
        ];
        _mapped.Add(endpoints.MapMethods(method.FullName, [HttpMethods.Post], handler.HandleAsync).WithDisplayName($"gRPC {method.FullName}").WithMetadata(metadata));
    }

    private static TDelegate Unbound<TDelegate>(IMethod method) where TDelegate : Delegate
    {
        var parameters = typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Skip(1).Select(parameter => parameter.ParameterType).ToArray();
        var found = typeof(TService).GetMethod(method.Name, BindingFlags.Instance | BindingFlags.Public, parameters)
            ?? throw new InvalidOperationException($"{typeof(TService).Name} has no method {method.Name}.");
        return found.CreateDelegate<TDelegate>();
    }
}

/// <summary>On the endpoint of each gRPC method: what it is, and the class that serves it.</summary>
public sealed class GrpcMethodMetadata(Type serviceType, IMethod method)
{
    public Type ServiceType { get; } = serviceType;

    public IMethod Method { get; } = method;
}
