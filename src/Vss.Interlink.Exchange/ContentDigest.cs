namespace Vss.Interlink.Exchange;

/// <summary>A SHA-256: 32 octets; as text 64 hexadecimal digits, lower case.</summary>
public readonly struct ContentDigest : IEquatable<ContentDigest>
{
    public const int Length = 32;

    private readonly byte[]? _octets;

    private ContentDigest(byte[] octets) => _octets = octets;

    /// <summary>The octets; empty for a default value.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    public static bool TryParse(ReadOnlySpan<byte> octets, out ContentDigest digest)
    {
        digest = octets.Length == Length ? new ContentDigest(octets.ToArray()) : default;
        return octets.Length == Length;
    }

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    public static bool TryParse(string? text, out ContentDigest digest)
    {
        digest = default;
        if (text is not { Length: 2 * Length } || !text.All(char.IsAsciiHexDigitLower)) return false;
        digest = new ContentDigest(Convert.FromHexString(text));
        return true;
    }

    /// <summary>What the ledger holds.</summary>
    /// <exception cref="InvalidDataException">There are not 32 octets, so the ledger is damaged.</exception>
    public static ContentDigest Stored(ReadOnlySpan<byte> octets) =>
        TryParse(octets, out var digest) ? digest : throw new InvalidDataException($"{octets.Length} octets in the ledger are no SHA-256.");

    public byte[] ToArray() => Octets.ToArray();

    public bool Equals(ContentDigest other) => Octets.SequenceEqual(other.Octets);

    public override bool Equals(object? obj) => obj is ContentDigest other && Equals(other);

    public override int GetHashCode() => _octets is null ? 0 : BitConverter.ToInt32(_octets, 0);

    public override string ToString() => Convert.ToHexStringLower(Octets);

    public static bool operator ==(ContentDigest left, ContentDigest right) => left.Equals(right);

    public static bool operator !=(ContentDigest left, ContentDigest right) => !left.Equals(right);
}
