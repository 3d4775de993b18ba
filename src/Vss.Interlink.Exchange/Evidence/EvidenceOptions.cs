using System.Collections.ObjectModel;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>Section <c>Exchange:Evidence</c>.</summary>
public sealed class EvidenceOptions
{
    /// <summary>Section <c>TimeStamps</c>; without it evidence gets none.</summary>
    public TimeStampsOptions? TimeStamps { get; set; }

    /// <summary>Subjects of certificates that the hub signed with before, where they are not that of the present one; as <c>ledger verify</c> prints them.</summary>
    public Collection<string> EarlierSigners { get; } = [];

    /// <summary>Adds what is wrong.</summary>
    internal void Check(ICollection<string> wrong)
    {
        TimeStamps?.Check(wrong);
        if (EarlierSigners.Any(string.IsNullOrWhiteSpace)) wrong.Add("Evidence:EarlierSigners has an empty name.");
    }
}

/// <summary>How evidence is time-stamped. Who is asked stands in <c>Trust:TimeStamping</c>.</summary>
public sealed class TimeStampsOptions
{
    internal const int LargestMost = 16384;

    /// <summary>Evidence goes into a batch when it is so old.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>So much evidence does not wait for <see cref="Every"/>; no batch has more. A batch is one transaction.</summary>
    public int Most { get; set; } = 4096;

    /// <summary>How old the oldest evidence without a time stamp may be before the intake refuses (TIME_STAMPS_UNAVAILABLE). There is no default.</summary>
    public TimeSpan? Grace { get; set; }

    /// <summary>Adds what is wrong.</summary>
    internal void Check(ICollection<string> wrong)
    {
        const string at = "Evidence:TimeStamps";
        Bounds.Check($"{at}:Every", Every, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), wrong);
        Bounds.Check($"{at}:Most", Most, 1, LargestMost, wrong);
        if (Grace is not { } grace) wrong.Add($"{at}:Grace is not set. Say how long evidence may be without a time stamp before nothing more is taken in.");
        else Bounds.Check($"{at}:Grace (twice Every or more)", grace, 2 * Every, TimeSpan.FromDays(31), wrong);
    }
}
