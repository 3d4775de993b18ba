using System.Buffers;

namespace Vss.Interlink.Exchange;

/// <summary>The sender's id of a message, unique for ever per sender: 1 to 128 of A-Z a-z 0-9 . _ : / , - (dossier.proto). Case counts.</summary>
public readonly record struct MessageId
{
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/,-");

    private readonly string? _text;

    private MessageId(string text) => _text = text;

    public static bool TryParse(string? text, out MessageId id)
    {
        id = text is { Length: >= 1 and <= MaxLength } && !text.AsSpan().ContainsAnyExcept(Letters) ? new MessageId(text) : default;
        return id != default;
    }

    /// <summary>What the ledger holds.</summary>
    /// <exception cref="InvalidDataException">The text is no message id, so the ledger is damaged.</exception>
    public static MessageId Stored(string text) => TryParse(text, out var id) ? id : throw new InvalidDataException($"'{text}' in the ledger is no message id.");

    public override string ToString() => _text ?? "";
}
