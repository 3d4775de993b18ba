using System.Collections.Concurrent;
using System.Globalization;
using Vss.Interlink.Exchange.Replay;

namespace Vss.Interlink.Exchange.Tests.Replay;

public sealed class PartnerCountsTests
{
    [Fact]
    public async Task Submissions_that_come_at_once_take_no_more_from_each_other_than_one_each()
    {
        var partner = OrganId.Stored("G12");
        var limits = new PartnerLimits { RatePerSecond = 1e9, Burst = 64 };   // a microsecond that is counted twice, or backwards, is more than the burst
        var counts = new PartnerCounts(TimeSpan.FromMinutes(1), TimeProvider.System);
        ConcurrentBag<TimeSpan> refused = [];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(sender => Task.Run(() =>
        {
            for (var number = 0; number < 20_000; number++)
            {
                var slot = string.Create(CultureInfo.InvariantCulture, $"{sender}-{number}");
                if (counts.Enter(partner, slot, limits) is { } wait) refused.Add(wait);
                counts.Leave(partner, slot);
            }
        })));
        Assert.Empty(refused);
    }
}
