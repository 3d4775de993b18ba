using System.Globalization;

namespace Vss.Interlink.Exchange.Deadlines;

/// <summary>
/// The days off of a year for which there is no notice yet, as the Labour Code 45/2019/QH14 (articles 111 and 112) lets them be reckoned. Which days a notice will take is not known, so these are all
/// that it may take: a deadline reckoned with them can be late by some days and is never early.
/// </summary>
internal static class LegalHolidays
{
    private static readonly ChineseLunisolarCalendar Moon = new();

    /// <summary>Every day that may be off, without the plain weekends; null for a year that cannot be reckoned.</summary>
    public static HashSet<DateOnly>? Of(int year)
    {
        if (year <= Moon.MinSupportedDateTime.Year || year >= Moon.MaxSupportedDateTime.Year) return null;

        // By the time of Hà Nội a moon that is new after 16:00 UTC is a day earlier than by that of Beijing.
        var (newYear, kings) = (ByTheMoon(year, 1, 1), ByTheMoon(year, 3, 10));
        HashSet<DateOnly> off = [];
        Add(off, 1, new(year, 1, 1), new(year, 1, 1));
        Add(off, 5, newYear.AddDays(-3), newYear.AddDays(4));   // one or two days before the first, and the first three or four
        Add(off, 1, kings.AddDays(-1), kings);
        Add(off, 2, new(year, 4, 30), new(year, 5, 1));
        Add(off, 2, new(year, 9, 1), new(year, 9, 3));          // 2 September and the day before or behind it
        for (var day = new DateOnly(year, 1, 1); day.Year == year && day < DateOnly.MaxValue; day = day.AddDays(1))
            if (!IsOff(off, day) && IsOff(off, day.AddDays(-1)) && IsOff(off, day.AddDays(1))) off.Add(day);   // single days between are exchanged for a Saturday, as a rule
        return off;
    }

    // So many days from among these; those that meet a weekend are given on the next working days.
    private static void Add(HashSet<DateOnly> off, int days, DateOnly first, DateOnly last)
    {
        var lieu = 0;
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            off.Add(day);
            if (CalendarFile.IsWeekend(day)) lieu++;
        }

        lieu = Math.Min(lieu, Math.Min(days, 2));
        for (var day = last.AddDays(1); lieu > 0; day = day.AddDays(1))
            if (!CalendarFile.IsWeekend(day) && off.Add(day)) lieu--;
    }

    private static bool IsOff(HashSet<DateOnly> off, DateOnly day) => CalendarFile.IsWeekend(day) || off.Contains(day) || day is { Month: 1, Day: 1 };

    private static DateOnly ByTheMoon(int year, int month, int day)
    {
        var leap = Moon.GetLeapMonth(year);   // its number among thirteen
        return DateOnly.FromDateTime(Moon.ToDateTime(year, leap > 0 && leap <= month ? month + 1 : month, day, 0, 0, 0, 0));
    }
}
