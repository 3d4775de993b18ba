namespace Vss.Interlink.Sandbox.Axis;

/// <summary>
/// A business error: HTTP 200 with status FAIL. The axis's own list of codes is not published; these are the numbers of a provincial platform's guide
/// that fronts the same axis.
/// </summary>
internal sealed class AxisRefusalException(string code, string description) : Exception(description)
{
    public const string InvalidFile = "10";
    public const string WrongCredentials = "15";
    public const string UnknownReceiver = "18";
    public const string UnknownSender = "19";
    public const string SystemError = "20";
    public const string PacketFormat = "22";

    public string Code { get; } = code;
}
