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

    [Theory]
    [InlineData("2027-01-01", false)]
    [InlineData("2027-02-03", false)]   // the lunar year begins on 6 February: this may be off, and so it is
    [InlineData("2027-02-12", false)]   // may be in lieu of the Saturday or the Sunday
    [InlineData("2027-02-17", true)]
    [InlineData("2027-04-16", false)]   // the tenth of the third month
    [InlineData("2027-04-30", false)]
    [InlineData("2027-05-03", false)]   // in lieu of Saturday 1 May
    [InlineData("2027-09-01", false)]   // it or the third
    [InlineData("2027-09-03", false)]
    [InlineData("2027-09-06", true)]
    [InlineData("2030-02-02", false)]   // the lunar year begins a day before that of China
    [InlineData("2033-06-01", true)]
    [InlineData("2101-06-01", null)]    // the moon cannot be told
    public void In_a_year_without_data_a_day_is_worked_that_no_notice_can_take(string day, bool? works) => Assert.Equal(works, Vietnam.IsWorkingDay(DateOnly.Parse(day)));

    [Theory]
    [InlineData(2025)]
    [InlineData(2026)]
    public void What_the_notices_took_is_among_what_the_law_lets_them_take(int year)
    {
        var allowed = LegalHolidays.Of(year)!;
        for (var day = new DateOnly(year, 1, 1); day.Year == year; day = day.AddDays(1))
            if (Vietnam.IsWorkingDay(day) == false && day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)) Assert.Contains(day, allowed);
    }

    [Fact]
    public void The_first_of_the_lunar_year_is_off_in_every_year_that_can_be_reckoned()
    {
        foreach (var (year, first) in new[] { (2028, "2028-01-26"), (2029, "2029-02-13"), (2030, "2030-02-02"), (2031, "2031-01-23"), (2032, "2032-02-11"), (2033, "2033-01-31") })
            Assert.Contains(DateOnly.Parse(first), LegalHolidays.Of(year)!);
        for (var year = 2027; year <= 2100; year++) Assert.InRange(LegalHolidays.Of(year)!.Count, 15, 45);
    }

    [Fact]
    public void A_file_adds_the_year_that_it_has_and_takes_the_place_of_one_that_the_hub_brings()
    {
        const string file = """{"workingHours": ["08:00-12:00"], "years": {"2026": {"off": {}, "madeUp": {}}, "2027": {"off": {"2027-02-08": "x"}, "madeUp": {"2027-02-20": "x"}}}}""";
        List<string> wrong = [];
        var calendar = WorkingCalendar.Read(new MemoryStream(Encoding.UTF8.GetBytes(file)), wrong)!.Above(Vietnam);

        Assert.Equal((true, true, false, false, true), (calendar.IsWorkingDay(new(2026, 2, 17)), calendar.IsWorkingDay(new(2027, 2, 3)), calendar.IsWorkingDay(new(2027, 2, 8)), calendar.IsWorkingDay(new(2025, 4, 7)), calendar.IsWorkingDay(new(2027, 2, 20))));
        Assert.Equal((null, 2028), (calendar.ProvisionalYear(At("2027-06-01T00:00")), calendar.ProvisionalYear(At("2028-06-01T00:00"))));
        Assert.Equal(At("2026-11-17T09:00"), calendar.AfterHours(At("2026-11-16T09:00"), TimeSpan.FromHours(4)));   // by the file's hours
    }

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
    public void A_deadline_in_a_year_without_data_is_provisional_and_in_one_that_cannot_be_reckoned_there_is_none()
    {
        var (expires, _) = new DeadlineRule(2, null, 0).After(At("2026-12-30T09:00"), Vietnam)!.Value;
        Assert.Equal((At("2027-01-05T00:00"), 2027), (expires, Vietnam.ProvisionalYear(expires)));
        Assert.Equal(At("2027-01-01T00:00"), Vietnam.AfterDays(At("2026-12-30T09:00"), 1));
        Assert.Null(Vietnam.ProvisionalYear(At("2027-01-01T00:00")));   // the end of 2026
        Assert.Null(Vietnam.AfterDays(At("2100-12-30T09:00"), 5));
        Assert.Null(Vietnam.AfterHours(At("2101-01-31T17:00"), TimeSpan.FromHours(2)));
        Assert.Null(new DeadlineRule(5, null, 0).After(At("2101-12-30T09:00"), Vietnam));
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
