using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vss.Interlink.Exchange.Deadlines;

/// <summary>A calendar as it stands in its file: see docs/partners.md.</summary>
internal sealed record CalendarFile(IReadOnlyList<string> WorkingHours, IReadOnlyDictionary<string, CalendarYear> Years)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
    };

    /// <summary>The file, or null with what is wrong.</summary>
    public static CalendarFile? Read(Stream json, ICollection<string> wrong)
    {
        try
        {
            return JsonSerializer.Deserialize<CalendarFile>(json, Json);
        }
        catch (JsonException failed)
        {
            wrong.Add($"The calendar is not of its form: {failed.Message}");
            return null;
        }
    }

    /// <summary>The hours of a working day, in order; adds what is wrong.</summary>
    public IReadOnlyList<(TimeOnly From, TimeOnly To)> ReadHours(ICollection<string> wrong)
    {
        List<(TimeOnly From, TimeOnly To)> hours = [];
        foreach (var text in WorkingHours)
        {
            if (text.Split('-') is [var from, var to] && Time(from) is { } begin && Time(to) is { } end && begin < end && (hours.Count == 0 || hours[^1].To <= begin)) hours.Add((begin, end));
            else wrong.Add($"workingHours: '{text}' is not HH:MM-HH:MM behind the one before it.");
        }

        if (hours.Count == 0) wrong.Add("workingHours is empty, so nothing would ever expire.");
        return hours;
    }

    /// <summary>The years; adds what is wrong.</summary>
    public IReadOnlyDictionary<int, (HashSet<DateOnly> Off, HashSet<DateOnly> MadeUp)> ReadYears(ICollection<string> wrong)
    {
        Dictionary<int, (HashSet<DateOnly>, HashSet<DateOnly>)> years = [];
        foreach (var (text, days) in Years)
        {
            if (text.Length != 4 || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year) || year == 0)
            {
                wrong.Add($"years: '{text}' is no year.");
                continue;
            }

            var (off, madeUp) = (Days(year, days.Off.Keys, wrong), Days(year, days.MadeUp.Keys, wrong));
            foreach (var day in off.Intersect(madeUp)) wrong.Add($"years: {day:yyyy-MM-dd} is off and made up for.");
            foreach (var day in madeUp.Where(day => !IsWeekend(day))) wrong.Add($"years: {day:yyyy-MM-dd} is a working day already.");
            years[year] = (off, madeUp);
        }

        return years;
    }

    public static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    private static HashSet<DateOnly> Days(int year, IEnumerable<string> texts, ICollection<string> wrong)
    {
        HashSet<DateOnly> days = [];
        foreach (var text in texts)
        {
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year == year) days.Add(day);
            else wrong.Add($"years: '{text}' is no day of {year}.");
        }

        return days;
    }

    private static TimeOnly? Time(string text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}

/// <summary>One year, days by date with their occasion.</summary>
/// <param name="Off">Holidays, days off in lieu, and days that are off because another is worked.</param>
/// <param name="MadeUp">Days at a weekend that are worked in lieu.</param>
internal sealed record CalendarYear(IReadOnlyDictionary<string, string> Off, IReadOnlyDictionary<string, string> MadeUp);
