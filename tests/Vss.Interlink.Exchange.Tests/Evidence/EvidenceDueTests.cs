using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Evidence;

public sealed class EvidenceDueTests
{
    [Fact]
    public void The_table_in_message_life_is_the_table_in_the_code()
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "message-life.md"))
            .SkipWhile(line => line != "| State | Road | Evidence |").Skip(2).TakeWhile(line => line.StartsWith('|'));
        var coded = EvidenceDue.All.Select(one => $"| {one.State.ToString().ToUpperInvariant()} | {one.Road ?? (EvidenceDue.All.Count(other => other.State == one.State) > 1 ? "every other" : "every")} | {Words(one.Due)} |");
        Assert.Equal(coded, documented);
    }

    [Fact]
    public void Every_state_has_its_evidence_on_every_road()
    {
        foreach (var state in Enum.GetValues<DeliveryState>().Where(state => state != DeliveryState.Unspecified))
            foreach (var road in (string[])[Roads.Axis, Roads.Box, Roads.Inside, "another"])
                Assert.Single(EvidenceDue.All, one => one.State == state && one.Road == (EvidenceDue.All.Any(other => other.State == state && other.Road == road) ? road : null));
    }

    [Theory]
    [InlineData(DeliveryState.Delivered, Roads.Box, "DELIVERY", "RETRIEVAL", null)]
    [InlineData(DeliveryState.Delivered, Roads.Box, "", "DELIVERY and RETRIEVAL", null)]
    [InlineData(DeliveryState.Delivered, Roads.Axis, "RELAY_REMMD_FAILURE RELAY_REMMD_FAILURE RELAY_REMMD_ACCEPTANCE", null, null)]
    [InlineData(DeliveryState.Delivered, Roads.Axis, "RELAY_REMMD_ACCEPTANCE RELAY_REMMD_ACCEPTANCE", null, "RELAY_REMMD_ACCEPTANCE")]
    [InlineData(DeliveryState.Refused, Roads.Axis, "RELAY_REMMD_REJECTION NON_DELIVERY", null, "NON_DELIVERY")]
    [InlineData(DeliveryState.Refused, Roads.Axis, "", "RELAY_REMMD_REJECTION or NON_DELIVERY", null)]
    [InlineData(DeliveryState.Expired, Roads.Box, "DELIVERY", "NON_DELIVERY or NON_RETRIEVAL", null)]
    [InlineData(DeliveryState.Pending, Roads.Axis, "RELAY_REMMD_FAILURE", null, null)]
    [InlineData(DeliveryState.Pending, Roads.Inside, "DELIVERY", null, "DELIVERY")]
    public void What_is_missing_and_what_is_too_much_is_named(DeliveryState state, string road, string standing, string? missing, string? surplus)
    {
        var types = standing.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(missing, EvidenceDue.Missing(state, road, types));
        Assert.Equal(surplus, EvidenceDue.Surplus(state, road, types));
    }

    private static string Words(string[][] due) => due is [[]] ? "–" : string.Join(" or ", due.Select(types => string.Join(" and ", types)));
}
