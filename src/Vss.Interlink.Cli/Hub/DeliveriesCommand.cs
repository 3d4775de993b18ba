using System.CommandLine;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.V1;

namespace Vss.Interlink.Cli.Hub;

/// <summary><c>interlink deliveries</c> and <c>dead-letters</c>: what is on its way, and what waits for a person.</summary>
internal static class DeliveriesCommand
{
    private const int MaxPage = 500;   // ListDeliveriesRequest.page_size

    public static Command Create(TimeProvider clock) => new("deliveries", "Lists deliveries by state; gives dead ones new attempts, or gives them up.") { List(clock), Retry(clock), Discard(clock) };

    /// <summary>The list that somebody must look at each day.</summary>
    public static Command DeadLetters(TimeProvider clock)
    {
        var command = new Command("dead-letters", "Lists deliveries that wait for a person, the oldest first.");
        return Listing(command, _ => DeliveryState.Dead, Letters, clock);
    }

    private static Command List(TimeProvider clock)
    {
        var state = new Option<string>("--state") { Description = "PENDING, LEASED, AVAILABLE, DELIVERED, REFUSED, DEAD, DISCARDED or EXPIRED.", HelpName = "STATE", Required = true };
        state.Validators.Add(result =>
        {
            if (result.Tokens is [var only] && StateOf(only.Value) is null) result.AddError($"--state: '{only.Value}' is no state of a delivery.");
        });
        var command = new Command("list", "Lists the deliveries in one state, the oldest first.") { state };
        return Listing(command, parsed => StateOf(parsed.GetRequiredValue(state)) ?? DeliveryState.Unspecified, Deliveries, clock);
    }

    private static Command Retry(TimeProvider clock)
    {
        var id = new Argument<string>("ID") { Description = "Delivery id." };
        var command = new Command("retry", "Gives a dead delivery new attempts, under its id.") { id };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            (invoker, options) => new Admin.V1.Admin.AdminClient(invoker).RetryDeliveryAsync(new RetryDeliveryRequest { DeliveryId = parsed.GetRequiredValue(id) }, options).ResponseAsync,
            One,
            cancellation));
        return command;
    }

    private static Command Discard(TimeProvider clock)
    {
        var id = new Argument<string>("ID") { Description = "Delivery id." };
        var reason = new Option<string>("--reason") { Description = "Why; it goes into the evidence and to the sender.", HelpName = "TEXT", Required = true };
        var command = new Command("discard", "Gives a dead delivery up, for good.") { id, reason };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            (invoker, options) => new Admin.V1.Admin.AdminClient(invoker)
                .DiscardDeliveryAsync(new DiscardDeliveryRequest { DeliveryId = parsed.GetRequiredValue(id), Reason = parsed.GetRequiredValue(reason) }, options).ResponseAsync,
            One,
            cancellation));
        return command;
    }

    private static Command Listing(Command command, Func<ParseResult, DeliveryState> state, Action<Page, ListDeliveriesResponse> show, TimeProvider clock)
    {
        var receiver = new Option<string>("--receiver") { Description = "Only to this organ.", HelpName = "ORGAN", DefaultValueFactory = _ => "" };
        var size = new Option<int>("--page-size") { Description = $"Deliveries in one answer, 1 to {MaxPage}.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var token = new Option<string>("--page-token") { Description = "Go on where an earlier answer ended.", HelpName = "TOKEN", DefaultValueFactory = _ => "" };
        size.Validators.Add(result =>
        {
            if (result.Tokens is [var only] && !(int.TryParse(only.Value, out var given) && given is >= 1 and <= MaxPage)) result.AddError($"--page-size is a number from 1 to {MaxPage}.");
        });
        foreach (var option in new Option[] { receiver, size, token }) command.Options.Add(option);
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) =>
        {
            var request = new ListDeliveriesRequest { State = state(parsed), Receiver = parsed.GetRequiredValue(receiver), PageSize = parsed.GetValue(size), PageToken = parsed.GetRequiredValue(token) };
            return hub.CallAsync(parsed, (invoker, options) => new Admin.V1.Admin.AdminClient(invoker).ListDeliveriesAsync(request, options).ResponseAsync, show, cancellation);
        });
        return command;
    }

    private static DeliveryState? StateOf(string text) =>
        Enum.GetValues<DeliveryState>().Where(state => state != DeliveryState.Unspecified && ExchangePage.Word(state) == text).Select(state => (DeliveryState?)state).FirstOrDefault();

    private static void One(Page page, DeliveryEntry entry) => Deliveries(page, new ListDeliveriesResponse { Deliveries = { entry } });

    private static void Deliveries(Page page, ListDeliveriesResponse answer)
    {
        page.Table("",
        [
            ["QUEUED", "DELIVERY", "EXCHANGE", "FROM", "TO", "PURPOSE", "STATE", "ATTEMPTS", "CHANGED", "DEADLINE", "LAST ERROR"],
            .. answer.Deliveries.Select(entry => new[]
            {
                ExchangePage.Time(entry.QueuedAt), entry.Delivery.DeliveryId, entry.ExchangeId, entry.Sender, entry.Delivery.Receiver, entry.Delivery.Purpose, ExchangePage.Word(entry.Delivery.State),
                entry.Delivery.Attempts.ToString(), ExchangePage.Time(entry.Delivery.ChangedAt), ExchangePage.Deadline(entry.Delivery), ExchangePage.OrDash(entry.Delivery.LastError),
            }),
        ]);
        More(page, answer);
    }

    private static void Letters(Page page, ListDeliveriesResponse answer)
    {
        page.Table("",
        [
            ["DEAD SINCE", "DELIVERY", "EXCHANGE", "FROM", "MESSAGE ID", "TO", "OVER", "PURPOSE", "ATTEMPTS", "WAITING", "DEADLINE", "REASON"],
            .. answer.Deliveries.Select(entry => new[]
            {
                ExchangePage.Time(entry.Delivery.ChangedAt), entry.Delivery.DeliveryId, entry.ExchangeId, entry.Sender, entry.MessageId, entry.Delivery.Receiver, entry.Connector, entry.Delivery.Purpose,
                entry.Delivery.Attempts.ToString(), entry.WaitingBehind.ToString(), ExchangePage.Deadline(entry.Delivery), ExchangePage.OrDash(entry.Delivery.LastError),
            }),
        ]);
        More(page, answer);
    }

    private static void More(Page page, ListDeliveriesResponse answer)
    {
        if (answer.NextPageToken.Length > 0) page.Line($"There are more: --page-token {answer.NextPageToken}");
    }
}
