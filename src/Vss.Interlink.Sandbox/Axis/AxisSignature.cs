using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Vss.Interlink.Sandbox.Axis;

/// <summary>
/// Checks the header scheme of VXP 2.0: parameters travel as <c>XroadVnpt-*</c> headers, a JSON string repeats them, and an HMAC covers that string.
/// The real server may do no more than check the HMAC; this one also holds the string against the headers, so that a client that signs one thing
/// and sends another is found out here.
/// </summary>
internal sealed class AxisSignature(AxisOptions options)
{
    public const string Prefix = "XroadVnpt-";
    private const string KeyNames = Prefix + "sign-header-key";
    private const string SignedText = Prefix + "sign-header";
    private const string Hash = Prefix + "hash-header";
    private const string Version = Prefix + "version";

    /// <summary>The system that made the request.</summary>
    /// <exception cref="AxisRefusalException">The request is not authentic.</exception>
    public AxisSystem Verify(IHeaderDictionary headers)
    {
        var system = options.Systems.FirstOrDefault(one => one.SystemId == Parameter(headers, "systemid"))
                     ?? throw Refused("The systemid is not known.");
        var text = headers[SignedText].ToString();
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(system.Secret), Encoding.UTF8.GetBytes(text));
        if (text.Length == 0 || !CryptographicOperations.FixedTimeEquals(expected, FromHex(headers[Hash].ToString())))
            throw Refused("The hash-header does not fit.");

        var signed = Signed(text);
        var sent = headers.Where(header => IsParameter(header.Key)).ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        if (sent.Count != signed.Count || sent.Any(header => !signed.TryGetValue(header.Key, out var value) || value != header.Value))
            throw Refused("The sign-header does not say what the headers say.");
        if (!headers[KeyNames].ToString().Split(';').ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(sent.Keys))
            throw Refused("The sign-header-key does not name the headers.");
        if (headers[Version] != "3.0.201608") throw Refused("The version is not 3.0.201608.");
        if (!TryTime(Parameter(headers, "timestamp"), out var time) || (options.Clock.GetUtcNow() - time).Duration() > options.ClockSkew)
            throw Refused("The timestamp is not of the form, or too far from now.");
        return system;
    }

    /// <summary>A parameter; empty when it was not sent.</summary>
    public static string Parameter(IHeaderDictionary headers, string key) => headers[Prefix + key].ToString();

    private static bool IsParameter(string header) =>
        header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        && !header.Equals(KeyNames, StringComparison.OrdinalIgnoreCase)
        && !header.Equals(SignedText, StringComparison.OrdinalIgnoreCase)
        && !header.Equals(Hash, StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, string> Signed(string text)
    {
        try
        {
            return new Dictionary<string, string>(JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [], StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException)
        {
            throw Refused("The sign-header is no JSON object of strings.");
        }
    }

    private static byte[] FromHex(string text)
    {
        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        return Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length ? bytes : [];
    }

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, ["ddMMyyyy'T'HHmmsszzz", "ddMMyyyy'T'HHmmss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)
        || (text.Length > 5 && DateTimeOffset.TryParseExact(text.Insert(text.Length - 2, ":"), "ddMMyyyy'T'HHmmsszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out time));

    private static AxisRefusalException Refused(string description) => new(AxisRefusalException.WrongCredentials, description);
}
