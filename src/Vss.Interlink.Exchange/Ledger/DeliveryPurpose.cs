namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What a delivery carries: the dossier, or an edXML status back to its sender. As text <c>dossier</c> or <c>status:NN</c>.</summary>
public readonly record struct DeliveryPurpose
{
    private const string DossierText = "dossier";
    private const string StatusPrefix = "status:";

    private readonly string? _statusCode;

    private DeliveryPurpose(string? statusCode) => _statusCode = statusCode;

    public static DeliveryPurpose Dossier { get; } = new(null);

    /// <summary>Arrived: the hub has it, durable.</summary>
    public static DeliveryPurpose StatusArrived { get; } = new("01");

    /// <summary>Reception refused.</summary>
    public static DeliveryPurpose StatusRefused { get; } = new("02");

    /// <summary>Received: taken over by the receiver.</summary>
    public static DeliveryPurpose StatusReceived { get; } = new("03");

    public bool IsDossier => _statusCode is null;

    /// <summary>Two digits of the edXML status list, or null for the dossier.</summary>
    public string? StatusCode => _statusCode;

    public static bool TryParse(string? text, out DeliveryPurpose purpose)
    {
        purpose = default;
        if (text == DossierText) return true;
        if (text is null || !text.StartsWith(StatusPrefix, StringComparison.Ordinal)) return false;
        var code = text[StatusPrefix.Length..];
        if (code.Length != 2 || !code.All(char.IsAsciiDigit)) return false;
        purpose = new DeliveryPurpose(code);
        return true;
    }

    /// <summary>What the ledger holds.</summary>
    /// <exception cref="InvalidDataException">The text is no purpose, so the ledger is damaged.</exception>
    public static DeliveryPurpose Stored(string text) =>
        TryParse(text, out var purpose) ? purpose : throw new InvalidDataException($"'{text}' in the ledger is no purpose of a delivery.");

    public override string ToString() => IsDossier ? DossierText : StatusPrefix + _statusCode;
}
