using System.Buffers;
using System.IO.Pipelines;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>
/// How long the hub waits for the octets of one body, which lie in its memory while they wait for the rest. Waiting uses up patience and octets earn it back, never more than there was at
/// first: so whoever sent much has not bought a long silence by that, as he would by an average over the whole body. Only waiting counts, not what the hub does between two reads.
/// </summary>
internal sealed class BodyPace(PipeReader body, TimeProvider clock) : IDisposable
{
    /// <summary>Who sends so many octets a second or more never runs out of patience.</summary>
    public const int OctetsPerSecond = 64 * 1024;

    /// <summary>Longest silence.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The rule behind HTTP's own 408.</summary>
    public const string Rule = "http.body.pace";

    private ITimer? _end;

    /// <summary>How long the next octets may keep the hub waiting.</summary>
    public TimeSpan Left { get; private set; } = Patience;

    /// <summary>Reads what there is, unless that takes too long. A token would leave Kestrel's reader in the middle of a read, of which its log then says that something is broken.</summary>
    /// <returns>How many octets; 0 at the end.</returns>
    /// <exception cref="ExchangeFault">TRUNCATED when it does.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var reading = body.ReadAsync(cancellation);
        if (!reading.IsCompleted) WaitFor(Left);   // a small body is there whole, and needs no timer
        var result = await reading;
        WaitFor(Timeout.InfiniteTimeSpan);
        var isLate = result.IsCanceled;
        var read = (int)Math.Min(result.Buffer.Length, buffer.Length);
        var came = result.Buffer.Slice(0, read);
        came.CopyTo(buffer.Span);
        body.AdvanceTo(came.End);   // nothing of the result may be looked at behind this
        if (isLate)
            throw new ExchangeFault(Fault.Truncated, $"the body came too slowly: the hub waits {Patience.TotalSeconds:0} s, and for longer only at {OctetsPerSecond / 1024} KiB a second", Rule);
        Came(read, clock.GetElapsedTime(start));
        return read;
    }

    /// <summary>So many octets came after so long.</summary>
    internal void Came(int octets, TimeSpan waited)
    {
        var left = Left - waited + TimeSpan.FromSeconds((double)octets / OctetsPerSecond);
        Left = left > Patience ? Patience : left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    public void Dispose() => _end?.Dispose();

    private void WaitFor(TimeSpan longest)
    {
        if (_end is null && longest == Timeout.InfiniteTimeSpan) return;
        _end ??= clock.CreateTimer(reader => ((PipeReader)reader!).CancelPendingRead(), body, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _end.Change(longest, Timeout.InfiniteTimeSpan);
    }
}
