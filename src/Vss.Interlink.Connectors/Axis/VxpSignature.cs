using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>
/// The header scheme of VXP 2.0: each parameter becomes a header <c>XroadVnpt-{key}</c>; a JSON string in <c>XroadVnpt-sign-header</c> repeats them all
/// and an HMAC-SHA256 in <c>XroadVnpt-hash-header</c> covers the string. The body is bound only by the parameter <c>hash-file</c>.
/// </summary>
internal sealed class VxpSignature(VxpOptions options, TimeProvider clock)
{
    private const string Prefix = "XroadVnpt-";
    private static readonly TimeSpan VietnamOffset = TimeSpan.FromHours(7);

    /// <summary>Adds the parameters and their signature, with a fresh timestamp: the vendor's SDK takes it once per client and is then refused as too old.</summary>
    public void Sign(HttpRequestHeaders headers, IReadOnlyList<(string Key, string Value)> parameters)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in parameters) all.Add(Prefix + key, value);
        all.Add(Prefix + "timestamp", Timestamp());
        all.Add(Prefix + "systemid", options.SystemId);
        all.Add(Prefix + "version", "3.0.201608");

        // The default encoder writes only ASCII, so the string is a legal header value; the server reads it as it is and builds nothing anew.
        var text = JsonSerializer.Serialize(all);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Secret), Encoding.UTF8.GetBytes(text));
        foreach (var (name, value) in all) headers.Add(name, value);
        headers.Add(Prefix + "sign-header-key", string.Join(';', all.Keys));
        headers.Add(Prefix + "sign-header", text);
        headers.Add(Prefix + "hash-header", Convert.ToHexStringLower(hash));
        headers.UserAgent.ParseAdd("JAVASDKAgent/1.0.0");
        headers.UserAgent.ParseAdd("XRoad/VPCP");
    }

    /// <summary>Printable ASCII: what a header carries unchanged.</summary>
    public static bool CanBeValue(string value) => value.Length is > 0 and <= 256 && value.All(character => character is > ' ' and <= '~');

    private string Timestamp() =>
        clock.GetUtcNow().ToOffset(VietnamOffset).ToString("ddMMyyyy'T'HHmmsszzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
}
