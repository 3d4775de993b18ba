using Vss.Interlink.EdXml;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// Hands dossiers and statuses to the national document axis. A dossier travels with a detached seal as one more attachment: the axis writes the packet anew, so nothing that
/// must survive may depend on the packet's bytes.
/// </summary>
public sealed class AxisConnector(VxpClient client, TimeProvider clock) : IPartnerConnector
{
    internal const string SealId = "interlink-seal";
    private const string SealName = "interlink-seal.xml";
    private static readonly TimeSpan VietnamOffset = TimeSpan.FromHours(7);

    // The axis tells when something was sent by its own clock, in whole seconds. It takes no call whose timestamp is further off.
    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(5);

    public string Name => Roads.Axis;

    /// <summary>The axis is a relay: its answer says that it took the packet, not that the receiver did.</summary>
    public bool Relays => true;

    public Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation) =>
        work.Purpose.IsDossier && work.Dossier.Kind != DossierKind.Status ? SendDocumentAsync(work, cancellation) : SendStatusAsync(work, cancellation);

    private async Task<HandOver> SendDocumentAsync(DeliveryWork work, CancellationToken cancellation)
    {
        if (work.MayBeHandedOver && await LookForEarlierAsync(work, cancellation) is { } known) return known;

        // One send fans out to every To, and each receiver has a delivery of its own: so this packet names this receiver alone.
        var dossier = work.Dossier;
        var receiver = dossier.Receivers.First(organ => organ.Id == work.Receiver.ToString());
        dossier.Receivers.Clear();
        dossier.Receivers.Add(receiver);
        var packet = EdXmlDossier.ToPacket(dossier);
        if (EdXmlWriter.Check(packet) is { Count: > 0 } wrong) return Unfit(wrong);
        var seal = await work.SealAsync(new SealedContent(HeaderProjection.Of(packet), [.. dossier.Attachments.Select(one => new SealedPart(one.Id, one.Sha256.Memory))]), cancellation);
        var sealId = FreeId(dossier);
        packet = packet.WithAttachment(sealId, SealName, "application/xml");
        await using var file = PacketFile.Create();
        EdXmlWriter.Write(file, packet, info => info.ContentId == sealId ? new MemoryStream(seal, writable: false) : work.OpenAttachment(info.ContentId));
        return Outcome(await client.SendAsync(VxpMessageType.Document, file, cancellation));
    }

    // A status is not looked for: the list of sent ones tells neither its code nor its time, so 03 would be taken for 01. One that comes twice says the same twice, to the second.
    private async Task<HandOver> SendStatusAsync(DeliveryWork work, CancellationToken cancellation)
    {
        var status = EdXmlDossier.ToStatus(work.Dossier);
        if (EdXmlWriter.Check(status) is { Count: > 0 } wrong) return Unfit(wrong);
        using var packet = new MemoryStream();
        EdXmlWriter.Write(packet, status);
        return Outcome(await client.SendAsync(VxpMessageType.Status, packet, cancellation));
    }

    // VXP has no idempotency key. A sending is this delivery's own when it was made after the dossier was accepted, has its receiver, number, notation and title, and is not
    // recorded for another delivery: a revocation carries the number and title of what it revokes. Null: it was not sent. While that cannot be learned, nothing may be sent.
    private async Task<HandOver?> LookForEarlierAsync(DeliveryWork work, CancellationToken cancellation)
    {
        if (work.Dossier.Code is not { Number.Length: > 0 } code) return null;
        var since = work.AcceptedAt - ClocksApart;
        var sent = await client.ListSentAsync(VxpMessageType.Document, Day(since), Day(clock.GetUtcNow() + ClocksApart), cancellation);
        if (sent is not VxpAnswer<IReadOnlyList<VxpSentItem>>.Accepted(var items)) return new HandOver.NotNow($"Whether an earlier attempt sent it is not known. {sent.Trouble}");
        foreach (var item in items)
        {
            var same = item.ToCode == work.Receiver.ToString() && item.Notation == $"{code.Number}/{code.Notation}" && item.Title == work.Dossier.Subject;
            if (same && EdXmlTime.TryParse(item.SentTime, out var at) && at >= since && !await work.IsRecordedElsewhereAsync(item.SenderDocId, cancellation)) return new HandOver.Delivered(item.SenderDocId);
        }

        return null;
    }

    // Attachment ids are the sender's choice, this one too.
    private static string FreeId(Dossier dossier)
    {
        var id = SealId;
        for (var number = 2; dossier.Attachments.Any(one => one.Id == id); number++) id = $"{SealId}-{number}";
        return id;
    }

    private static DateOnly Day(DateTimeOffset time) => DateOnly.FromDateTime(time.ToOffset(VietnamOffset).DateTime);

    private static HandOver.Refused Unfit(IReadOnlyList<EdXmlError> wrong) =>
        new(Fault.SchemaViolation, "The dossier cannot be written as an edXML packet: " + string.Join(' ', wrong.Take(5).Select(error => $"{error.Place}: {error.Message}")));

    private static HandOver Outcome(VxpAnswer<string> answer) => answer switch
    {
        VxpAnswer<string>.Accepted(var docId) => new HandOver.Delivered(docId),
        VxpAnswer<string>.Refused { Permanent: true } refused => new HandOver.Refused(Fault.PartnerRefused, $"The axis refused with {refused.Code}: {refused.Text}"),
        _ => new HandOver.NotNow(answer.Trouble),
    };
}
