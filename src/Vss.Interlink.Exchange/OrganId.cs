namespace Vss.Interlink.Exchange;

/// <summary>
/// Code of an organ: 1 to 35 of A-Z a-z 0-9 and dots (Decision 20/2020/QD-TTg). Which groups it has differs between the old and the new lists and
/// the test systems, so only the characters are checked; whether the organ is known is the policy's business.
/// </summary>
public readonly record struct OrganId
{
    public const int MaxLength = 35;

    private readonly string? _text;

    private OrganId(string text) => _text = text;

    public static bool TryParse(string? text, out OrganId id)
    {
        id = IsOrganId(text) ? new OrganId(text!) : default;
        return id != default;
    }

    /// <summary>What the ledger holds; it went through the same door before.</summary>
    /// <exception cref="InvalidDataException">The text is no organ id, so the ledger is damaged.</exception>
    public static OrganId Stored(string text) => TryParse(text, out var id) ? id : throw new InvalidDataException($"'{text}' in the ledger is no organ id.");

    public override string ToString() => _text ?? "";

    private static bool IsOrganId(string? text) =>
        text is { Length: >= 1 and <= MaxLength } && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.');
}
