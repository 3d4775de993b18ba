namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>
/// Which prefix is bound to which namespace name at the place of reading (Namespaces in XML 1.0 section 6). Looking up is one array access, however
/// much is in scope; leaving an element takes back what it declared.
/// </summary>
internal sealed class NamespaceScope
{
    /// <summary>No declaration of the prefix is in scope.</summary>
    public const int Undeclared = -1;

    private Prefix[] _prefixes = [];
    private Binding[] _undo = new Binding[16];

    public NamespaceScope()
    {
        Cover(InternedNames.XmlnsNamespace);
        _prefixes[InternedNames.Empty].BoundTo = InternedNames.Empty;
        _prefixes[InternedNames.Xml].BoundTo = InternedNames.XmlNamespace;
        _prefixes[InternedNames.Xmlns].BoundTo = InternedNames.XmlnsNamespace;
    }

    public InternedNames Names { get; } = new();

    /// <summary>Declarations of all open elements; also the mark to come back to with <see cref="Leave"/>.</summary>
    public int Declared { get; private set; }

    /// <summary>The namespace name that a prefix is bound to. The empty prefix is bound to the empty name where no default namespace is.</summary>
    public int this[int prefix] => (uint)prefix < (uint)_prefixes.Length ? _prefixes[prefix].BoundTo : Undeclared;

    /// <summary>Binds a prefix for the element whose declarations began at <paramref name="mark"/>; false when that element declared it already.</summary>
    public bool TryDeclare(int prefix, int name, int mark)
    {
        Cover(prefix);
        ref var state = ref _prefixes[prefix];
        if (state.DeclaredAt >= mark && state.DeclaredAt < Declared && _undo[state.DeclaredAt].Prefix == prefix) return false;
        if (Declared == _undo.Length) Array.Resize(ref _undo, _undo.Length * 2);
        _undo[Declared] = new Binding(prefix, state.BoundTo);
        state = new Prefix { BoundTo = name, DeclaredAt = Declared++ };
        return true;
    }

    /// <summary>Takes back everything that was declared since <see cref="Declared"/> had this value.</summary>
    public void Leave(int mark)
    {
        while (Declared > mark)
        {
            var before = _undo[--Declared];
            _prefixes[before.Prefix].BoundTo = before.Name;
        }
    }

    private void Cover(int prefix)
    {
        if (prefix < _prefixes.Length) return;
        var had = _prefixes.Length;
        Array.Resize(ref _prefixes, Math.Max(prefix + 1, Math.Max(64, had * 2)));
        _prefixes.AsSpan(had).Fill(new Prefix { BoundTo = Undeclared, DeclaredAt = Undeclared });
    }

    private struct Prefix
    {
        public int BoundTo;
        public int DeclaredAt;   // place in _undo of its last declaration, which may be gone
    }

    private readonly record struct Binding(int Prefix, int Name);
}
