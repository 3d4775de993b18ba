using Vss.Interlink.Exchange.Delivery;

namespace Vss.Interlink.Exchange.Tests.Delivery;

public sealed class DeliveryProfilesTests
{
    [Fact]
    public void What_a_partner_does_not_set_is_as_for_everybody()
    {
        var all = new DeliveryOptions { MaxAttempts = 7, BreakerFailures = 4 };
        var profile = DeliveryProfile.Of(all, new PartnerDeliveryOptions { Concurrency = 1, Ordered = true, DeadlineDays = 3 });

        Assert.Equal((1, true, 7, 4, 3), (profile.Concurrency, profile.Ordered, profile.MaxAttempts, profile.Breaker.RestAfter, profile.Deadline!.WorkingDays));
        Assert.Null(DeliveryProfile.Of(all, new PartnerDeliveryOptions()).Deadline);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_with_its_place()
    {
        var options = new DeliveryOptions
        {
            GiveUpAfter = TimeSpan.Zero,
            Partners =
            {
                new PartnerDeliveryOptions { Receiver = "no organ!" },
                new PartnerDeliveryOptions { Receiver = "G22", Concurrency = 0, DeadlineDays = 1, DeadlineHours = 1 },
                new PartnerDeliveryOptions { Receiver = "G22", GiveUpAfter = TimeSpan.FromDays(1), WarnHours = 1 },
                new PartnerDeliveryOptions { Receiver = "G23", GiveUpAfter = TimeSpan.FromDays(1), DeadlineDays = 0, BreakerFailures = 1, MaxAttempts = 0 },
            },
        };
        List<string> wrong = [];

        options.Check(wrong);

        string[] named = ["'no organ!'", "G22 stands twice", "Delivery:GiveUpAfter", "G22:Concurrency is 0, and must be 1 to 1024", "G22: of DeadlineDays", "G22:WarnHours without", "G23:DeadlineDays", "G23:BreakerFailures", "G23:MaxAttempts"];
        Assert.All(named, one => Assert.Contains(wrong, sentence => sentence.Contains(one, StringComparison.Ordinal)));
    }

    [Fact]
    public void What_comes_with_the_hub_is_sound()
    {
        List<string> wrong = [];
        new DeliveryOptions().Check(wrong);
        Assert.Empty(wrong);
    }
}
