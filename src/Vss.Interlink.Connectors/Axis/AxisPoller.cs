using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vss.Interlink.EdXml;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Fetches what the axis holds for us: list, fetch, verify, take in, mark. A packet is marked done only after the ledger has it, so that a crash in between fetches it again and
/// the ledger knows it. A refused packet is answered by status 02 with the reason and marked failed.
/// </summary>
/// <param name="client">The axis.</param>
/// <param name="reader">Reads packets.</param>
/// <param name="intake">Takes in.</param>
/// <param name="audit">Hears of refusals.</param>
/// <param name="options">How often.</param>
/// <param name="clock">The one clock.</param>
/// <param name="logger">Takes what went wrong.</param>
/// <param name="leaving">Fires with the notice that the hub will stop: the packet at hand is still taken in, and what else lies there is left to other nodes.</param>
internal sealed partial class AxisPoller(
    VxpClient client, AxisPacketReader reader, DossierIntake intake, AuditTrail audit, AxisConnectorOptions options, TimeProvider clock, ILogger<AxisPoller> logger, CancellationToken leaving) : BackgroundService
{
    private const string Edge = "edxml";
    private const long LargestStatus = 1024 * 1024;
    private static readonly TimeSpan VietnamOffset = TimeSpan.FromHours(7);

    private readonly OrganId _organ = OrganId.Stored(options.Vxp.OrganId);
    private readonly PostponedPackets _later = new(options.PollInterval, clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PollInterval, clock);
        do
        {
            foreach (var type in new[] { VxpMessageType.Document, VxpMessageType.Status })
            {
                try
                {
                    await PollAsync(type, stoppingToken);
                }
                catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    PollFailed(logger, type, failed);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task PollAsync(VxpMessageType type, CancellationToken cancellation)
    {
        if (leaving.IsCancellationRequested) return;
        var today = DateOnly.FromDateTime(clock.GetUtcNow().ToOffset(VietnamOffset).DateTime);
        var listed = await client.ListReceivedAsync(type, today.AddDays(-options.LookBackDays), today, cancellation);
        if (listed is not VxpAnswer<IReadOnlyList<VxpReceivedItem>>.Accepted(var items))
        {
            NotListed(logger, type, Reason(listed));
            return;
        }

        foreach (var item in items.Where(item => item.Status is "initial" or "processing" && _later.IsDue(item.DocId) && !leaving.IsCancellationRequested))
        {
            try
            {
                await TakeAsync(type, item, cancellation);
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                // Ours, not the packet's: the next packet must not wait for it.
                TakingFailed(logger, item.DocId, failed);
                _later.Postpone(item.DocId);
            }
        }
    }

    private async Task TakeAsync(VxpMessageType type, VxpReceivedItem item, CancellationToken cancellation)
    {
        await using var file = PacketFile.Create();
        var fetched = await client.FetchAsync(item.DocId, file, cancellation);
        if (fetched is not VxpAnswer<long>.Accepted)
        {
            NotFetched(logger, item.DocId, Reason(fetched));
            _later.Postpone(item.DocId);
            return;
        }

        file.Position = 0;
        ReadPacket? read = null;
        try
        {
            if (!MessageId.TryParse(item.DocId, out var docId)) throw new ExchangeFault(Fault.SchemaViolation, "The axis's docId is no message id.", "axis.doc-id");
            Submission submission;
            if (type == VxpMessageType.Document)
            {
                read = await reader.ReadAsync(file, cancellation);
                submission = await reader.VerifyAsync(read, docId, _organ, cancellation);
            }
            else
            {
                submission = reader.ReadStatus(await StatusAsync(file, cancellation), docId, _organ);
            }

            await intake.AcceptAsync(submission, cancellation);
            await MarkAsync(item.DocId, VxpState.Done, cancellation);
            _later.Forget(item.DocId);
        }
        catch (ExchangeFault fault)
        {
            var detail = await audit.RefusedAsync(fault, Edge, OrganId.TryParse(item.From, out var sender) ? sender : null, CancellationToken.None);
            if (detail.Passing)
            {
                _later.Postpone(item.DocId);   // it stays where it is and is tried again
                return;
            }

            if (read is null || await TellAsync(read.Packet, detail, cancellation)) await MarkAsync(item.DocId, VxpState.Fail, cancellation);
            else _later.Postpone(item.DocId);
        }
    }

    // Refusals are told: the sender's officer sees why, and by which number to ask (Decision 28/2018/QD-TTg, article 5.4).
    private async Task<bool> TellAsync(EdXmlPacket refused, FaultDetail fault, CancellationToken cancellation)
    {
        var header = refused.Header;
        var status = new EdXmlStatus
        {
            From = header.To.FirstOrDefault(organ => organ.OrganId == _organ.ToString()) ?? new Organization { OrganId = _organ.ToString() },
            ResponseFor = new ResponseFor
            {
                OrganId = header.From.OrganId,
                Code = $"{header.Code.CodeNumber}/{header.Code.CodeNotation}",
                PromulgationDate = header.PromulgationInfo.PromulgationDate,
                DocumentId = header.DocumentId,
            },
            StatusCode = StatusCode.Refused,
            Description = $"{fault.Name}: {fault.Detail} {fault.Remedy} (reference {fault.Reference})",
            Timestamp = EdXmlTime.Format(clock.GetUtcNow()),
        };
        if (EdXmlWriter.Check(status).Count > 0) return true;   // the packet names nobody who could be told
        using var packet = new MemoryStream();
        EdXmlWriter.Write(packet, status);
        var sent = await client.SendAsync(VxpMessageType.Status, packet, cancellation);
        if (sent is VxpAnswer<string>.Unavailable) return false;
        if (sent is not VxpAnswer<string>.Accepted) NotTold(logger, fault.Reference, Reason(sent));
        return true;
    }

    private async Task MarkAsync(string docId, VxpState state, CancellationToken cancellation)
    {
        var marked = await client.MarkAsync(docId, state, cancellation);
        if (marked is not VxpAnswer<string>.Accepted) NotMarked(logger, docId, state, Reason(marked));
    }

    private static async Task<byte[]> StatusAsync(FileStream file, CancellationToken cancellation)
    {
        if (file.Length > LargestStatus) throw new ExchangeFault(Fault.LimitExceeded, $"A status packet may have {LargestStatus} octets.", "limit.status");
        var octets = new byte[file.Length];
        await file.ReadExactlyAsync(octets, cancellation);
        return octets;
    }

    private static string Reason<T>(VxpAnswer<T> answer) => answer switch
    {
        VxpAnswer<T>.Refused refused => $"{refused.Code}: {refused.Text}",
        VxpAnswer<T>.Unavailable unavailable => unavailable.Reason,
        _ => "",
    };

    [LoggerMessage(4101, LogLevel.Error, "Polling the axis for {Type} failed")]
    private static partial void PollFailed(ILogger logger, VxpMessageType type, Exception exception);

    [LoggerMessage(4106, LogLevel.Error, "Packet {DocId} could not be taken in; it is tried again later")]
    private static partial void TakingFailed(ILogger logger, string docId, Exception exception);

    [LoggerMessage(4102, LogLevel.Warning, "The axis did not list its {Type} packets: {Reason}")]
    private static partial void NotListed(ILogger logger, VxpMessageType type, string reason);

    [LoggerMessage(4103, LogLevel.Warning, "Packet {DocId} could not be fetched: {Reason}")]
    private static partial void NotFetched(ILogger logger, string docId, string reason);

    [LoggerMessage(4104, LogLevel.Warning, "Packet {DocId} could not be marked {State}: {Reason}")]
    private static partial void NotMarked(ILogger logger, string docId, VxpState state, string reason);

    [LoggerMessage(4105, LogLevel.Warning, "The sender could not be told of refusal {Reference}: {Reason}")]
    private static partial void NotTold(ILogger logger, string reference, string reason);
}
