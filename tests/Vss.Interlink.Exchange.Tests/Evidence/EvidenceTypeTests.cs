using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Tests.Evidence;

public sealed class EvidenceTypeTests
{
    [Fact]
    public void The_table_in_message_life_is_the_table_in_the_code()
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "message-life.md"))
            .SkipWhile(line => !line.StartsWith("| Evidence |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => string.Join('|', line.Split('|')[1..5].Select(cell => cell.Trim())));
        Assert.Equal(EvidenceType.All.Select(rule => $"{rule.Type}|{rule.Priority}|{(rule.Positive ? "+" : "−")}|{(rule.Many ? "many" : "1")}"), documented);
    }

    [Fact]
    public void A_higher_priority_overrules_a_lower_one_whatever_came_last()
    {
        Assert.Equal(EvidenceType.NonDelivery, EvidenceType.Outcome([EvidenceType.RelayAcceptance, EvidenceType.NonDelivery, EvidenceType.RelayFailure]));
        Assert.Equal(EvidenceType.NonRetrieval, EvidenceType.Outcome([EvidenceType.Delivery, EvidenceType.NonRetrieval]));
        Assert.Null(EvidenceType.Outcome([]));
    }

    [Fact]
    public void Each_priority_stands_once() => Assert.Equal(Enumerable.Range(1, 9), EvidenceType.All.Select(rule => rule.Priority).Order());
}
