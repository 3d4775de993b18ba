using Vss.Interlink.Exchange.Simulation.Engine;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>A partner with one letter to send: he asks until he has a receipt or a refusal for good, and does not always stop then.</summary>
internal sealed class Sender(World world, Letter letter)
{
    public async Task SendAsync(TimeSpan first)
    {
        await world.DelayAsync(first);
        while (await OnceAsync() is not { } end || !IsEnd(end)) await world.DelayAsync(world.Dice.Milliseconds(500, 12_000));
        world.LetterAnswered();
        for (var more = world.Dice.Below(3); more > 0; more--)
        {
            await world.DelayAsync(world.Dice.Seconds(0, 40));
            await OnceAsync();
        }
    }

    private async Task<SenderAnswer?> OnceAsync()
    {
        world.Note("sender", $"sends {letter.Name}");
        var answer = await world.Network.AskAsync<SenderAnswer>(TimeSpan.FromSeconds(15), async (life, aborted) => await life.AcceptAsync(letter, aborted));
        world.Note("sender", $"{letter.Name}: {Words(answer)}");
        if (answer is not null) world.Checker.AnswerArrives(letter, answer);
        return answer;
    }

    private static bool IsEnd(SenderAnswer answer) => answer is SenderAnswer.Receipt or SenderAnswer.Refused { Fault: Fault.MessageIdReused or Fault.UnknownReceiver };

    private static string Words(SenderAnswer? answer) => answer switch
    {
        SenderAnswer.Receipt(var accepted) => $"receipt of {Trace.Short(accepted.ExchangeId)}{(accepted.Repeated ? ", repeated" : "")}",
        SenderAnswer.Refused(var fault) => fault.ToString(),
        SenderAnswer.Failed => "internal error",
        _ => "no answer",
    };
}
