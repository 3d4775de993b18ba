using System.Diagnostics.CodeAnalysis;
using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity;

/// <summary>An element that has an identifier.</summary>
/// <param name="Ordinal">Position among all start tags of the document, the root element being 1; see <see cref="XmlSelection.Element"/>.</param>
/// <param name="Start">Octets of the document as it came before its start tag.</param>
/// <param name="End">Octets up to the end of its end tag.</param>
public readonly record struct IdentifiedElement(int Ordinal, long Start, long End);

/// <summary>The elements of a document by identifier, found in one pass. An identifier of two elements is refused: which of them is meant is the question that every wrapping attack plays with.</summary>
public sealed class XmlIdIndex
{
    private readonly XmlIdRules _rules;
    private readonly Dictionary<string, int> _byId = new(StringComparer.Ordinal);
    private readonly List<IdentifiedElement> _elements = [];
    private readonly Stack<(int Depth, int Index)> _open = new();
    private readonly HashSet<string>? _repeated;

    internal XmlIdIndex(XmlIdRules rules) => _rules = rules;

    /// <param name="rules">What identifies.</param>
    /// <param name="noteRepeated">Remembers identifiers of two elements instead of refusing the document: what nobody refers to does no harm. They are not found then.</param>
    internal XmlIdIndex(XmlIdRules rules, bool noteRepeated)
        : this(rules) => _repeated = noteRepeated ? new(StringComparer.Ordinal) : null;

    /// <summary>How many elements have an identifier.</summary>
    public int Count => _elements.Count;

    /// <summary>Reads a document to its end.</summary>
    /// <returns>The index, or why there is none: a rule or limit of XML is broken, or an identifier stands twice. Exactly one of the two is not null.</returns>
    /// <exception cref="IOException"><paramref name="input"/> itself fails.</exception>
    public static (XmlIdIndex? Index, XmlRefusal? Refusal) Read(Stream input, XmlLimits limits, XmlIdRules rules)
    {
        using var xml = new XmlTokenizer(input, limits);
        return Read(xml, rules);
    }

    /// <inheritdoc cref="Read(Stream, XmlLimits, XmlIdRules)"/>
    public static (XmlIdIndex? Index, XmlRefusal? Refusal) Read(ReadOnlyMemory<byte> octets, XmlLimits limits, XmlIdRules rules)
    {
        using var xml = new XmlTokenizer(octets, limits);
        return Read(xml, rules);
    }

    /// <summary>The element with an identifier, compared character by character.</summary>
    public bool TryFind(string id, [MaybeNullWhen(false)] out IdentifiedElement element)
    {
        var found = _byId.TryGetValue(id, out var index) && !IsRepeated(id);
        element = found ? _elements[index] : default;
        return found;
    }

    /// <summary>Whether two elements have this identifier.</summary>
    internal bool IsRepeated(string id) => _repeated?.Contains(id) == true;

    /// <summary>Looks at the token that the tokenizer stands on. Every token of the document must come by.</summary>
    /// <exception cref="XmlRefusedException">An identifier stands for the second time.</exception>
    internal void Accept(XmlTokenizer xml)
    {
        if (xml.Kind == XmlTokenKind.StartElement)
        {
            if (xml.Attributes.Count > xml.Attributes.Declarations) Enter(xml);
        }
        else if (xml.Kind == XmlTokenKind.EndElement && _open.TryPeek(out var innermost) && innermost.Depth == xml.Depth)
        {
            _elements[innermost.Index] = _elements[innermost.Index] with { End = xml.EndOffset };
            _open.Pop();
        }
    }

    private static (XmlIdIndex? Index, XmlRefusal? Refusal) Read(XmlTokenizer xml, XmlIdRules rules)
    {
        try
        {
            var index = new XmlIdIndex(rules);
            while (xml.Read()) index.Accept(xml);
            return (index, null);
        }
        catch (XmlRefusedException refused)
        {
            return (null, refused.ToRefusal());
        }
    }

    private void Enter(XmlTokenizer xml)
    {
        var isNew = true;
        foreach (ref readonly var attribute in xml.Attributes.Entries)
        {
            if (attribute.IsDeclaration || !IsId(xml, attribute)) continue;

            // As attributes of type ID are normalised (XML 1.0 section 3.3.3): the spaces around are not part of it.
            var value = xml.Attributes.Value(attribute, xml.Tag).Trim((byte)' ');
            if (value.IsEmpty) continue;
            if (isNew)
            {
                _open.Push((xml.Depth, _elements.Count));
                _elements.Add(new IdentifiedElement(xml.Ordinal, xml.StartOffset, 0));
                isNew = false;
            }

            // Two attributes of one element may say the same.
            var id = Encoding.UTF8.GetString(value);
            if (_byId.TryAdd(id, _elements.Count - 1) || _byId[id] == _elements.Count - 1) continue;
            if (_repeated is null) throw Repeated(xml, id);
            _repeated.Add(id);
        }
    }

    private XmlRefusedException Repeated(XmlTokenizer xml, string id) =>
        new(XmlRefusalKind.ForbiddenConstruct, $"the document has one identifier on two elements, the first at octet {_elements[_byId[id]].Start}", xml.Place);

    private bool IsId(XmlTokenizer xml, in AttributeEntry attribute)
    {
        var name = AttributeList.LocalName(attribute, xml.Tag);
        if (name.Length != 2) return false;
        if (attribute.Namespace == InternedNames.Empty)
        {
            if (name.SequenceEqual("Id"u8)) return _rules.Id || (_rules.SignatureId && IsOfSignature(xml.Names[xml.Namespace]));
            return (_rules.UpperId && name.SequenceEqual("ID"u8)) || (_rules.LowerId && name.SequenceEqual("id"u8));
        }

        if (attribute.Namespace == InternedNames.XmlNamespace) return _rules.XmlId && name.SequenceEqual("id"u8);
        return _rules.WsuId && name.SequenceEqual("Id"u8)
            && xml.Names[attribute.Namespace].SequenceEqual("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"u8);
    }

    // XML-DSig 1.0 and 1.1, XAdES 1.1.1 to 1.4.1 (ETSI TS 101 903, EN 319 132-1).
    private static bool IsOfSignature(ReadOnlySpan<byte> namespaceName) =>
        namespaceName.SequenceEqual("http://www.w3.org/2000/09/xmldsig#"u8) || namespaceName.SequenceEqual("http://www.w3.org/2009/xmldsig11#"u8)
        || namespaceName.StartsWith("http://uri.etsi.org/01903/v1."u8);
}
