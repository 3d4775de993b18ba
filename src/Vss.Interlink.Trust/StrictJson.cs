using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vss.Interlink.Trust;

/// <summary>How files that decide what is trusted are read: what is not known, stands there twice or is of another kind is a fault, for a mistyped rule would be one that nobody keeps.</summary>
internal static class StrictJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
    };
}
