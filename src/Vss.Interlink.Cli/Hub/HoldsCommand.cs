using System.CommandLine;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Cli.Output;

namespace Vss.Interlink.Cli.Hub;

/// <summary><c>interlink holds</c>: what must be kept for a proceeding, whatever its age.</summary>
internal static class HoldsCommand
{
    public static Command Create(TimeProvider clock) => new("holds", "Legal holds: what is under hold is not archived.") { Place(clock), Release(clock), List(clock) };

    private static Command Place(TimeProvider clock)
    {
        var id = new Argument<string>("ID") { Description = "Exchange id." };
        var reason = Reason("Why it must be kept, as the number of the proceeding; no personal data.");
        var command = new Command("place", "Puts an exchange under hold.") { id, reason };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            (invoker, options) => new Admin.V1.Admin.AdminClient(invoker)
                .PlaceHoldAsync(new PlaceHoldRequest { ExchangeId = parsed.GetRequiredValue(id), Reason = parsed.GetRequiredValue(reason) }, options).ResponseAsync,
            (page, hold) =>
            {
                Show(page, [hold]);
                if (hold.Archive.Length > 0) page.Line($"It was archived before: keep {hold.Archive} as well.");
            },
            cancellation));
        return command;
    }

    private static Command Release(TimeProvider clock)
    {
        var id = new Argument<string>("HOLD") { Description = "Id of the hold." };
        var reason = Reason("Why it need not be kept any more.");
        var command = new Command("release", "Lifts a hold.") { id, reason };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            (invoker, options) => new Admin.V1.Admin.AdminClient(invoker)
                .ReleaseHoldAsync(new ReleaseHoldRequest { HoldId = parsed.GetRequiredValue(id), Reason = parsed.GetRequiredValue(reason) }, options).ResponseAsync,
            (page, hold) => Show(page, [hold]),
            cancellation));
        return command;
    }

    private static Command List(TimeProvider clock)
    {
        var all = new Option<bool>("--all") { Description = "Those that were released too." };
        var command = new Command("list", "Lists holds, the oldest first.") { all };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            (invoker, options) => new Admin.V1.Admin.AdminClient(invoker).ListHoldsAsync(new ListHoldsRequest { Released = parsed.GetValue(all) }, options).ResponseAsync,
            (page, answer) => Show(page, answer.Holds),
            cancellation));
        return command;
    }

    private static Option<string> Reason(string description) => new("--reason") { Description = description, HelpName = "TEXT", Required = true };

    private static void Show(Page page, IEnumerable<Hold> holds) => page.Table(
        "",
        [
            ["HOLD", "EXCHANGE", "SINCE", "BY", "REASON", "RELEASED", "BY", "REASON"],
            .. holds.Select(hold => new[]
            {
                hold.HoldId, hold.ExchangeId, Times.Local(hold.PlacedAt.ToDateTimeOffset()), hold.PlacedBy, hold.Reason,
                hold.ReleasedAt is { } released ? Times.Local(released.ToDateTimeOffset()) : "-", ExchangePage.OrDash(hold.ReleasedBy), ExchangePage.OrDash(hold.ReleaseReason),
            }),
        ]);
}
