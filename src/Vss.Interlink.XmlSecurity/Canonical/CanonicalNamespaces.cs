using System.Numerics;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Canonical;

/// <summary>
/// The namespace declarations of canonical start tags. What the nearest written ancestor left bound is known by prefix, so that each tag costs what it
/// declares (inclusive) or uses (exclusive), not what is in scope.
/// </summary>
internal sealed class CanonicalNamespaces
{
    private readonly bool _isExclusive;
    private readonly InclusivePrefixes _listed;
    private readonly Comparison<int> _byOctets;   // one for all tags
    private readonly PrefixBindings _written = new();
    private int[] _marks = new int[16];   // of the open elements that were written
    private int _open;
    private int[] _toWrite = new int[16];
    private int _count;
    private InternedNames? _names;

    public CanonicalNamespaces(bool isExclusive, InclusivePrefixes listed)
    {
        (_isExclusive, _listed) = (isExclusive, listed);
        _byOctets = (left, right) => _names![left].SequenceCompareTo(_names[right]);
    }

    /// <summary>Whether a start tag without declarations, not the first that is written, has nothing to declare.</summary>
    public bool IsNothingToWrite(XmlTokenizer xml)
    {
        if (!_isExclusive) return true;
        if (_written[xml.Prefix] != xml.Namespace) return false;
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.Prefix != InternedNames.Empty && _written[attribute.Prefix] != attribute.Namespace) return false;
        }

        return true;
    }

    /// <summary>An element begins.</summary>
    public void Enter()
    {
        if (_open == _marks.Length) Array.Resize(ref _marks, _open * 2);
        _marks[_open++] = _written.Count;
    }

    /// <summary>An element begins; writes what its start tag must declare, in the order of the prefixes.</summary>
    public void Write(XmlTokenizer xml, bool isApex, CanonicalWriter writer)
    {
        Enter();
        _count = 0;
        if (xml.Attributes.Declarations > 0) CheckAbsolute(xml);
        if (_isExclusive) ConsiderUsed(xml);
        if (isApex) writer.Sink.Spend(_isExclusive ? _listed.Prefixes.Count : xml.Names.Count);
        if (_isExclusive && isApex) ConsiderListed(xml);
        else if (isApex) ConsiderAll(xml);
        else if (!_isExclusive && xml.Attributes.Declarations > 0) ConsiderDeclared(xml);
        if (_count == 0) return;

        var prefixes = _toWrite.AsSpan(0, _count);
        _names = xml.Names;
        if (_count > 1) Sort(prefixes, writer.Sink);
        foreach (var prefix in prefixes)
        {
            var name = xml.Names[_written[prefix]];
            if (!IsAbsolute(name)) throw Relative(xml);
            writer.Write(prefix == InternedNames.Empty ? " xmlns"u8 : " xmlns:"u8);
            writer.Write(xml.Names[prefix]);
            writer.Write("=\""u8);
            writer.WriteValue(name);
            writer.Write((byte)'"');
        }
    }

    /// <summary>The element that was written last ends.</summary>
    public void Leave() => _written.Leave(_marks[--_open]);

    // Canonical XML 1.0 section 1.3: a document with a relative namespace name cannot be canonicalised.
    private static void CheckAbsolute(XmlTokenizer xml)
    {
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.IsDeclaration && !IsAbsolute(xml.Names[attribute.Namespace])) throw Relative(xml);
        }
    }

    // It begins with a scheme (RFC 3986 section 3.1), or there is none.
    private static bool IsAbsolute(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return true;
        if (!char.IsAsciiLetter((char)name[0])) return false;
        foreach (var octet in name)
        {
            if (octet == ':') return true;
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet is not ((byte)'+' or (byte)'-' or (byte)'.')) return false;
        }

        return false;
    }

    private static XmlRefusedException Relative(XmlTokenizer xml) =>
        new(XmlRefusalKind.ForbiddenConstruct, "the document has a relative namespace name, which canonicalisation does not allow", xml.Place);

    // Exclusive XML Canonicalization section 3: what the tag visibly utilises, and what of the list is in scope.
    private void ConsiderUsed(XmlTokenizer xml)
    {
        Consider(xml, xml.Prefix);
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.IsDeclaration ? _listed.Contains(xml.Names[attribute.Prefix]) : attribute.Prefix != InternedNames.Empty) Consider(xml, attribute.Prefix);
        }
    }

    private void ConsiderListed(XmlTokenizer xml)
    {
        foreach (var prefix in _listed.Prefixes)
        {
            var known = xml.Names.Find(prefix);
            if (known >= 0) Consider(xml, known);
        }
    }

    // Canonical XML 1.0 section 2.4: the element that comes out of its context takes all of it along.
    private void ConsiderAll(XmlTokenizer xml)
    {
        for (var prefix = 0; prefix < xml.Names.Count; prefix++) Consider(xml, prefix);
    }

    private void ConsiderDeclared(XmlTokenizer xml)
    {
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.IsDeclaration) Consider(xml, attribute.Prefix);
        }
    }

    // The prefix xml is bound from the beginning and thereby never written; so is the empty one to nothing, and xmlns="" is superfluous until that changed.
    private void Consider(XmlTokenizer xml, int prefix)
    {
        var bound = xml.Scope[prefix];
        if (bound == PrefixBindings.Unbound || bound == _written[prefix]) return;
        _written.TryBind(prefix, bound, _marks[_open - 1]);
        if (_count == _toWrite.Length) Array.Resize(ref _toWrite, _count * 2);
        _toWrite[_count++] = prefix;
    }

    // Comparing two names takes as long as digesting some octets.
    private void Sort(Span<int> prefixes, OctetSink work)
    {
        work.Spend(8L * prefixes.Length * BitOperations.Log2((uint)prefixes.Length));
        prefixes.Sort(_byOctets);
    }
}
