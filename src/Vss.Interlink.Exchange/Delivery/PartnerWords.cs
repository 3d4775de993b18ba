using System.Text.RegularExpressions;

namespace Vss.Interlink.Exchange.Delivery;

/// <summary>
/// What a receiver says of a delivery is a stranger's text: it goes to the ledger, into evidence, to the sender and to the log. So it is cut, freed of control characters, and long
/// numbers, which may be a person's, are masked.
/// </summary>
internal static partial class PartnerWords
{
    private const int LongestDetail = 500;
    private const int LongestId = 128;

    public static HandOver Bounded(HandOver result) => result switch
    {
        HandOver.Delivered delivered => new HandOver.Delivered(Plain(delivered.ExternalId, LongestId)),
        HandOver.Refused refused => refused with { Detail = Masked(refused.Detail) },
        HandOver.NotNow later => later with { Detail = Masked(later.Detail) },
        _ => result,
    };

    /// <summary>A reason that a person or a partner gave.</summary>
    public static string Masked(string text) => Numbers().Replace(Plain(text, LongestDetail), "…");

    private static string Plain(string text, int longest)
    {
        var plain = string.Concat(text.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter));
        return plain.Length <= longest ? plain : plain[..(longest - 1)] + "…";
    }

    // Nine digits and more: identity card, social insurance, phone.
    [GeneratedRegex("[0-9]{9,}")]
    private static partial Regex Numbers();
}
