using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Looks for what the axis holds for us, on one node at a time: whoever has the lease lists, and takes in what is new (<see cref="AxisIntake"/>). What was postponed is tried until it is taken in or refused, also when the
/// list does not reach back to it any more. From the notice that the hub will stop it leaves what lies there to other nodes, and gives them the lease; the packet at hand is still taken in.
/// </summary>
internal sealed partial class AxisPoller(VxpClient client, AxisIntake intake, ExchangeLedger ledger, ClaimOwner owner, AxisConnectorOptions options, TimeProvider clock, ILogger<AxisPoller> logger, CancellationToken leaving) : BackgroundService
{
    private const string LeaseName = "axis.poll";
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan VietnamOffset = TimeSpan.FromHours(7);
    private static readonly VxpMessageType[] Types = [VxpMessageType.Document, VxpMessageType.Status];

    private readonly TimeSpan _leaseTime = options.PollInterval * 2 > ShortestLease ? options.PollInterval * 2 : ShortestLease;   // from round to round, so that what a node knows of postponed packets serves it
    private readonly PostponedPackets _later = new(options.PollInterval, clock);
    private readonly HashSet<VxpMessageType> _caughtUp = [];
    private bool _polls;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PollInterval, clock);
        using var rounds = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, leaving);
        try
        {
            do
            {
                try
                {
                    await PollAsync(stoppingToken);
                }
                catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    LeaseFailed(logger, failed);
                }
            }
            while (await timer.WaitForNextTickAsync(rounds.Token));
        }
        catch (OperationCanceledException) when (rounds.IsCancellationRequested)
        {
            // The hub stops.
        }
        finally
        {
            if (_polls) await GiveBackAsync();
        }
    }

    private async Task PollAsync(CancellationToken stopping)
    {
        var asked = clock.GetTimestamp();
        _polls = await ledger.TakeLeaseAsync(LeaseName, owner.Id, _leaseTime, stopping);
        if (!_polls)
        {
            // Another node's, and what became of packets since is not known here.
            _later.Clear();
            _caughtUp.Clear();
            return;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
#pragma warning disable CA2025 // awaited in the finally below, before it is disposed
        var beating = new LeaseHeart(_leaseTime, clock).BeatAsync(clock.GetElapsedTime(asked), token => ledger.TakeLeaseAsync(LeaseName, owner.Id, _leaseTime, token), held);
#pragma warning restore CA2025
        try
        {
            foreach (var type in Types) await PollAsync(type, held.Token);
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            LeaseLost(logger);
        }
        finally
        {
            await held.CancelAsync();
            if (await beating is { } failed) LeaseFailed(logger, failed);
        }
    }

    private async Task PollAsync(VxpMessageType type, CancellationToken cancellation)
    {
        try
        {
            var today = DateOnly.FromDateTime(clock.GetUtcNow().ToOffset(VietnamOffset).DateTime);
            if (await ListAsync(type, today.AddDays(-options.LookBackDays), today, cancellation) is not { } listed) return;
            foreach (var item in listed) await TakeAsync(type, item, cancellation);
            if (!_caughtUp.Contains(type) && await CatchUpAsync(type, today, cancellation)) _caughtUp.Add(type);
            foreach (var left in _later.NotAmong(type, listed))
            {
                if (!left.IsTold) LeftTheList(logger, left.Item.DocId, left.Item.From, left.Since, options.LookBackDays);
                left.IsTold = true;
                await TakeAsync(type, left.Item, cancellation);
            }
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            PollFailed(logger, type, failed);
        }
    }

    // What waits on the axis for longer than the rounds look back, as after days in which no node ran: looked for once by whoever begins to poll, in lists of the same length as those of the rounds.
    private async Task<bool> CatchUpAsync(VxpMessageType type, DateOnly today, CancellationToken cancellation)
    {
        var first = today.AddDays(-options.CatchUpDays);
        for (var to = today.AddDays(-options.LookBackDays - 1); to >= first; to = to.AddDays(-options.LookBackDays - 1))
        {
            var from = to.AddDays(-options.LookBackDays);
            if (await ListAsync(type, from < first ? first : from, to, cancellation) is not { } listed) return false;
            foreach (var item in listed) await TakeAsync(type, item, cancellation);
        }

        return true;
    }

    private async Task<IReadOnlyList<VxpReceivedItem>?> ListAsync(VxpMessageType type, DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        var listed = await client.ListReceivedAsync(type, from, to, cancellation);
        if (listed is VxpAnswer<IReadOnlyList<VxpReceivedItem>>.Accepted(var items)) return items;
        NotListed(logger, type, listed.Trouble);
        return null;
    }

    private async Task TakeAsync(VxpMessageType type, VxpReceivedItem item, CancellationToken cancellation)
    {
        if (item.Status is not ("initial" or "processing"))
        {
            _later.Forget(item.DocId);
            return;
        }

        if (leaving.IsCancellationRequested || !_later.IsDue(item.DocId)) return;
        var settled = false;
        try
        {
            settled = await intake.TakeAsync(type, item, cancellation);
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Ours, not the packet's: the next packet must not wait for it.
            TakingFailed(logger, item.DocId, failed);
        }

        if (settled) _later.Forget(item.DocId);
        else _later.Postpone(type, item);
    }

    private async Task GiveBackAsync()
    {
        try
        {
            await ledger.GiveLeaseBackAsync(LeaseName, owner.Id, CancellationToken.None);
        }
        catch (Exception failed)
        {
            LeaseFailed(logger, failed);   // it runs out by itself
        }
    }

    [LoggerMessage(4101, LogLevel.Error, "Polling the axis for {Type} failed")]
    private static partial void PollFailed(ILogger logger, VxpMessageType type, Exception exception);

    [LoggerMessage(4102, LogLevel.Warning, "The axis did not list its {Type} packets: {Reason}")]
    private static partial void NotListed(ILogger logger, VxpMessageType type, string reason);

    [LoggerMessage(4106, LogLevel.Error, "Packet {DocId} could not be taken in; it is tried again later")]
    private static partial void TakingFailed(ILogger logger, string docId, Exception exception);

    [LoggerMessage(4107, LogLevel.Error, "Packet {DocId} of {From} is postponed since {Since}, and the axis's list of the last {Days} days has it no more: the hub goes on trying, but find out what it waits for")]
    private static partial void LeftTheList(ILogger logger, string docId, string from, DateTimeOffset since, int days);

    [LoggerMessage(4108, LogLevel.Error, "The lease for polling the axis could not be taken or kept")]
    private static partial void LeaseFailed(ILogger logger, Exception exception);

    [LoggerMessage(4109, LogLevel.Warning, "Polling the axis ended in the middle: the lease could not be kept, or is another node's")]
    private static partial void LeaseLost(ILogger logger);
}
