using System.Collections.ObjectModel;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>An interceptor by its type: taken from the container when registered there, otherwise made for each call and disposed after it.</summary>
public sealed class InterceptorRegistration
{
    private readonly object[] _arguments;
    private readonly Lazy<ObjectFactory> _create;

    internal InterceptorRegistration(Type type, object[] arguments)
    {
        if (!typeof(Interceptor).IsAssignableFrom(type)) throw new ArgumentException($"{type.Name} is not an Interceptor.", nameof(type));
        Type = type;
        _arguments = arguments;
        _create = new(() => ActivatorUtilities.CreateFactory(type, [.. arguments.Select(argument => argument.GetType())]));
    }

    public Type Type { get; }

    /// <summary>Arguments of the constructor that do not come from the container.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    internal Interceptor ActivateFor(HttpContext http)
    {
        if (_arguments.Length == 0 && http.RequestServices.GetService(Type) is Interceptor registered) return registered;
        var made = (Interceptor)_create.Value(http.RequestServices, _arguments);
        if (made is IAsyncDisposable asynchronous) http.Response.RegisterForDisposeAsync(asynchronous);
        else if (made is IDisposable disposable) http.Response.RegisterForDispose(disposable);
        return made;
    }
}

/// <summary>The interceptors of a server, outermost first.</summary>
public sealed class InterceptorCollection : Collection<InterceptorRegistration>
{
    public void Add<TInterceptor>(params object[] args) where TInterceptor : Interceptor => Add(typeof(TInterceptor), args);

    /// <exception cref="ArgumentException">The type is not an Interceptor.</exception>
    public void Add(Type interceptorType, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(interceptorType);
        ArgumentNullException.ThrowIfNull(args);
        Add(new InterceptorRegistration(interceptorType, args));
    }

    internal IReadOnlyList<Interceptor> ActivateFor(HttpContext http) => Count == 0 ? [] : [.. this.Select(registration => registration.ActivateFor(http))];
}
