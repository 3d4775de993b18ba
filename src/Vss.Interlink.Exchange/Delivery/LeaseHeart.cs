namespace Vss.Interlink.Exchange.Delivery;

/// <summary>
/// Keeps a lease while something is done under it: it is renewed when a third of it is over, and given up when two thirds are over without an answer. So the work is cancelled before anybody else can have the lease, also
/// while the data base stands still, and the last third is for clocks that are apart and for the work to end. The time is measured, not read from a clock that somebody may set.
/// </summary>
/// <param name="length">How long a lease lasts from when it is written.</param>
/// <param name="clock">The one clock.</param>
public sealed class LeaseHeart(TimeSpan length, TimeProvider clock)
{
    /// <summary>Beats until the work is done, or cancels it because the lease could not be kept.</summary>
    /// <param name="age">How long ago the lease was written.</param>
    /// <param name="renew">Writes it anew; false: it is somebody else's.</param>
    /// <param name="held">Cancelled by whoever does the work when it is done, and here when it must end.</param>
    /// <returns>Why the lease could not be renewed; null when the work was done, or the lease was somebody else's or too old.</returns>
    public async Task<Exception?> BeatAsync(TimeSpan age, Func<CancellationToken, Task<bool>> renew, CancellationTokenSource held)
    {
        try
        {
            var written = clock.GetTimestamp();
            while (true)
            {
                var untilNext = (length / 3) - age - clock.GetElapsedTime(written);
                if (untilNext > TimeSpan.Zero) await Task.Delay(untilNext, clock, held.Token);
                var asked = clock.GetTimestamp();
                var patience = (length * 2 / 3) - age - clock.GetElapsedTime(written, asked);
                if (patience <= TimeSpan.Zero || !await renew(held.Token).WaitAsync(patience, clock, held.Token)) break;
                (written, age) = (asked, TimeSpan.Zero);   // at the earliest it was written when it was asked for
            }
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failed)
        {
            await held.CancelAsync();
            return failed;
        }

        await held.CancelAsync();
        return null;
    }
}
