namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Collects the rungs of one validation.</summary>
internal sealed class Ladder
{
    private readonly List<Step> _steps = new(16);

    public Ladder()
    {
    }

    /// <summary>A ladder that begins with the rungs of another.</summary>
    public Ladder(Ladder other)
    {
        _steps.AddRange(other._steps);
        IsWhole = other.IsWhole;
    }

    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>No rung broke yet.</summary>
    public bool IsWhole { get; private set; } = true;

    public void Pass(string rule, string at, string detail) => _steps.Add(new Step(rule, true, at, detail));

    public void Fail(string rule, string at, string detail)
    {
        IsWhole = false;
        _steps.Add(new Step(rule, false, at, detail, SignatureRules.Remedy(rule)));
    }

    public void Add(BrokenRuleException broken) => Fail(broken.Rule, broken.At, broken.Message);

    /// <summary>The first broken rung decides, but one that is final goes before one that is not.</summary>
    public (Indication, SubIndication) Meaning()
    {
        (Indication, SubIndication)? first = null;
        foreach (var step in _steps)
        {
            if (step.Ok) continue;
            var meaning = SignatureRules.Meaning(step.Rule);
            if (meaning.Indication == Indication.TotalFailed) return meaning;
            first ??= meaning;
        }

        return first ?? (Indication.TotalPassed, SubIndication.None);
    }
}

/// <summary>A signature broke a rule of <see cref="SignatureRules"/>. Thrown inside this folder only: it ends the reading of one signature, not of the document.</summary>
internal sealed class BrokenRuleException(string rule, string at, string detail) : Exception(detail)
{
    public string Rule { get; } = rule;

    public string At { get; } = at;
}
