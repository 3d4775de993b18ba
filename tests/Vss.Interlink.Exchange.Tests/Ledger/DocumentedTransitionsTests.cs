using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Tests.Ledger;

public sealed class DocumentedTransitionsTests
{
    [Fact]
    public void The_table_in_message_life_is_the_table_in_the_code()
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "message-life.md"))
            .SkipWhile(line => line != "| From | To | When |").Skip(2).TakeWhile(line => line.StartsWith('|'));
        var coded = DeliveryStates.Transitions.Select(step => $"| {step.From.ToString().ToUpperInvariant()} | {step.To.ToString().ToUpperInvariant()} | {step.By} |");
        Assert.Equal(coded, documented);
    }
}
