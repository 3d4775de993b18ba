using System.Collections.ObjectModel;
using Grpc.Core.Interceptors;
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

    internal (Interceptor Instance, bool IsMade) Activate(IServiceProvider services) =>
        _arguments.Length == 0 && services.GetService(Type) is Interceptor registered ? (registered, false) : ((Interceptor)_create.Value(services, _arguments), true);
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

    internal (IReadOnlyList<Interceptor> Instances, IEnumerable<Interceptor> Made) Activate(IServiceProvider services)
    {
        if (Count == 0) return ([], []);
        var all = this.Select(registration => registration.Activate(services)).ToArray();
        return ([.. all.Select(one => one.Instance)], all.Where(one => one.IsMade).Select(one => one.Instance));
    }
}
