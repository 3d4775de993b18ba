using System.Data.Common;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Simulation.Engine;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>
/// One node's way to the shared ledger: a question travels, is carried out at one moment, and its answer travels back. Each of the three can fail alone: refused before anything was written, written and the
/// answer lost, written for a node that is dead meanwhile, run twice because the data base asked for it.
/// </summary>
internal sealed class SimulatedStore(World world, Life life) : ILedgerStore
{
    public LedgerChanges Changes { get; } = new();

    public string SkipLocked => "";

    public string RowLock => "";

    public string BeginSnapshot => throw new NotSupportedException("A question is carried out at one moment as it is.");

    public string? ItsTime => null;

    public Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<T>();
        var what = NameOf(action);
        var (dice, weather) = (world.Dice, world.Weather);

        // What has left a node that dies may arrive all the same; what it had not sent yet does not.
        var alone = dice.Chance(0.5) ? world.Outside : life.Flow;
        world.Scheduler.After(weather.StoreTravel(life), alone, () =>
        {
            if (life.Flow.Ended) world.Count("write of a dead node arrives");
            if (cancellation.IsCancellationRequested && !life.Flow.Ended) Answer(() => answer.TrySetCanceled(cancellation));
            else Carry(action, what, answer);
        });
        if (weather.CrashesAfterSending()) life.Node.Crash($"just after it sent {what}");
        else if (weather.StandsStillAfterSending()) life.Node.Pause(dice.Seconds(25, 120));
        return answer.Task;
    }

    public Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<T>();
        world.Scheduler.After(world.Weather.StoreTravel(life), life.Flow, () =>
        {
            if (world.Weather.StoreRefuses(life))
            {
                Note(NameOf(read), "fails");
                Answer(() => answer.TrySetException(new StoreAwayException()));
                return;
            }

            try
            {
                var result = world.Database.Read(read);
                Answer(() => answer.TrySetResult(result));
            }
            catch (DbException failed)
            {
                Answer(() => answer.TrySetException(failed));
            }
        });
        return answer.Task;
    }

    public Task ProveWritableAsync(CancellationToken cancellation) => WriteAsync(_ => Task.FromResult(true), cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Carry<T>(Func<LedgerSession, Task<T>> action, string what, TaskCompletionSource<T> answer)
    {
        var weather = world.Weather;
        if (weather.StoreRefuses(life))
        {
            Note(what, "fails");
            Answer(() => answer.TrySetException(new StoreAwayException()));
            return;
        }

        if (world.Mutation?.Answers(what) == true)
        {
            AnswerBeforeCommit(action, what, answer);
            return;
        }

        try
        {
            if (weather.StoreRunsTwice()) world.Database.Write(action, commits: false);
            var (result, keys) = Commit(action, what);
            var lost = weather.StoreLosesAnswer(life);
            Answer(() =>
            {
                if (lost)
                {
                    Note(what, "has no answer");
                    answer.TrySetException(new StoreAwayException());
                    return;
                }

                Changes.Publish(keys);
                answer.TrySetResult(result);
            });
        }
        catch (Exception failed) when (failed is DbException or InvalidDataException or ExchangeFault)
        {
            Note(what, "is refused by the ledger");
            Answer(() => answer.TrySetException(failed));
        }

        if (!life.Flow.Ended && weather.CrashesAfterCommit()) life.Node.Crash($"just after {what} was committed");
    }

    private (T Result, IReadOnlyCollection<string> Keys) Commit<T>(Func<LedgerSession, Task<T>> action, string what)
    {
        var (result, keys) = world.Mutation?.Holds(what) == true ? CommitInTwo(action) : world.Database.Write(action);
        Note(what, result is IReadOnlyCollection<LeasedDelivery> leases ? $"gives {string.Join(", ", leases.Select(lease => $"{Trace.Short(lease.Delivery)} fence {lease.Fence}"))}" : $"answers {(result is bool or Claim.First ? result : "")}".TrimEnd());
        world.Checker.Committed(life, what);
        world.Tell(life, keys);
        return (result, keys);
    }

    // A mutation: success is answered first and written afterwards, if the node still lives.
    private void AnswerBeforeCommit<T>(Func<LedgerSession, Task<T>> action, string what, TaskCompletionSource<T> answer)
    {
        try
        {
            var (result, _) = world.Database.Write(action, commits: false);
            Answer(() => answer.TrySetResult(result));
            world.Scheduler.After(world.Dice.Milliseconds(0, 2000), life.Flow, () => Commit(action, what));
        }
        catch (Exception failed) when (failed is DbException or ExchangeFault)
        {
            Answer(() => answer.TrySetException(failed));
        }
    }

    // A mutation: what an exchange causes is queued in a transaction of its own, if the node still lives.
    private (T Result, IReadOnlyCollection<string> Keys) CommitInTwo<T>(Func<LedgerSession, Task<T>> action)
    {
        var written = world.Database.Write(action);
        if (written.Keys.FirstOrDefault(key => key.StartsWith("x-", StringComparison.Ordinal)) is not { } exchange) return written;
        Move("INSERT INTO held SELECT * FROM deliveries WHERE exchange_id = @id", exchange);
        Move("DELETE FROM deliveries WHERE exchange_id = @id", exchange);
        world.Scheduler.After(world.Dice.Milliseconds(0, 20), life.Flow, () =>
        {
            Move("INSERT INTO deliveries SELECT * FROM held WHERE exchange_id = @id", exchange);
            world.Checker.Committed(life, "queued");
        });
        return written;
    }

    private void Move(string text, string exchange) => world.Database.Write(session => session.Sql.ExecuteAsync(text, ("@id", exchange)));

    private void Answer(Action act) => world.Scheduler.After(world.Weather.StoreTravel(life), life.Flow, act);

    private void Note(string what, string how) => world.Note(life.Name, $"ledger: {what} {how}");

    // The method of the ledger that the statements stand in.
    private static string NameOf(Delegate action)
    {
        var name = action.Method.Name;
        return name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end ? name[1..end] : name;
    }
}

/// <summary>The data base cannot be reached, or its disk does not take it.</summary>
internal sealed class StoreAwayException() : DbException("The simulated store failed.");
