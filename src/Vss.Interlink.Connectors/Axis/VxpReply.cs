using System.Text.Json;

namespace Vss.Interlink.Connectors.Axis;

/// <summary>Reads the axis's JSON: an envelope of status, ErrorCode and ErrorDesc around the result.</summary>
internal static class VxpReply
{
    private const int MaxText = 500;

    /// <summary>The answer inside a JSON envelope, or the refusal that it says.</summary>
    public static VxpAnswer<T> Read<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> value)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Unreadable<T>("no JSON object");
            return Text(root, "status").ToUpperInvariant() switch
            {
                "OK" => new VxpAnswer<T>.Accepted(value(root)),
                "FAIL" => Refusal<T>(Text(root, "ErrorCode"), Text(root, "ErrorDesc")),
                _ => Unreadable<T>("a status that is neither OK nor FAIL"),
            };
        }
        catch (JsonException)
        {
            return Unreadable<T>("no JSON, or JSON that is cut off");
        }
        catch (InvalidDataException missing)
        {
            return Unreadable<T>(missing.Message);
        }
    }

    public static VxpAnswer<T> Unreadable<T>(string what) => new VxpAnswer<T>.Unavailable($"The axis answered {what}.", MayBeDone: true);

    /// <summary>An item of a list, and nothing where there is no list: the axis writes none, null or an empty one.</summary>
    public static IReadOnlyList<T> Items<T>(JsonElement root, Func<JsonElement, T> item)
    {
        if (!root.TryGetProperty("data", out var data) || data.ValueKind == JsonValueKind.Null) return [];
        if (data.ValueKind != JsonValueKind.Array) throw new InvalidDataException("data that is no list");
        List<T> items = [];
        foreach (var element in data.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object) throw new InvalidDataException("a list of other things than objects");
            items.Add(item(element));
        }
        return items;
    }

    /// <summary>A value as text, whether it is written as a string or as a number; empty when it is absent.</summary>
    public static string Text(JsonElement element, string name) => !element.TryGetProperty(name, out var value) ? "" : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Number => value.GetRawText(),
        _ => "",
    };

    /// <summary>A value without which the answer means nothing.</summary>
    public static string Required(JsonElement element, string name) =>
        Text(element, name) is { Length: > 0 } text ? text : throw new InvalidDataException($"no {name}");

    /// <summary>
    /// Codes as a provincial platform's guide gives them, the only published list. Permanent are those that blame the packet or its addresses;
    /// with every other one the packet may be good.
    /// </summary>
    private static VxpAnswer<T>.Refused Refusal<T>(string code, string text) =>
        new(code, text.Length <= MaxText ? text : text[..MaxText], Permanent: code is "10" or "18" or "19" or "22");
}
