using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>What one host's own meters say of it now. Made before its first connection.</summary>
internal sealed class ServerMeters : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _requests;
    private long _connections;

    public ServerMeters(IServiceProvider services)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Other hosts in the process have instruments of the same names.
            if (instrument.Meter.Scope == meters && instrument.Name is "http.server.active_requests" or "kestrel.active_connections")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, change, _, _) =>
            Interlocked.Add(ref instrument.Name == "http.server.active_requests" ? ref _requests : ref _connections, change));
        _listener.Start();
    }

    /// <summary>Calls in progress.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public long Connections => Interlocked.Read(ref _connections);

    public void Dispose() => _listener.Dispose();
}
