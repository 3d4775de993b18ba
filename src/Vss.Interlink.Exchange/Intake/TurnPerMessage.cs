using System.Collections.Concurrent;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Intake;

/// <summary>
/// Lets one submission of a (sender, message id) work at a time, so that equal ones arriving together cost one signature. It saves work and decides
/// nothing: the ledger's unique index does. A turn ends however the submission ends, so the retry of a failed one is taken as new.
/// </summary>
internal sealed class TurnPerMessage(TimeProvider clock, TimeSpan patience)
{
    private readonly ConcurrentDictionary<(OrganId Sender, MessageId MessageId), TaskCompletionSource> _working = new();

    /// <summary>Waits for the turn; dispose to end it.</summary>
    /// <exception cref="ExchangeFault">IN_FLIGHT: another one works on the message, for longer than the patience lasts.</exception>
    public async Task<IDisposable> TakeAsync(OrganId sender, MessageId messageId, CancellationToken cancellation)
    {
        var mine = new Turn(this, (sender, messageId));
        var since = clock.GetTimestamp();
        while (!_working.TryAdd(mine.Key, mine.Ended))
        {
            if (!_working.TryGetValue(mine.Key, out var other)) continue;
            var left = patience - clock.GetElapsedTime(since);
            try
            {
                await other.Task.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellation);
            }
            catch (TimeoutException)
            {
                throw new ExchangeFault(Fault.InFlight, $"{messageId} of {sender} is being taken in.");
            }
        }

        return mine;
    }

    private sealed class Turn(TurnPerMessage turns, (OrganId, MessageId) key) : IDisposable
    {
        public (OrganId, MessageId) Key => key;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            turns._working.TryRemove(KeyValuePair.Create(key, Ended));
            Ended.TrySetResult();
        }
    }
}
