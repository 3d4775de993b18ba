using System.Collections.Concurrent;
using Vss.Interlink.Exchange.Evidence;

namespace Vss.Interlink.Exchange.Deadlines;

/// <summary>
/// Working days and hours in Vietnam. Holidays go by the moon and by each year's notice, so they are data. In a year that the data does not have every day counts as off that a notice may take
/// (<see cref="LegalHolidays"/>): a deadline is then provisional, and not too early, which would prove something that is not so.
/// </summary>
public sealed class WorkingCalendar
{
    private const string BuiltIn = "Vss.Interlink.Exchange.Deadlines.vietnam.json";

    private readonly IReadOnlyList<(TimeOnly From, TimeOnly To)> _hours;
    private readonly IReadOnlyDictionary<int, (HashSet<DateOnly> Off, HashSet<DateOnly> MadeUp)> _years;
    private readonly ConcurrentDictionary<int, HashSet<DateOnly>?> _provisional = new();

    private WorkingCalendar(IReadOnlyList<(TimeOnly From, TimeOnly To)> hours, IReadOnlyDictionary<int, (HashSet<DateOnly> Off, HashSet<DateOnly> MadeUp)> years) => (_hours, _years) = (hours, years);

    /// <summary>The one that comes with the hub.</summary>
    public static WorkingCalendar Vietnam()
    {
        using var file = typeof(WorkingCalendar).Assembly.GetManifestResourceStream(BuiltIn) ?? throw new InvalidOperationException($"{BuiltIn} is not in the assembly.");
        List<string> wrong = [];
        return Read(file, wrong) ?? throw new InvalidOperationException(string.Join(' ', wrong));
    }

    /// <summary>A calendar file (JSON, see docs/partners.md), or null with everything that is wrong.</summary>
    public static WorkingCalendar? Read(Stream json, ICollection<string> wrong)
    {
        var before = wrong.Count;
        if (CalendarFile.Read(json, wrong) is not { } file) return null;
        var calendar = new WorkingCalendar(file.ReadHours(wrong), file.ReadYears(wrong));
        return wrong.Count == before ? calendar : null;
    }

    /// <summary>This one's hours and years, with the other's years where this one has none.</summary>
    public WorkingCalendar Above(WorkingCalendar other) =>
        new(_hours, other._years.Concat(_years).GroupBy(year => year.Key).ToDictionary(year => year.Key, year => year.Last().Value));

    /// <summary>The year of a deadline when there is no data for it; null when there is. A deadline at midnight is the end of the day before.</summary>
    public int? ProvisionalYear(DateTimeOffset deadline)
    {
        var year = Local(deadline).AddTicks(-1).Year;
        return _years.ContainsKey(year) ? null : year;
    }

    /// <summary>Whether the day is worked; in a year without data whether it is worked for certain. Null in a year for which nothing can be said.</summary>
    public bool? IsWorkingDay(DateOnly day)
    {
        if (_years.TryGetValue(day.Year, out var year)) return year.MadeUp.Contains(day) || (!CalendarFile.IsWeekend(day) && !year.Off.Contains(day));
        return _provisional.GetOrAdd(day.Year, LegalHolidays.Of) is { } off ? !CalendarFile.IsWeekend(day) && !off.Contains(day) : null;
    }

    /// <summary>
    /// The end (24:00) of the n-th working day; the day on which it begins does not count (Civil Code 91/2015/QH13, articles 147 and 148). Null: it ends in a
    /// year for which nothing can be said.
    /// </summary>
    public DateTimeOffset? AfterDays(DateTimeOffset from, int days)
    {
        var day = DateOnly.FromDateTime(Local(from).DateTime);
        while (days > 0)
        {
            day = day.AddDays(1);
            if (IsWorkingDay(day) is not { } works) return null;
            if (works) days--;
        }

        return At(day.AddDays(1), TimeOnly.MinValue);
    }

    /// <summary>When so much working time has passed. Null: that is in a year for which nothing can be said.</summary>
    public DateTimeOffset? AfterHours(DateTimeOffset from, TimeSpan working)
    {
        var start = Local(from);
        var time = TimeOnly.FromDateTime(start.DateTime);
        for (var day = DateOnly.FromDateTime(start.DateTime); ; (day, time) = (day.AddDays(1), TimeOnly.MinValue))
        {
            if (IsWorkingDay(day) is not { } works) return null;
            if (!works) continue;
            foreach (var (begin, end) in _hours)
            {
                var at = time > begin ? time : begin;
                if (at >= end) continue;
                if (end - at >= working) return At(day, at) + working;
                working -= end - at;
            }
        }
    }

    /// <summary>When so much working time was still left. Null: that is in a year for which nothing can be said.</summary>
    public DateTimeOffset? BeforeHours(DateTimeOffset until, TimeSpan working)
    {
        var last = Local(until);
        var midnight = last.TimeOfDay == TimeSpan.Zero;
        var day = DateOnly.FromDateTime(last.DateTime).AddDays(midnight ? -1 : 0);
        for (var time = midnight ? TimeOnly.MaxValue : TimeOnly.FromDateTime(last.DateTime); ; (day, time) = (day.AddDays(-1), TimeOnly.MaxValue))
        {
            if (IsWorkingDay(day) is not { } works) return null;
            if (!works) continue;
            foreach (var (begin, end) in _hours.Reverse())
            {
                var at = time < end ? time : end;
                if (at <= begin) continue;
                if (at - begin >= working) return At(day, at) - working;
                working -= at - begin;
            }
        }
    }

    private static DateTimeOffset Local(DateTimeOffset time) => time.ToOffset(VietnamTime.Offset);

    private static DateTimeOffset At(DateOnly day, TimeOnly time) => new(day, time, VietnamTime.Offset);
}
