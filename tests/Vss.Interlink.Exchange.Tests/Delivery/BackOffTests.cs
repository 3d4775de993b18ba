using Vss.Interlink.Exchange.Delivery;

namespace Vss.Interlink.Exchange.Tests.Delivery;

public sealed class BackOffTests
{
    private static readonly DeliveryProfile Profile = DeliveryProfile.Of(new DeliveryOptions { FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromHours(1) }, null);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(5, 80)]
    [InlineData(11, 3600)]
    [InlineData(1_000_000, 3600)]
    public void The_wait_doubles_up_to_the_longest_and_lies_in_its_upper_half(int attempt, double seconds)
    {
        var backOff = new BackOff(new Random(1));
        var waits = Enumerable.Range(0, 200).Select(_ => backOff.After(attempt, Profile).TotalSeconds).ToList();

        Assert.All(waits, wait => Assert.InRange(wait, seconds / 2, seconds));
        Assert.True(waits.Max() - waits.Min() > seconds / 4, "Without jitter what failed together comes back together.");
    }
}
