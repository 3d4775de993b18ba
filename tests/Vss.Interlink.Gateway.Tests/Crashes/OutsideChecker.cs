using System.Security.Cryptography;
using Npgsql;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Crashes;

/// <summary>
/// Reconciles the partners' books with the tables of the ledger, and uses nothing of the hub to do so: what was answered is on record octet for octet, what is on record was delivered, nothing twice,
/// each outcome proved once. Asked when the work is done, for it takes everything outstanding as lost.
/// </summary>
internal sealed class OutsideChecker(PartnerRecords books, string database)
{
    private readonly List<string> _findings = [];

    /// <returns>A sentence for each thing that is not as it should be.</returns>
    public async Task<IReadOnlyList<string>> FindAsync()
    {
        await using var ledger = NpgsqlDataSource.Create(database);
        var exchanges = await ReadAsync(ledger, "SELECT exchange_id, message_id, state, receipt FROM exchanges", row => (Id: row.GetString(0), MessageId: row.GetString(1), State: row.GetInt32(2), Receipt: row.GetFieldValue<byte[]>(3)));
        var deliveries = await ReadAsync(ledger, "SELECT delivery_id, exchange_id, state FROM deliveries", row => (Id: row.GetString(0), Exchange: row.GetString(1), State: row.GetInt32(2)));
        var parts = await ReadAsync(ledger, "SELECT exchange_id, attachment_id, digest FROM parts", row => (Exchange: row.GetString(0), Attachment: row.GetString(1), Digest: Convert.ToHexStringLower(row.GetFieldValue<byte[]>(2))));
        var evidence = await ReadAsync(ledger, "SELECT exchange_id, coalesce(delivery_id, ''), type, sha256, document FROM evidence",
            row => (Exchange: row.GetString(0), Delivery: row.GetString(1), Type: row.GetString(2), Sha256: row.GetFieldValue<byte[]>(3), Document: row.GetFieldValue<byte[]>(4)));

        foreach (var complaint in books.Complaints) _findings.Add(complaint);
        foreach (var twice in exchanges.GroupBy(exchange => exchange.MessageId).Where(same => same.Count() > 1)) _findings.Add($"{twice.Key} is {twice.Count()} exchanges");
        var byMessage = exchanges.DistinctBy(exchange => exchange.MessageId).ToDictionary(exchange => exchange.MessageId, StringComparer.Ordinal);
        CheckReceipts(byMessage.ToDictionary(one => one.Key, one => one.Value.Receipt, StringComparer.Ordinal));
        CheckConsumed(deliveries.ToDictionary(delivery => delivery.Id, delivery => delivery.Exchange, StringComparer.Ordinal));

        var (deliveriesOf, partsOf, evidenceOf) = (deliveries.ToLookup(one => one.Exchange), parts.ToLookup(one => one.Exchange), evidence.ToLookup(one => one.Exchange));
        foreach (var exchange in exchanges)
        {
            if (!books.Sent.TryGetValue(exchange.MessageId, out var sent))
            {
                _findings.Add($"{exchange.MessageId} was never sent");
                continue;
            }

            if (exchange.State != (int)ExchangeState.Completed) _findings.Add($"{exchange.MessageId} is accepted and not completed");
            Equal(exchange.MessageId, "parts", sent.Attachments.Select(part => (part.Id, Digest(part.Content.Span))), partsOf[exchange.Id].Select(part => (part.Attachment, part.Digest)));
            Equal(exchange.MessageId, "states of deliveries", [(int)DeliveryState.Delivered], deliveriesOf[exchange.Id].Select(delivery => delivery.State));
            var receiver = deliveriesOf[exchange.Id].Select(delivery => delivery.Id).FirstOrDefault("none");
            Equal(exchange.MessageId, "evidence", [("", "SUBMISSION_ACCEPTANCE"), (receiver, "DELIVERY")], evidenceOf[exchange.Id].Select(one => (one.Delivery, one.Type)));
            foreach (var one in evidenceOf[exchange.Id].Where(one => !SHA256.HashData(one.Document).AsSpan().SequenceEqual(one.Sha256))) _findings.Add($"{exchange.MessageId}: {one.Type} is not what its digest says");
            if (evidenceOf[exchange.Id].FirstOrDefault(one => one.Type == "SUBMISSION_ACCEPTANCE").Document is { } acceptance && !acceptance.AsSpan().SequenceEqual(exchange.Receipt))
                _findings.Add($"{exchange.MessageId}: the receipt is not the evidence");
            if (!books.Consumed.TryGetValue(receiver, out var taken))
            {
                _findings.Add($"{exchange.MessageId} was accepted and the receiver never saw it");
                continue;
            }

            if (taken.Delivery.Dossier.MessageId != exchange.MessageId || taken.Delivery.ExchangeId != exchange.Id) _findings.Add($"{exchange.MessageId} was handed over as {taken.Delivery.Dossier.MessageId}");
            if (!taken.Delivery.Receipt.Span.SequenceEqual(exchange.Receipt)) _findings.Add($"{exchange.MessageId} was handed over with another receipt");
            Equal(exchange.MessageId, "contents", sent.Attachments.Select(part => (part.Id, Digest(part.Content.Span))), taken.Sha256.Select(part => (part.Key, part.Value)));
        }

        return _findings;
    }

    private void CheckReceipts(Dictionary<string, byte[]> recorded)
    {
        foreach (var (messageId, receipt) in books.Receipts)
        {
            if (!recorded.TryGetValue(messageId, out var there)) _findings.Add($"{messageId} has a receipt and is not in the ledger");
            else if (!there.AsSpan().SequenceEqual(receipt)) _findings.Add($"{messageId} has another receipt than the ledger");
        }

        var answered = books.Receipts.Select(one => one.MessageId).ToHashSet(StringComparer.Ordinal);
        foreach (var messageId in books.Sent.Keys.Where(messageId => !answered.Contains(messageId))) _findings.Add($"{messageId} never had a receipt");
    }

    private void CheckConsumed(Dictionary<string, string> exchangeOf)
    {
        foreach (var twice in books.Consumed.GroupBy(one => one.Value.Delivery.Dossier.MessageId).Where(same => same.Count() > 1))
            _findings.Add($"{twice.Key} was consumed {twice.Count()} times: {string.Join(", ", twice.Select(one => one.Key))}");
        foreach (var (key, taken) in books.Consumed)
        {
            if (exchangeOf.GetValueOrDefault(key) != taken.Delivery.ExchangeId) _findings.Add($"{key} was handed over and is no delivery of {taken.Delivery.ExchangeId}");
        }
    }

    private void Equal<T>(string messageId, string what, IEnumerable<T> expected, IEnumerable<T> found)
    {
        var (should, has) = (string.Join(", ", expected.Order()), string.Join(", ", found.Order()));
        if (should != has) _findings.Add($"{messageId}: {what} should be {should} and are {has}");
    }

    private static string Digest(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource ledger, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = ledger.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        List<T> all = [];
        while (await rows.ReadAsync()) all.Add(read(rows));
        return all;
    }
}
