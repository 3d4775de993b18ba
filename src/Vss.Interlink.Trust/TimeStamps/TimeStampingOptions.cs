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

    internal IEnumerable<string> Faults()
    {
        foreach (var (authority, number) in Authorities.Select((authority, number) => (authority, number)))
        {
            var at = $"Trust:TimeStamping:Authorities:{number}";
            if (authority.Address is not { IsAbsoluteUri: true, Scheme: "http" or "https" }) yield return $"{at}:Address is no http or https address.";
            if (authority.Policy is { } policy && !ObjectIdentifier().IsMatch(policy)) yield return $"{at}:Policy is no object identifier.";
        }

        if (AnswerSeconds is < 1 or > 3600) yield return "Trust:TimeStamping:AnswerSeconds is not 1 to 3600.";
        if (PauseMilliseconds is < 1 or > 60_000) yield return "Trust:TimeStamping:PauseMilliseconds is not 1 to 60000.";
        if (RestSeconds is < 1 or > 86_400) yield return "Trust:TimeStamping:RestSeconds is not 1 to 86400.";
    }

    [GeneratedRegex(@"^[0-2](\.(0|[1-9][0-9]{0,17}))+$", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectIdentifier();
}
