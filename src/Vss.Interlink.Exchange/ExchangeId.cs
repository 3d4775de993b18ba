namespace Vss.Interlink.Exchange;

/// <summary>The hub's id of an exchange: a time-ordered UUID (RFC 9562 §5.7), written <c>x-018f…</c> in lower case. Ids sort as they were made, to the millisecond.</summary>
public readonly record struct ExchangeId
{
    private const string Prefix = "x-";

    private readonly Guid _value;

    private ExchangeId(Guid value) => _value = value;

    public static ExchangeId New(TimeProvider clock) => new(Guid.CreateVersion7(clock.GetUtcNow()));

    public static bool TryParse(string? text, out ExchangeId id)
    {
        id = PrefixedGuid.TryParse(Prefix, text, out var value) ? new ExchangeId(value) : default;
        return id != default;
    }

    /// <summary>What the ledger holds.</summary>
    /// <exception cref="InvalidDataException">The text is no exchange id, so the ledger is damaged.</exception>
    public static ExchangeId Stored(string text) => TryParse(text, out var id) ? id : throw new InvalidDataException($"'{text}' in the ledger is no exchange id.");

    public override string ToString() => Prefix + _value.ToString("D");

    /// <summary>The text below which no id was made at that time or later: the first 48 bits of a version 7 UUID are its milliseconds.</summary>
    internal static string Floor(DateTimeOffset at)
    {
        var milliseconds = at.ToUnixTimeMilliseconds().ToString("x12", System.Globalization.CultureInfo.InvariantCulture);
        return $"{Prefix}{milliseconds[..8]}-{milliseconds[8..]}";
    }
}

/// <summary>The hub's id of a delivery, and the idempotency key of its every attempt: as <see cref="ExchangeId"/>, written <c>d-018f…</c>.</summary>
public readonly record struct DeliveryId
{
    private const string Prefix = "d-";

    private readonly Guid _value;

    private DeliveryId(Guid value) => _value = value;

    public static DeliveryId New(TimeProvider clock) => new(Guid.CreateVersion7(clock.GetUtcNow()));

    public static bool TryParse(string? text, out DeliveryId id)
    {
        id = PrefixedGuid.TryParse(Prefix, text, out var value) ? new DeliveryId(value) : default;
        return id != default;
    }

    /// <summary>What the ledger holds.</summary>
    /// <exception cref="InvalidDataException">The text is no delivery id, so the ledger is damaged.</exception>
    public static DeliveryId Stored(string text) => TryParse(text, out var id) ? id : throw new InvalidDataException($"'{text}' in the ledger is no delivery id.");

    public override string ToString() => Prefix + _value.ToString("D");
}

/// <summary>One spelling per id: the prefix and a lower-case UUID. Another spelling of the same UUID is refused, so that ids compare as text anywhere.</summary>
internal static class PrefixedGuid
{
    private const int Length = 36;

    public static bool TryParse(string prefix, string? text, out Guid value)
    {
        value = default;
        if (text is null || !text.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var given = text.AsSpan(prefix.Length);
        Span<char> only = stackalloc char[Length];   // what reads it lets blanks and line ends pass
        return Guid.TryParseExact(given, "D", out value) && value.TryFormat(only, out _, "D") && given.SequenceEqual(only);
    }
}
