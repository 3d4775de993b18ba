using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>An assurance as it stands in the ledger, in receipts and on the wire.</summary>
public static class AssuranceText
{
    public static string Of(Assurance assurance) => assurance switch
    {
        Assurance.Signed => "signed",
        Assurance.AuthenticatedChannel => "authenticated-channel",
        Assurance.InformationOnly => "information-only",
        _ => throw new ArgumentOutOfRangeException(nameof(assurance), assurance, "Not an assurance."),
    };

    /// <summary>What the ledger holds.</summary>
    /// <exception cref="InvalidDataException">The text is no assurance, so the ledger is damaged.</exception>
    public static Assurance Stored(string text) => text switch
    {
        "signed" => Assurance.Signed,
        "authenticated-channel" => Assurance.AuthenticatedChannel,
        "information-only" => Assurance.InformationOnly,
        _ => throw new InvalidDataException($"'{text}' in the ledger is no assurance."),
    };
}
