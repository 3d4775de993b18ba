using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Deadlines;
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

    [Theory]
    [InlineData("2026-11-20T09:00+07:00", null)]
    [InlineData("2026-12-29T09:00+07:00", "2027")]   // three working days reach over the new year
    [InlineData("2027-06-01T09:00+07:00", "2027")]
    [InlineData("2101-06-01T09:00+07:00", "no working days can be told")]
    public void Deadlines_that_no_notice_of_holidays_covers_are_told_operators_as_soon_as_one_would_be_set(string now, string? named)
    {
        var options = new DeliveryOptions { Partners = { new PartnerDeliveryOptions { Receiver = "G22", DeadlineDays = 3 }, new PartnerDeliveryOptions { Receiver = "G23", DeadlineHours = 1 } } };
        var trouble = new DeliveryProfiles(options, WorkingCalendar.Vietnam(), NullLogger<DeliveryProfiles>.Instance).DeadlineTrouble(DateTimeOffset.Parse(now));
        if (named is null) Assert.Null(trouble);
        else Assert.Contains(named, trouble, StringComparison.Ordinal);
        Assert.Null(new DeliveryProfiles(new DeliveryOptions(), WorkingCalendar.Vietnam(), NullLogger<DeliveryProfiles>.Instance).DeadlineTrouble(DateTimeOffset.Parse(now)));
    }

    [Fact]
    public void What_comes_with_the_hub_is_sound()
    {
        List<string> wrong = [];
        new DeliveryOptions().Check(wrong);
        Assert.Empty(wrong);
    }
}
