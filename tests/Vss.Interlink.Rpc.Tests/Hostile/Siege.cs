using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>
/// A host under attack, with a well-behaved neighbour who calls all the while. Afterwards nothing of the attack may be left: no call in progress, no
/// service undisposed, no exception unobserved, no error in the log.
/// </summary>
internal sealed class Siege : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly UnobservedExceptions _unobserved;
    private readonly Behaviour _behaviour;
    private readonly CounterHost _host;

    private Siege(UnobservedExceptions unobserved, Behaviour behaviour, CounterHost host)
    {
        (_unobserved, _behaviour, _host) = (unobserved, behaviour, host);
        Meters = new ServerMeters(host.Services);
    }

    public Uri Address => _host.Address;

    public ServerMeters Meters { get; }

    public static async Task<Siege> BeginAsync(
        UnobservedExceptions unobserved, Behaviour? behaviour = null, Action<ListenOptions>? listen = null,
        Action<IServiceCollection>? services = null)
    {
        behaviour ??= new Behaviour();
        return new Siege(unobserved, behaviour, await CounterHost.StartAsync(behaviour, listen: listen, services: services));
    }

    public async Task WithstandAsync(Func<Task> attackAsync)
    {
        using var over = new CancellationTokenSource();
        var neighbour = CallUntilAsync(over.Token);
        try
        {
            await attackAsync();
        }
        finally
        {
            await over.CancelAsync();
            await neighbour;
        }

        await UntilAsync(() => Meters.Requests == 0 && Volatile.Read(ref _behaviour.Disposed) == Volatile.Read(ref _behaviour.Made));
        Assert.Equal(0, Meters.Requests);
        Assert.Equal(_behaviour.Made, _behaviour.Disposed);
        _unobserved.AssertNone();
    }

    /// <summary>Waits for a condition; the assertion that follows says what is wrong when it never came.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = TimeSpan.Zero; !condition() && waited < Patience; waited += TimeSpan.FromMilliseconds(10)) await Task.Delay(10);
    }

    public async ValueTask DisposeAsync()
    {
        Meters.Dispose();
        await _host.DisposeAsync();
    }

    // Each call has its deadline, so a server too busy to answer fails the test.
    private async Task CallUntilAsync(CancellationToken over)
    {
        for (var calls = 0; calls < 3 || !over.IsCancellationRequested; calls++)
        {
            var answer = await _host.Client.OneAsync(
                new Ask { Text = "good day", Count = calls }, deadline: DateTime.UtcNow + Patience, cancellationToken: CancellationToken.None);
            Assert.Equal(calls, answer.Count);
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
