using System.Collections.Concurrent;
using System.Globalization;

namespace Vss.Interlink.Sandbox.Axis;

/// <summary>One packet for one receiver.</summary>
/// <param name="SenderDocId">The same for all receivers of one sending.</param>
/// <param name="DocId">The receiver's id of it.</param>
/// <param name="MessageType"><c>edoc</c> or <c>status</c>.</param>
/// <param name="Packet">As the axis gives it out.</param>
internal sealed record AxisItem(
    string SenderDocId, string DocId, string MessageType, string From, string To, string Title, string Notation, DateTimeOffset Sent, byte[] Packet)
{
    /// <summary>initial, processing, done or fail: set by the receiver, read by both.</summary>
    public string State { get; init; } = "initial";

    public DateTimeOffset Updated { get; init; } = Sent;
}

/// <summary>What lies on the axis, in memory.</summary>
internal sealed class AxisPost(AxisOptions options)
{
    private readonly ConcurrentDictionary<string, AxisItem> _items = new(StringComparer.Ordinal);

    /// <summary>All organs by id, with their names.</summary>
    public IReadOnlyDictionary<string, string> Agencies { get; } = options.Systems.Select(system => (system.OrganId, system.Name))
        .Concat(options.Agencies.Select(agency => (agency.Key, agency.Value)))
        .DistinctBy(agency => agency.Item1)
        .ToDictionary(agency => agency.Item1, agency => agency.Item2, StringComparer.Ordinal);

    /// <summary>Takes a packet and puts it down once for each receiver.</summary>
    /// <returns>The sender's id of it and the receivers' ids.</returns>
    /// <exception cref="AxisRefusalException">The packet is none, or it names an organ that is not on the axis; nothing was put down.</exception>
    public (string SenderDocId, IReadOnlyList<string> DocIds) Take(byte[] bytes, string messageType, string? sender)
    {
        var now = options.Clock.GetUtcNow();
        var packet = AxisPacket.Read(bytes);
        if (packet.IsStatus != (messageType == "status"))
            throw new AxisRefusalException(AxisRefusalException.PacketFormat, $"The packet is not of the message type {messageType}.");
        if (!Agencies.ContainsKey(packet.From) || (sender is not null && sender != packet.From))
            throw new AxisRefusalException(AxisRefusalException.UnknownSender, $"The sender {packet.From} may not send here.");
        foreach (var receiver in packet.To)
            if (!Agencies.ContainsKey(receiver)) throw new AxisRefusalException(AxisRefusalException.UnknownReceiver, $"The receiver {receiver} is not on the axis.");

        var given = packet.Rewritten(options.TransitOrganId, VietnamTime(now));
        var senderDocId = Guid.NewGuid().ToString();
        var items = packet.To.Distinct(StringComparer.Ordinal)
            .Select(to => new AxisItem(senderDocId, Guid.NewGuid().ToString(), messageType, packet.From, to, packet.Subject, packet.Code, now, given))
            .ToList();
        foreach (var item in items) _items[item.DocId] = item;
        return (senderDocId, [.. items.Select(item => item.DocId)]);
    }

    public IReadOnlyList<AxisItem> ReceivedBy(string organ) => [.. _items.Values.Where(item => item.To == organ).OrderBy(item => item.Sent)];

    public IReadOnlyList<AxisItem> SentBy(string organ) => [.. _items.Values.Where(item => item.From == organ).OrderBy(item => item.Sent)];

    /// <exception cref="AxisRefusalException">No such item lies there for the organ.</exception>
    public AxisItem Find(string docId, string organ) => _items.TryGetValue(docId, out var item) && item.To == organ
        ? item
        : throw new AxisRefusalException(AxisRefusalException.InvalidFile, "There is no document of this docId for the caller.");

    public void Mark(string docId, string organ, string state)
    {
        if (state is not ("processing" or "done" or "fail"))
            throw new AxisRefusalException(AxisRefusalException.InvalidFile, "The status is none of processing, done and fail.");
        _items[docId] = Find(docId, organ) with { State = state, Updated = options.Clock.GetUtcNow() };
    }

    public static string VietnamTime(DateTimeOffset time) =>
        time.ToOffset(TimeSpan.FromHours(7)).ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture);
}
