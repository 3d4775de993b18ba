using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Section <c>Exchange:Retention</c>: what leaves the ledger's tables, and where to. Unset nothing does.</summary>
public sealed class RetentionOptions
{
    /// <summary>An exchange may be archived when it is finished and nothing happened to it for so many days.</summary>
    public int? ArchiveAfterDays { get; set; }

    /// <summary>Folder of archives; <c>archive</c> in the data folder when it is not set.</summary>
    public string? Folder { get; set; }

    /// <summary>Adds what is wrong.</summary>
    internal void Check(ICollection<string> wrong)
    {
        Bounds.Check("Retention:ArchiveAfterDays", ArchiveAfterDays, 1, 36_500, wrong);
        if (Folder is not null && string.IsNullOrWhiteSpace(Folder)) wrong.Add("Retention:Folder is empty.");
    }
}
