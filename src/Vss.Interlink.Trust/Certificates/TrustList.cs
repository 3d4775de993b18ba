using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>
/// A list of anchors as the Government Cipher Committee publishes it (JSON with Version, ListIdentifier, SequenceNumber, ThisUpdate, NextUpdate and certificates, whose member is spelled
/// "Cerificates" there). It is believed because security staff put it where it is; its numbers keep an older one from displacing a newer.
/// </summary>
public sealed class TrustList
{
    private const int MaxOctets = 16 * 1024 * 1024;

    private TrustList(JsonElement root)
    {
        Identifier = root.GetProperty("ListIdentifier").ToString();
        SequenceNumber = root.GetProperty(nameof(SequenceNumber)) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : long.Parse(root.GetProperty(nameof(SequenceNumber)).GetString()!, NumberStyles.None, CultureInfo.InvariantCulture);
        ThisUpdate = Time(root, nameof(ThisUpdate));
        NextUpdate = Time(root, nameof(NextUpdate));
        var all = root.TryGetProperty("Cerificates", out var listed) || root.TryGetProperty(nameof(Certificates), out listed) ? listed : throw new InvalidDataException("it lists no certificates");
        Certificates = [.. all.EnumerateArray().Select(Certificate)];
    }

    public string Identifier { get; }

    public long SequenceNumber { get; }

    public DateTimeOffset ThisUpdate { get; }

    /// <summary>After this its anchors are no longer anchors.</summary>
    public DateTimeOffset NextUpdate { get; }

    public IReadOnlyList<X509Certificate2> Certificates { get; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"list {Identifier} no. {SequenceNumber} of {Times.Iso(ThisUpdate)}");

    /// <summary>Reads a list; null where the file is no JSON.</summary>
    /// <exception cref="InvalidDataException">It is JSON and no list, or a certificate of it cannot be read.</exception>
    public static TrustList? TryRead(string file)
    {
        if (new FileInfo(file).Length > MaxOctets) throw new InvalidDataException($"'{file}' has more than {MaxOctets} octets.");
        var octets = File.ReadAllBytes(file);
        var text = octets.AsSpan().StartsWith("\uFEFF"u8) ? octets.AsMemory(3) : octets;
        if (text.Span.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..]) return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return new TrustList(document.RootElement);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or InvalidDataException or CryptographicException)
        {
            throw new InvalidDataException($"'{file}' is no trust list: {broken.Message}", broken);
        }
    }

    private static DateTimeOffset Time(JsonElement root, string name) =>
        DateTimeOffset.TryParse(root.GetProperty(name).GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw new InvalidDataException($"{name} is no time");

    // Base64 by itself, or in an object together with what describes it.
    private static X509Certificate2 Certificate(JsonElement listed)
    {
        IEnumerable<string?> texts = listed.ValueKind == JsonValueKind.Object ? listed.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String).Select(member => member.Value.GetString()) : [listed.GetString()];
        foreach (var text in texts)
        {
            var octets = new byte[text!.Length];
            if (Convert.TryFromBase64String(text, octets, out var length) && length > 0 && octets[0] == 0x30 && CertificateCache.Read(octets.AsMemory(0, length)) is { } certificate) return certificate;
        }

        throw new InvalidDataException("an entry holds no certificate in base64");
    }
}
