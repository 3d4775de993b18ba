using System.CommandLine;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Cli.Output;

namespace Vss.Interlink.Cli.Hub;

/// <summary><c>interlink trace</c>: one exchange, or one refusal, from end to end.</summary>
internal static class TraceCommand
{
    public static Command Create(TimeProvider clock)
    {
        var id = new Argument<string>("ID") { Description = "Exchange id, or the reference number of a refusal." };
        var command = new Command("trace", "Shows what happened to one exchange, in the order of time.") { id };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            (invoker, options) => new Admin.V1.Admin.AdminClient(invoker).TraceAsync(new TraceRequest { Id = parsed.GetRequiredValue(id) }, options).ResponseAsync,
            Show,
            cancellation));
        return command;
    }

    private static void Show(Page page, TraceResponse trace)
    {
        if (trace.Exchange is { } exchange)
        {
            ExchangePage.Summary(page, exchange);
            page.Line();
        }

        page.Table("",
        [
            ["TIME", "EVENT", "WHERE", "DELIVERY", "RULE", "DETAIL"],
            .. trace.Lines.Select(line => new[]
            {
                Times.Local(line.At.ToDateTimeOffset()), line.Event, ExchangePage.OrDash(line.Place), ExchangePage.OrDash(line.DeliveryId), ExchangePage.OrDash(line.Rule), line.Detail,
            }),
        ]);
    }
}
