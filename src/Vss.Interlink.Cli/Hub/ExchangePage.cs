using Google.Protobuf.WellKnownTypes;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.V1;

namespace Vss.Interlink.Cli.Hub;

/// <summary>Exchanges for people.</summary>
internal static class ExchangePage
{
    public static string OrDash(string text) => text.Length == 0 ? "-" : text;

    public static void List(Page page, ListResponse answer)
    {
        page.Table("",
        [
            ["ACCEPTED", "EXCHANGE", "STATE", "KIND", "SENDER", "MESSAGE ID", "TO"],
            .. answer.Exchanges.Select(exchange => new[]
            {
                Time(exchange.AcceptedAt), exchange.ExchangeId, Word(exchange.State), Word(exchange.Kind), exchange.Sender, exchange.MessageId,
                OrDash(string.Join(", ", exchange.Deliveries.Select(delivery => delivery.Receiver).Distinct())),
            }),
        ]);
        if (answer.NextPageToken.Length > 0) page.Line($"There are more: --page-token {answer.NextPageToken}");
    }

    public static void Whole(Page page, ExchangeView exchange)
    {
        Summary(page, exchange);
        page.Line();
        page.Table("",
        [
            ["DELIVERY", "TO", "PURPOSE", "STATE", "ATTEMPTS", "CHANGED", "OUTCOME", "DEADLINE", "THEIR ID", "LAST ERROR"],
            .. exchange.Deliveries.Select(delivery => new[]
            {
                delivery.DeliveryId, delivery.Receiver, delivery.Purpose, Word(delivery.State), delivery.Attempts.ToString(), Time(delivery.ChangedAt),
                OrDash(delivery.Outcome), Deadline(delivery), OrDash(delivery.ExternalId), OrDash(delivery.LastError),
            }),
        ]);
        page.Line();
        page.Table("",
        [
            ["EVIDENCE", "TIME", "DELIVERY", "TIME STAMP", "BY", "SHA-256"],
            .. exchange.Evidence.Select(evidence => new[]
            {
                evidence.Type, Time(evidence.At), OrDash(evidence.DeliveryId), Time(evidence.Stamp?.Time), OrDash(evidence.Stamp?.Authority ?? ""), Hex(evidence.Sha256.Span),
            }),
        ]);
    }

    public static void Summary(Page page, ExchangeView exchange) => page.Table("",
    [
        ["exchange", exchange.ExchangeId],
        ["state", Word(exchange.State)],
        ["sender", exchange.Sender],
        ["message id", exchange.MessageId],
        ["kind", Word(exchange.Kind)],
        ["document", OrDash(exchange.DocumentId)],
        ["subject", OrDash(exchange.Subject)],
        ["accepted", Time(exchange.AcceptedAt)],
        ["assurance", exchange.Assurance],
        ["content", $"SHA-256 {Hex(exchange.ContentSha256.Span)}"],
    ]);

    /// <summary>When it expires; marked where that is soon.</summary>
    public static string Deadline(DeliveryView delivery) => Time(delivery.ExpiresAt) + (delivery.ExpiresSoon ? " soon" : "");

    public static string Word<T>(T value) where T : struct, System.Enum => value.ToString().ToUpperInvariant();

    public static string Time(Timestamp? time) => time is null ? "-" : Times.Local(time.ToDateTimeOffset());

    private static string Hex(ReadOnlySpan<byte> digest) => Convert.ToHexStringLower(digest);
}
