using System.Text.RegularExpressions;

namespace Vss.Interlink.Fuzz;

/// <summary>
/// What the inputs of a run reached, by what the product says: refusals, rules kept and broken, forms of signatures. It stands for coverage of the code, which a run would pay for
/// with a multiple of its time. An input that reaches something new is worth being changed further.
/// </summary>
internal sealed partial class Features
{
    private readonly HashSet<string> _reached = new(StringComparer.Ordinal);
    private bool _isNew;

    public int Count => _reached.Count;

    /// <summary>Notes something; what stands in quotation marks, and numbers, make no difference.</summary>
    public void Reach(string what, string text) => _isNew |= _reached.Add($"{what} {Particular().Replace(text, "_")}");

    /// <summary>Whether something new was reached since it was asked before.</summary>
    public bool TakeNew()
    {
        (var wasNew, _isNew) = (_isNew, false);
        return wasNew;
    }

    [GeneratedRegex("'[^']*'|[0-9a-f]{16}…|[0-9]+")]
    private static partial Regex Particular();
}
