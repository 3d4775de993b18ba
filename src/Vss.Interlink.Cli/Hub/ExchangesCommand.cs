using System.CommandLine;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.V1;

namespace Vss.Interlink.Cli.Hub;

/// <summary><c>interlink exchanges</c>: what the hub took in, and what became of it.</summary>
internal static class ExchangesCommand
{
    private const int MaxPage = 500;   // ListRequest.page_size

    public static Command Create(TimeProvider clock) => new("exchanges", "Lists exchanges, or shows one.") { List(clock), Show(clock) };

    private static Command List(TimeProvider clock)
    {
        var sender = new Option<string>("--sender") { Description = "Only from this organ.", HelpName = "ORGAN", DefaultValueFactory = _ => "" };
        var receiver = new Option<string>("--receiver") { Description = "Only to this organ.", HelpName = "ORGAN", DefaultValueFactory = _ => "" };
        var size = new Option<int>("--page-size") { Description = $"Exchanges in one answer, 1 to {MaxPage}.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var token = new Option<string>("--page-token") { Description = "Go on where an earlier answer ended.", HelpName = "TOKEN", DefaultValueFactory = _ => "" };
        size.Validators.Add(result =>
        {
            if (result.Tokens is [var only] && !(int.TryParse(only.Value, out var given) && given is >= 1 and <= MaxPage)) result.AddError($"--page-size is a number from 1 to {MaxPage}.");
        });
        var command = new Command("list", "Lists exchanges, newest first.") { sender, receiver, size, token };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) =>
        {
            var request = new ListRequest
            {
                Sender = parsed.GetRequiredValue(sender), Receiver = parsed.GetRequiredValue(receiver), PageSize = parsed.GetValue(size), PageToken = parsed.GetRequiredValue(token),
            };
            return hub.CallAsync(parsed, (invoker, options) => new DossierExchange.DossierExchangeClient(invoker).ListAsync(request, options).ResponseAsync, ExchangePage.List, cancellation);
        });
        return command;
    }

    private static Command Show(TimeProvider clock)
    {
        var id = new Argument<string>("ID") { Description = "Exchange id." };
        var command = new Command("show", "Shows one exchange with its deliveries and evidence.") { id };
        var hub = HubOptions.AddTo(command, clock);
        command.SetAction((parsed, cancellation) => hub.CallAsync(
            parsed,
            (invoker, options) => new DossierExchange.DossierExchangeClient(invoker).GetAsync(new GetRequest { ExchangeId = parsed.GetRequiredValue(id) }, options).ResponseAsync,
            ExchangePage.Whole,
            cancellation));
        return command;
    }
}
