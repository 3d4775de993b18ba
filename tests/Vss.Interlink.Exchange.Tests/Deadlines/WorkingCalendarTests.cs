using System.Text;
using Vss.Interlink.Exchange.Deadlines;

namespace Vss.Interlink.Exchange.Tests.Deadlines;

public sealed class WorkingCalendarTests
{
    private static readonly WorkingCalendar Vietnam = WorkingCalendar.Vietnam();

    [Theory]
    [InlineData("2026-11-20", true)]
    [InlineData("2026-11-21", false)]   // Saturday
    [InlineData("2026-02-17", false)]   // first day of the lunar year
    [InlineData("2026-02-23", true)]
    [InlineData("2026-08-31", false)]   // off in exchange
    [InlineData("2026-08-22", true)]    // for this Saturday
    [InlineData("2026-04-27", false)]   // the anniversary fell on a Sunday
    public void A_day_is_worked_or_not_as_the_data_says(string day, bool works) => Assert.Equal(works, Vietnam.IsWorkingDay(DateOnly.Parse(day)));

    [Fact]
    public void Of_a_year_without_data_nothing_is_said() => Assert.Null(Vietnam.IsWorkingDay(new DateOnly(2031, 6, 2)));

    [Theory]
    [InlineData("2026-11-16T10:00", 1, "2026-11-18T00:00")]
    [InlineData("2026-11-20T23:59", 1, "2026-11-24T00:00")]
    [InlineData("2026-02-13T09:00", 2, "2026-02-25T00:00")]   // over the lunar new year
    [InlineData("2026-08-20T09:00", 2, "2026-08-23T00:00")]   // the Saturday is worked
    [InlineData("2026-08-28T09:00", 1, "2026-09-04T00:00")]
    public void The_day_of_acceptance_does_not_count_and_the_last_day_counts_whole(string from, int days, string expected) => Assert.Equal(At(expected), Vietnam.AfterDays(At(from), days));

    [Theory]
    [InlineData("2026-11-16T10:00", 1, "2026-11-16T11:00")]
    [InlineData("2026-11-16T11:30", 1, "2026-11-16T14:00")]
    [InlineData("2026-11-16T17:00", 1, "2026-11-17T08:30")]
    [InlineData("2026-11-20T17:30", 8, "2026-11-23T17:30")]
    [InlineData("2026-11-21T03:00", 1, "2026-11-23T09:00")]
    [InlineData("2026-02-13T17:00", 1, "2026-02-23T08:30")]
    public void Hours_are_those_that_are_worked(string from, int hours, string expected)
    {
        Assert.Equal(At(expected), Vietnam.AfterHours(At(from), TimeSpan.FromHours(hours)));
        Assert.Equal(At(expected), Vietnam.AfterHours(At(from).ToUniversalTime(), TimeSpan.FromHours(hours)));
    }

    [Theory]
    [InlineData("2026-11-18T00:00", 4, "2026-11-17T13:30")]
    [InlineData("2026-11-23T09:00", 2, "2026-11-20T16:30")]
    [InlineData("2026-02-23T08:30", 1, "2026-02-13T17:00")]
    public void A_warning_is_so_many_working_hours_before(string until, int hours, string expected) => Assert.Equal(At(expected), Vietnam.BeforeHours(At(until), TimeSpan.FromHours(hours)));

    [Fact]
    public void Hours_there_and_back_end_where_they_began()
    {
        for (var hours = 1; hours < 400; hours += 7)
        {
            var from = At("2026-02-09T09:00");
            var there = Vietnam.AfterHours(from, TimeSpan.FromHours(hours))!.Value;
            Assert.Equal(from, Vietnam.BeforeHours(there, TimeSpan.FromHours(hours)));
        }
    }

    [Fact]
    public void A_deadline_that_would_be_in_a_year_without_data_is_none()
    {
        Assert.Null(Vietnam.AfterDays(At("2026-12-30T09:00"), 5));
        Assert.Null(Vietnam.AfterHours(At("2026-12-31T17:00"), TimeSpan.FromHours(2)));
        Assert.Null(new DeadlineRule(5, null, 0).After(At("2026-12-30T09:00"), Vietnam));
    }

    [Fact]
    public void A_warning_is_not_before_the_acceptance()
    {
        var (expires, warn) = new DeadlineRule(null, 2, 8).After(At("2026-11-17T09:00"), Vietnam)!.Value;
        Assert.Equal((At("2026-11-17T11:00"), At("2026-11-17T09:00")), (expires, warn));
    }

    [Theory]
    [InlineData("{", "not of its form")]
    [InlineData("""{"workingHours": ["08:00-12:00"], "years": {}, "extra": 1}""", "extra")]
    [InlineData("""{"years": {}}""", "orkingHours")]
    [InlineData("""{"workingHours": [], "years": {}}""", "empty")]
    [InlineData("""{"workingHours": ["12:00-08:00"], "years": {}}""", "12:00-08:00")]
    [InlineData("""{"workingHours": ["08:00-12:00", "11:00-14:00"], "years": {}}""", "11:00-14:00")]
    [InlineData("""{"workingHours": ["08:00-12:00"], "years": {"next": {"off": {}, "madeUp": {}}}}""", "'next'")]
    [InlineData("""{"workingHours": ["08:00-12:00"], "years": {"2027": {"off": {"2026-01-01": "x"}, "madeUp": {}}}}""", "'2026-01-01'")]
    [InlineData("""{"workingHours": ["08:00-12:00"], "years": {"2027": {"off": {"2027-02-30": "x"}, "madeUp": {}}}}""", "'2027-02-30'")]
    [InlineData("""{"workingHours": ["08:00-12:00"], "years": {"2027": {"off": {}, "madeUp": {"2027-06-02": "x"}}}}""", "2027-06-02 is a working day")]
    [InlineData("""{"workingHours": ["08:00-12:00"], "years": {"2027": {"off": {"2027-06-05": "x"}, "madeUp": {"2027-06-05": "x"}}}}""", "2027-06-05 is off and")]
    public void A_file_with_a_fault_is_refused_and_the_fault_named(string json, string named)
    {
        List<string> wrong = [];
        Assert.Null(WorkingCalendar.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), wrong));
        Assert.Contains(wrong, sentence => sentence.Contains(named, StringComparison.Ordinal));
    }

    private static DateTimeOffset At(string local) => DateTimeOffset.Parse(local + ":00+07:00");
}
