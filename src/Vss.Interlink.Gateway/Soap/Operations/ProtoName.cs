namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>A value of an enumeration in protos/ by the name it has there: one vocabulary on every edge.</summary>
internal static class ProtoName
{
    /// <summary>Values of one word, as NEW or AVAILABLE.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => value.ToString().ToUpperInvariant();
}
