namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>
/// Which prefix is bound to which namespace name (Namespaces in XML 1.0 section 6), both as numbers of <see cref="InternedNames"/>. Looking up is one
/// array access, however much is bound; leaving an element takes back what was bound for it.
/// </summary>
internal sealed class PrefixBindings
{
    /// <summary>The prefix is not bound.</summary>
    public const int Unbound = -1;

    private Prefix[] _prefixes = [];
    private Before[] _undo = new Before[16];

    public PrefixBindings()
    {
        Cover(InternedNames.XmlnsNamespace);
        _prefixes[InternedNames.Empty].BoundTo = InternedNames.Empty;
        _prefixes[InternedNames.Xml].BoundTo = InternedNames.XmlNamespace;
        _prefixes[InternedNames.Xmlns].BoundTo = InternedNames.XmlnsNamespace;
    }

    /// <summary>Bindings made for all open elements; also the mark to come back to with <see cref="Leave"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The namespace name that a prefix is bound to. The empty prefix is bound to the empty name where no default namespace is.</summary>
    public int this[int prefix] => (uint)prefix < (uint)_prefixes.Length ? _prefixes[prefix].BoundTo : Unbound;

    /// <summary>Binds a prefix for the element whose bindings began at <paramref name="mark"/>; false when it was bound for that element already.</summary>
    public bool TryBind(int prefix, int name, int mark)
    {
        Cover(prefix);
        ref var state = ref _prefixes[prefix];
        if (state.BoundAt >= mark && state.BoundAt < Count && _undo[state.BoundAt].Prefix == prefix) return false;
        if (Count == _undo.Length) Array.Resize(ref _undo, _undo.Length * 2);
        _undo[Count] = new Before(prefix, state.BoundTo);
        state = new Prefix { BoundTo = name, BoundAt = Count++ };
        return true;
    }

    /// <summary>Takes back everything that was bound since <see cref="Count"/> had this value.</summary>
    public void Leave(int mark)
    {
        while (Count > mark)
        {
            var before = _undo[--Count];
            _prefixes[before.Prefix].BoundTo = before.Name;
        }
    }

    private void Cover(int prefix)
    {
        if (prefix < _prefixes.Length) return;
        var had = _prefixes.Length;
        Array.Resize(ref _prefixes, Math.Max(prefix + 1, Math.Max(64, had * 2)));
        _prefixes.AsSpan(had).Fill(new Prefix { BoundTo = Unbound, BoundAt = Unbound });
    }

    private struct Prefix
    {
        public int BoundTo;
        public int BoundAt;   // place in _undo of its last binding, which may be gone
    }

    private readonly record struct Before(int Prefix, int Name);
}
