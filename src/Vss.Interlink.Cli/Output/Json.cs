using System.Text.Json;

namespace Vss.Interlink.Cli.Output;

/// <summary>One JSON value on standard output. Pure ASCII by the encoder's default, every member always there.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static void Write<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Options));
}
