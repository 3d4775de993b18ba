using System.Text.RegularExpressions;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>One time-stamping authority.</summary>
public sealed class TimeStampAuthorityOptions
{
    /// <summary>RFC 3161 over http or https.</summary>
    public Uri? Address { get; set; }

    /// <summary>The policy to ask for, an object identifier; none for the authority's own choice.</summary>
    public string? Policy { get; set; }
}

/// <summary>Who makes time stamps for the hub. That an authority stands here does not make it trusted: its tokens are judged like all others.</summary>
public sealed partial class TimeStampingOptions
{
    /// <summary>In the order in which they are asked.</summary>
    public IList<TimeStampAuthorityOptions> Authorities { get; } = [];

    /// <summary>Longest wait for one answer. Servers of the state were seen to take 2 to 131 s.</summary>
    public int AnswerSeconds { get; set; } = 180;

    /// <summary>Pause before the second attempt; before the third it is twice as long.</summary>
    public int PauseMilliseconds { get; set; } = 2000;

    /// <summary>For how long an authority that failed comes after the others.</summary>
    public int RestSeconds { get; set; } = 300;

    /// <summary>Every fault, one sentence each; empty when it is whole.</summary>
    internal IReadOnlyList<string> Faults()
    {
        List<string> wrong = [];
        const string section = "Trust:TimeStamping:";
        foreach (var (authority, number) in Authorities.Select((authority, number) => (authority, number)))
        {
            var at = $"{section}Authorities:{number}";
            if (authority.Address is not { IsAbsoluteUri: true, Scheme: "http" or "https" }) wrong.Add($"{at}:Address is no http or https address.");
            if (authority.Policy is { } policy && !ObjectIdentifier().IsMatch(policy)) wrong.Add($"{at}:Policy is no object identifier.");
        }

        Bounds.Check(section + nameof(AnswerSeconds), AnswerSeconds, 1, 3600, wrong);
        Bounds.Check(section + nameof(PauseMilliseconds), PauseMilliseconds, 1, 60_000, wrong);
        Bounds.Check(section + nameof(RestSeconds), RestSeconds, 1, 86_400, wrong);
        return wrong;
    }

    [GeneratedRegex(@"^[0-2](\.(0|[1-9][0-9]{0,17}))+$", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectIdentifier();
}
