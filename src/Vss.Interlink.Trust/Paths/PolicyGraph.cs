namespace Vss.Interlink.Trust.Paths;

/// <summary>
/// Certificate policies along a path: RFC 5280 section 6.1 with the graph of RFC 9618 in place of the tree, which strangers can make grow exponentially. One level for each
/// certificate; a node has the nodes above that allow it.
/// </summary>
internal sealed class PolicyGraph
{
    public const string Any = "2.5.29.32.0";

    private readonly List<Dictionary<string, Node>> _levels = [new() { [Any] = new Node(Any, []) }];
    private bool _isEmpty;   // "the valid_policy_graph is NULL"
    private int _explicitPolicy;
    private int _policyMapping;
    private int _inhibitAny;

    /// <summary>RFC 5280 section 6.1.2.</summary>
    /// <param name="length">Certificates of the path without its anchor.</param>
    /// <param name="request">The initial settings.</param>
    public PolicyGraph(int length, PolicyRequest request)
    {
        _explicitPolicy = request.RequiresPolicy ? 0 : length + 1;
        _policyMapping = request.InhibitsMapping ? 0 : length + 1;
        _inhibitAny = request.InhibitsAny ? 0 : length + 1;
    }

    /// <summary>Section 6.1.3 (d) to (f) for the next certificate from the anchor on. Null, or what it breaks.</summary>
    public string? Enter(PathCertificate certificate, bool isLast)
    {
        if (certificate.Policies is not { } policies) _isEmpty = true;
        else if (!_isEmpty) Grow(policies, _inhibitAny > 0 || (!isLast && certificate.IsSelfIssued));
        return _explicitPolicy > 0 || !_isEmpty ? null : "no certificate policy holds along the whole path, and one is required";
    }

    /// <summary>Section 6.1.4 (a), (b), (h) to (j): prepares for the next certificate.</summary>
    public string? Prepare(PathCertificate certificate)
    {
        if (certificate.PolicyMappings.Any(mapping => mapping.Issuer == Any || mapping.Subject == Any)) return "a policy mapping maps from or to anyPolicy";
        if (!_isEmpty && certificate.PolicyMappings.Count > 0) Map(certificate.PolicyMappings);
        if (!certificate.IsSelfIssued)
        {
            _explicitPolicy = Math.Max(0, _explicitPolicy - 1);
            _policyMapping = Math.Max(0, _policyMapping - 1);
            _inhibitAny = Math.Max(0, _inhibitAny - 1);
        }

        _explicitPolicy = Math.Min(_explicitPolicy, certificate.RequireExplicitPolicy ?? int.MaxValue);
        _policyMapping = Math.Min(_policyMapping, certificate.InhibitPolicyMapping ?? int.MaxValue);
        _inhibitAny = Math.Min(_inhibitAny, certificate.InhibitAnyPolicy ?? int.MaxValue);
        return null;
    }

    /// <summary>Section 6.1.5 (a), (b) and (g) after the last certificate.</summary>
    public string? Complete(PathCertificate last, IReadOnlyCollection<string> acceptable)
    {
        _explicitPolicy = last.RequireExplicitPolicy == 0 ? 0 : Math.Max(0, _explicitPolicy - 1);
        return _explicitPolicy > 0 || Allows(acceptable) ? null : "no acceptable certificate policy holds along the whole path, and one is required";
    }

    private bool Allows(IReadOnlyCollection<string> acceptable)
    {
        if (_isEmpty) return false;
        if (acceptable.Count == 0 || acceptable.Contains(Any) || _levels[^1].ContainsKey(Any)) return true;
        // Policies in the words of the anchor's domain: those that stand right below anyPolicy.
        return _levels.Any(level => level.Values.Any(node => node.Policy != Any && node.Parents.Exists(parent => parent.Policy == Any) && acceptable.Contains(node.Policy)));
    }

    private void Grow(IReadOnlyCollection<string> policies, bool allowsAny)
    {
        var above = _levels[^1];
        Dictionary<string, Node> level = [];
        var expecting = Expecting(above.Values);
        foreach (var policy in policies)
        {
            if (policy == Any) continue;
            if (expecting.TryGetValue(policy, out var parents)) level[policy] = new Node(policy, parents);
            else if (above.TryGetValue(Any, out var any)) level[policy] = new Node(policy, [any]);
        }

        if (allowsAny && policies.Contains(Any))
        {
            foreach (var (policy, parents) in expecting) level.TryAdd(policy, new Node(policy, parents));
        }

        _levels.Add(level);
        Prune();
    }

    private static Dictionary<string, List<Node>> Expecting(IEnumerable<Node> nodes)
    {
        Dictionary<string, List<Node>> expecting = [];
        foreach (var node in nodes)
        {
            foreach (var policy in node.Expected)
            {
                if (!expecting.TryGetValue(policy, out var all)) expecting[policy] = all = [];
                all.Add(node);
            }
        }

        return expecting;
    }

    private void Map(IReadOnlyCollection<(string Issuer, string Subject)> mappings)
    {
        var level = _levels[^1];
        foreach (var group in mappings.GroupBy(mapping => mapping.Issuer, mapping => mapping.Subject, StringComparer.Ordinal))
        {
            if (_policyMapping == 0) level.Remove(group.Key);
            else if (level.TryGetValue(group.Key, out var node)) node.Expected = [.. group];
            else if (level.TryGetValue(Any, out var any)) level[group.Key] = new Node(group.Key, [.. any.Parents.Where(parent => parent.Policy == Any)]) { Expected = [.. group] };
        }

        Prune();
    }

    // What leads to nothing on the last level goes.
    private void Prune()
    {
        for (var index = _levels.Count - 1; index > 0; index--)
        {
            HashSet<Node> used = [.. _levels[index].Values.SelectMany(node => node.Parents)];
            var above = _levels[index - 1];
            foreach (var node in above.Values.Where(node => !used.Contains(node)).ToList()) above.Remove(node.Policy);
        }

        _isEmpty = _levels[^1].Count == 0;
    }

    private sealed class Node(string policy, List<Node> parents)
    {
        public string Policy { get; } = policy;

        public List<Node> Parents { get; } = parents;

        public HashSet<string> Expected { get; set; } = [policy];
    }
}
