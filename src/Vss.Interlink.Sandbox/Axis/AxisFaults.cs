using System.Text.Json.Serialization;

namespace Vss.Interlink.Sandbox.Axis;

/// <summary>Ways in which a call can go wrong.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AxisFault>))]
public enum AxisFault
{
    /// <summary>HTTP 500, and nothing was done.</summary>
    ServerError = 1,

    /// <summary>HTTP 200 with status FAIL and the given code, and nothing was done.</summary>
    Fail = 2,

    /// <summary>No answer until the caller gives up, and nothing was done.</summary>
    Silence = 3,

    /// <summary>The call is carried out and the connection breaks before the answer.</summary>
    LostAnswer = 4,

    /// <summary>The call is carried out and half of the answer comes.</summary>
    TruncatedAnswer = 5,

    /// <summary>An answer that does not end before the caller gives up.</summary>
    EndlessAnswer = 6,
}

/// <summary>The next calls of an operation that are to go wrong.</summary>
/// <param name="Operation">E.g. <c>sendEdoc</c>.</param>
/// <param name="Fault">What happens to them.</param>
/// <param name="Count">How many calls.</param>
/// <param name="Code">The error code of <see cref="AxisFault.Fail"/>.</param>
public sealed record ScriptedFault(string Operation, AxisFault Fault, int Count = 1, string Code = AxisRefusalException.SystemError);

/// <summary>The script of faults; thread-safe.</summary>
internal sealed class AxisFaults
{
    private readonly Lock _lock = new();
    private readonly List<ScriptedFault> _script = [];

    public void Add(ScriptedFault fault)
    {
        lock (_lock) _script.Add(fault);
    }

    /// <summary>The fault for this call, taken off the script; null when the call is to succeed.</summary>
    public ScriptedFault? Next(string operation)
    {
        lock (_lock)
        {
            var at = _script.FindIndex(fault => fault.Operation.Equals(operation, StringComparison.OrdinalIgnoreCase));
            if (at < 0) return null;
            var fault = _script[at];
            if (fault.Count > 1) _script[at] = fault with { Count = fault.Count - 1 };
            else _script.RemoveAt(at);
            return fault;
        }
    }
}
