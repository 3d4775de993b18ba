using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>
/// How long the hub waits for the octets of one body, which lie in its memory while they wait for the rest. Waiting uses up patience and octets earn it back, never more than there was at
/// first: so whoever sent much has not bought a long silence by that, as he would by an average over the whole body. Only waiting counts, not what the hub does between two reads.
/// </summary>
internal sealed class BodyPace(TimeProvider clock) : IDisposable
{
    /// <summary>Who sends so many octets a second or more never runs out of patience.</summary>
    public const int OctetsPerSecond = 64 * 1024;

    /// <summary>Longest silence.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The rule behind HTTP's own 408.</summary>
    public const string Rule = "http.body.pace";

    private readonly CancellationTokenSource _end = new(Timeout.InfiniteTimeSpan, clock);

    /// <summary>How long the next octets may keep the hub waiting.</summary>
    public TimeSpan Left { get; private set; } = Patience;

    /// <summary>Reads from the body, unless that takes too long.</summary>
    /// <exception cref="ExchangeFault">TRUNCATED when it does; nothing more can be read then.</exception>
    public async ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var either = cancellation.UnsafeRegister(end => ((CancellationTokenSource)end!).Cancel(), _end);
        var start = clock.GetTimestamp();
        _end.CancelAfter(Left);
        try
        {
            var read = await body.ReadAsync(buffer, _end.Token);
            _end.CancelAfter(Timeout.InfiniteTimeSpan);
            Came(read, clock.GetElapsedTime(start));
            return read;
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ExchangeFault(Fault.Truncated, $"the body came too slowly: the hub waits {Patience.TotalSeconds:0} s, and for longer only at {OctetsPerSecond / 1024} KiB a second", Rule);
        }
    }

    /// <summary>So many octets came after so long.</summary>
    internal void Came(int octets, TimeSpan waited)
    {
        var left = Left - waited + TimeSpan.FromSeconds((double)octets / OctetsPerSecond);
        Left = left > Patience ? Patience : left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    public void Dispose() => _end.Dispose();
}
