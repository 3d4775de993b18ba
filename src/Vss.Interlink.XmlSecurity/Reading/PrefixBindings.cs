using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <summary>
/// Which prefix is bound to which namespace name (Namespaces in XML 1.0 section 6), both as numbers of <see cref="InternedNames"/>. Looking up costs the
/// same however much is bound; leaving an element takes back what was bound for it. Its size is that of what was bound, not of what the document names:
/// there is one of these for each canonical form that is written.
/// </summary>
internal sealed class PrefixBindings
{
    /// <summary>The prefix is not bound.</summary>
    public const int Unbound = -1;

    // Who sends a document chooses the order of its prefixes and thereby their numbers, but not which of them meet in one place.
    private static readonly uint Factor = BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(4)) | 1;

    private Slot[] _slots = new Slot[16];   // by prefix, the next free one where that is taken; one in five stays free
    private int _used;
    private Before[] _undo = new Before[16];

    public PrefixBindings()
    {
        SlotOf(InternedNames.Empty).BoundTo = InternedNames.Empty;
        SlotOf(InternedNames.Xml).BoundTo = InternedNames.XmlNamespace;
        SlotOf(InternedNames.Xmlns).BoundTo = InternedNames.XmlnsNamespace;
    }

    /// <summary>Bindings made for all open elements; also the mark to come back to with <see cref="Leave"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The namespace name that a prefix is bound to. The empty prefix is bound to the empty name where no default namespace is.</summary>
    public int this[int prefix]
    {
        get
        {
            var slots = _slots;
            for (var at = Home(prefix); ; at = unchecked(at + 1))
            {
                ref readonly var slot = ref slots[at & (slots.Length - 1)];
                if (slot.Key == 0) return Unbound;
                if (slot.Key == prefix + 1) return slot.BoundTo;
            }
        }
    }

    /// <summary>Binds a prefix for the element whose bindings began at <paramref name="mark"/>; false when it was bound for that element already.</summary>
    public bool TryBind(int prefix, int name, int mark)
    {
        ref var slot = ref SlotOf(prefix);
        if (slot.BoundAt >= mark && slot.BoundAt < Count && _undo[slot.BoundAt].Prefix == prefix) return false;
        if (Count == _undo.Length) Array.Resize(ref _undo, _undo.Length * 2);
        _undo[Count] = new Before(prefix, slot.BoundTo);
        (slot.BoundTo, slot.BoundAt) = (name, Count++);
        return true;
    }

    /// <summary>Takes back everything that was bound since <see cref="Count"/> had this value.</summary>
    public void Leave(int mark)
    {
        while (Count > mark)
        {
            var before = _undo[--Count];
            SlotOf(before.Prefix).BoundTo = before.Name;
        }
    }

    private static int Home(int prefix) => unchecked((int)(((uint)prefix * Factor) >> 8));

    private ref Slot SlotOf(int prefix)
    {
        var at = Home(prefix) & (_slots.Length - 1);
        while (_slots[at].Key != 0)
        {
            if (_slots[at].Key == prefix + 1) return ref _slots[at];
            at = (at + 1) & (_slots.Length - 1);
        }

        if (_used >= _slots.Length / 5 * 4)
        {
            Grow();
            return ref SlotOf(prefix);
        }

        _used++;
        _slots[at] = new Slot { Key = prefix + 1, BoundTo = Unbound, BoundAt = Unbound };
        return ref _slots[at];
    }

    private void Grow()
    {
        var had = _slots;
        _slots = new Slot[had.Length * 2];
        _used = 0;
        foreach (var slot in had)
        {
            if (slot.Key != 0) SlotOf(slot.Key - 1) = slot;
        }
    }

    private struct Slot
    {
        public int Key;       // the prefix, and 1
        public int BoundTo;
        public int BoundAt;   // place in _undo of its last binding, which may be gone
    }

    private readonly record struct Before(int Prefix, int Name);
}
