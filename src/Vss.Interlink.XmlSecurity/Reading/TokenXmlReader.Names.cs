using System.Text;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Reading;

/// <content>Names and attributes.</content>
internal sealed partial class TokenXmlReader
{
    private readonly NameTable _table = new();
    private readonly InternedNames _locals = new();
    private string?[] _localStrings = [];   // by number of the local name
    private string?[] _strings = [];        // by number of the prefix or namespace name
    private (string Name, string Value)[] _declaration = [];
    private int _attribute;
    private Part _part;

    // What of the node it stands on; also what that adds to the depth.
    private enum Part
    {
        Node,
        Attribute,
        AttributeText,
    }

    public override XmlNameTable NameTable => _table;

    public override int AttributeCount => _node switch
    {
        XmlNodeType.Element => xml.Attributes.Count,
        XmlNodeType.XmlDeclaration => _declaration.Length,
        _ => 0,
    };

    public override string Name => Prefix.Length == 0 ? LocalName : _table.Add($"{Prefix}:{LocalName}");

    public override string LocalName => (_part, _node) switch
    {
        (Part.Attribute, XmlNodeType.Element) => Decoded(AttributeList.LocalName(xml.Attributes[_attribute], xml.Tag)),
        (Part.Attribute, _) => _declaration[_attribute].Name,
        (Part.Node, XmlNodeType.Element or XmlNodeType.EndElement) => Decoded(xml.LocalName),
        (Part.Node, XmlNodeType.ProcessingInstruction) => Decoded(xml.Target),
        (Part.Node, XmlNodeType.XmlDeclaration) => "xml",
        _ => "",
    };

    public override string Prefix => (_part, _node) switch
    {
        (Part.Attribute, XmlNodeType.Element) => PrefixOf(xml.Attributes[_attribute]),
        (Part.Node, XmlNodeType.Element or XmlNodeType.EndElement) => Interned(xml.Prefix),
        _ => "",
    };

    public override string NamespaceURI => (_part, _node) switch
    {
        (Part.Attribute, XmlNodeType.Element) => NamespaceOf(xml.Attributes[_attribute]),
        (Part.Node, XmlNodeType.Element or XmlNodeType.EndElement) => Interned(xml.Namespace),
        _ => "",
    };

    public override string? LookupNamespace(string prefix)
    {
        var known = xml.Names.Find(Encoding.UTF8.GetBytes(prefix));
        var bound = known < 0 ? PrefixBindings.Unbound : xml.Scope[known];
        return bound == PrefixBindings.Unbound || (bound == InternedNames.Empty && prefix.Length > 0) ? null : Interned(bound);
    }

    public override string GetAttribute(int i) => i >= 0 && i < AttributeCount ? AttributeValue(i) : throw new ArgumentOutOfRangeException(nameof(i));

    public override string? GetAttribute(string name) => IndexOf(name) is var index and >= 0 ? AttributeValue(index) : null;

    public override string? GetAttribute(string name, string? namespaceURI) => IndexOf(name, namespaceURI) is var index and >= 0 ? AttributeValue(index) : null;

    public override bool MoveToAttribute(string name) => TryMoveTo(IndexOf(name));

    public override bool MoveToAttribute(string name, string? ns) => TryMoveTo(IndexOf(name, ns));

    public override void MoveToAttribute(int i)
    {
        if (i < 0 || !TryMoveTo(i)) throw new ArgumentOutOfRangeException(nameof(i));
    }

    public override bool MoveToFirstAttribute() => TryMoveTo(0);

    public override bool MoveToNextAttribute() => TryMoveTo(_part == Part.Node ? 0 : _attribute + 1);

    public override bool MoveToElement()
    {
        if (_part == Part.Node) return false;
        _part = Part.Node;
        return true;
    }

    public override bool ReadAttributeValue()
    {
        if (_part != Part.Attribute) return false;
        _part = Part.AttributeText;
        return true;
    }

    private bool TryMoveTo(int attribute)
    {
        if (attribute < 0 || attribute >= AttributeCount) return false;
        (_attribute, _part) = (attribute, Part.Attribute);
        return true;
    }

    private int IndexOf(string name)
    {
        for (var index = 0; index < AttributeCount; index++)
        {
            if (_node == XmlNodeType.Element ? Decoded(AttributeList.Name(xml.Attributes[index], xml.Tag)) == name : _declaration[index].Name == name) return index;
        }

        return -1;
    }

    private int IndexOf(string localName, string? namespaceName)
    {
        if (_node != XmlNodeType.Element) return string.IsNullOrEmpty(namespaceName) ? IndexOf(localName) : -1;
        for (var index = 0; index < xml.Attributes.Count; index++)
        {
            ref readonly var entry = ref xml.Attributes[index];
            if (NamespaceOf(entry) == (namespaceName ?? "") && Decoded(AttributeList.LocalName(entry, xml.Tag)) == localName) return index;
        }

        return -1;
    }

    private string AttributeValue(int index) =>
        _node == XmlNodeType.Element ? Encoding.UTF8.GetString(xml.Attributes.Value(xml.Attributes[index], xml.Tag)) : _declaration[index].Value;

    private string PrefixOf(in AttributeEntry entry)
    {
        if (!entry.IsDeclaration) return Interned(entry.Prefix);
        return entry.LocalStart > 0 ? Interned(InternedNames.Xmlns) : "";
    }

    private string NamespaceOf(in AttributeEntry entry) => Interned(entry.IsDeclaration ? InternedNames.XmlnsNamespace : entry.Namespace);

    private XmlNodeType Declaration()
    {
        List<(string, string)> attributes = [("version", "1.0")];
        if (!xml.DeclaredEncoding.IsEmpty) attributes.Add(("encoding", Encoding.UTF8.GetString(xml.DeclaredEncoding)));
        if (!xml.DeclaredStandalone.IsEmpty) attributes.Add(("standalone", Encoding.UTF8.GetString(xml.DeclaredStandalone)));
        _declaration = [.. attributes];
        return XmlNodeType.XmlDeclaration;
    }

    private string Interned(int id) => StringOf(id, xml.Names, ref _strings);

    private string Decoded(ReadOnlySpan<byte> name) => StringOf(_locals.Intern(name), _locals, ref _localStrings);

    // Each becomes a string once.
    private string StringOf(int id, InternedNames names, ref string?[] strings)
    {
        if (id >= strings.Length) Array.Resize(ref strings, Math.Max(id + 1, Math.Max(64, 2 * strings.Length)));
        return strings[id] ??= _table.Add(Encoding.UTF8.GetString(names[id]));
    }
}
