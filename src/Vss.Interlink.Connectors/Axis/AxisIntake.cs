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
/// Takes one packet of the axis in: fetch, verify, take in, mark. It is marked done only after the ledger has it, so that a crash in between fetches it again and the ledger knows it. A refused packet is answered by
/// status 02 with the reason and marked failed.
/// </summary>
internal sealed partial class AxisIntake(VxpClient client, AxisPacketReader reader, DossierIntake intake, AuditTrail audit, OrganId organ, TimeProvider clock, ILogger<AxisIntake> logger)
{
    private const string Edge = "edxml";
    private const long LargestStatus = 1024 * 1024;

    // Refused, and their senders told, and the axis did not take the mark: nobody is told twice for that.
    private readonly HashSet<string> _toldOf = new(StringComparer.Ordinal);

    /// <returns>Whether it is taken in or refused, and marked; false: it stays where it is, to be tried again.</returns>
    public async Task<bool> TakeAsync(VxpMessageType type, VxpReceivedItem item, CancellationToken cancellation)
    {
        if (_toldOf.Contains(item.DocId)) return await MarkRefusedAsync(item.DocId, cancellation);
        await using var file = PacketFile.Create();
        var fetched = await client.FetchAsync(item.DocId, file, cancellation);
        if (fetched is not VxpAnswer<long>.Accepted)
        {
            NotFetched(logger, item.DocId, fetched.Trouble);
            return false;
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
                submission = await reader.VerifyAsync(read, docId, organ, cancellation);
            }
            else
            {
                submission = reader.ReadStatus(await StatusAsync(file, cancellation), docId, organ);
            }

            await intake.AcceptAsync(submission, cancellation);
            return await MarkAsync(item.DocId, VxpState.Done, cancellation);
        }
        catch (ExchangeFault fault)
        {
            var detail = await audit.RefusedAsync(fault, Edge, OrganId.TryParse(item.From, out var sender) ? sender : null, CancellationToken.None);
            if (detail.Passing || (read is not null && !await TellAsync(read.Packet, detail, cancellation))) return false;
            if (read is not null) _toldOf.Add(item.DocId);
            return await MarkRefusedAsync(item.DocId, cancellation);
        }
    }

    // Refusals are told: the sender's officer sees why, and by which number to ask (Decision 28/2018/QD-TTg, article 5.4).
    private async Task<bool> TellAsync(EdXmlPacket refused, FaultDetail fault, CancellationToken cancellation)
    {
        var header = refused.Header;
        var status = new EdXmlStatus
        {
            From = header.To.FirstOrDefault(one => one.OrganId == organ.ToString()) ?? new Organization { OrganId = organ.ToString() },
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
        if (sent is not VxpAnswer<string>.Accepted) NotTold(logger, fault.Reference, sent.Trouble);
        return true;
    }

    private async Task<bool> MarkRefusedAsync(string docId, CancellationToken cancellation)
    {
        if (!await MarkAsync(docId, VxpState.Fail, cancellation)) return false;
        _toldOf.Remove(docId);
        return true;
    }

    private async Task<bool> MarkAsync(string docId, VxpState state, CancellationToken cancellation)
    {
        var marked = await client.MarkAsync(docId, state, cancellation);
        if (marked is VxpAnswer<string>.Accepted) return true;
        NotMarked(logger, docId, state, marked.Trouble);
        return false;
    }

    private static async Task<byte[]> StatusAsync(FileStream file, CancellationToken cancellation)
    {
        if (file.Length > LargestStatus) throw new ExchangeFault(Fault.LimitExceeded, $"A status packet may have {LargestStatus} octets.", "limit.status");
        var octets = new byte[file.Length];
        await file.ReadExactlyAsync(octets, cancellation);
        return octets;
    }

    [LoggerMessage(4103, LogLevel.Warning, "Packet {DocId} could not be fetched: {Reason}")]
    private static partial void NotFetched(ILogger logger, string docId, string reason);

    [LoggerMessage(4104, LogLevel.Warning, "Packet {DocId} could not be marked {State}: {Reason}")]
    private static partial void NotMarked(ILogger logger, string docId, VxpState state, string reason);

    [LoggerMessage(4105, LogLevel.Warning, "The sender could not be told of refusal {Reference}: {Reason}")]
    private static partial void NotTold(ILogger logger, string reference, string reason);
}
