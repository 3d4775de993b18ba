using Grpc.Core.Interceptors;

namespace Grpc.Core;

/// <summary>A place calls go to; it may hold many connections.</summary>
public abstract class ChannelBase(string target)
{
    public string Target { get; } = target;

    public abstract CallInvoker CreateCallInvoker();

    public Task ShutdownAsync() => ShutdownAsyncCore();

    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}

/// <summary>What generated clients derive from.</summary>
public abstract class ClientBase
{
    private readonly ClientBaseConfiguration? _configuration;

    protected ClientBase() { }

    protected ClientBase(ClientBaseConfiguration configuration) => _configuration = configuration;

    protected ClientBase(ChannelBase channel) : this(channel.CreateCallInvoker()) { }

    protected ClientBase(CallInvoker callInvoker) : this(new ClientBaseConfiguration(callInvoker, null)) { }

    protected CallInvoker CallInvoker => Configuration.Invoker;

    private protected ClientBaseConfiguration Configuration =>
        _configuration ?? throw new InvalidOperationException("This client was made without a channel, to be overridden in a test.");

    /// <summary>What a client is made of; opaque to generated code.</summary>
    protected internal sealed class ClientBaseConfiguration
    {
        private readonly CallInvoker _undecorated;

        internal ClientBaseConfiguration(CallInvoker undecorated, string? host)
        {
            _undecorated = undecorated;
            Invoker = host is null ? undecorated : undecorated.Intercept(new OptionsInterceptor((_, options) => (host, options)));
        }

        internal CallInvoker Invoker { get; }

        internal ClientBaseConfiguration WithHost(string host) => new(_undecorated, host);
    }
}

/// <inheritdoc/>
public abstract class ClientBase<T> : ClientBase where T : ClientBase<T>
{
    protected ClientBase() { }

    protected ClientBase(ClientBaseConfiguration configuration) : base(configuration) { }

    protected ClientBase(ChannelBase channel) : base(channel) { }

    protected ClientBase(CallInvoker callInvoker) : base(callInvoker) { }

    /// <summary>The same client with another authority.</summary>
    public T WithHost(string host) => NewInstance(Configuration.WithHost(host));

    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
