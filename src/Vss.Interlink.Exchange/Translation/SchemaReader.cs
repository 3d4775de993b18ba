using System.Globalization;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>
/// Reads elements of one namespace forward, in the schema's order. What the schema does not have at a place is a SCHEMA_VIOLATION that names the element:
/// an unread element is an error, not a shrug.
/// </summary>
internal sealed class SchemaReader(XmlReader xml, string ns)
{
    private static readonly char[] WhiteSpace = [' ', '\t', '\r', '\n'];

    private readonly Stack<(string Name, bool Empty)> _open = new();

    public XmlReader Xml => xml;

    /// <summary>Path of the element that is open, as <c>Dossier/Sender</c>.</summary>
    public string Place => string.Join('/', _open.Reverse().Select(element => element.Name));

    public bool IsNext(string name) => AtElement() && xml.LocalName == name && xml.NamespaceURI == ns;

    /// <summary>Steps into the next element, whatever its namespace is.</summary>
    public void EnterAny(string name)
    {
        if (!AtElement() || xml.LocalName != name) throw Missing(name);
        Open(name);
    }

    public void Enter(string name)
    {
        if (!IsNext(name)) throw Missing(name);
        RefuseAttributes(name);
        Open(name);
    }

    /// <summary>Steps out; anything left inside is refused.</summary>
    public void Leave()
    {
        if (AtElement()) throw new ExchangeFault(Fault.SchemaViolation, $"{Place}: {xml.LocalName} is not expected here.", "schema." + xml.LocalName);
        if (!_open.Peek().Empty)
        {
            if (xml.NodeType != XmlNodeType.EndElement) throw new ExchangeFault(Fault.SchemaViolation, $"{Place}: text is not expected here.", "schema." + _open.Peek().Name);
            xml.Read();
        }

        _open.Pop();
    }

    public string Required(string name) => IsNext(name) ? Text(name) : throw Missing(name);

    /// <summary>Empty when the element is not there.</summary>
    public string Optional(string name) => IsNext(name) ? Text(name) : "";

    /// <summary>xs:token: without the white space around it.</summary>
    public string RequiredToken(string name) => Required(name).Trim(WhiteSpace);

    public string OptionalToken(string name) => Optional(name).Trim(WhiteSpace);

    public IEnumerable<string> Many(string name)
    {
        while (IsNext(name)) yield return Text(name);
    }

    public int? OptionalInt(string name) => IsNext(name) ? (int)Number(name, int.MinValue, int.MaxValue) : null;

    public int RequiredInt(string name) => OptionalInt(name) ?? throw Missing(name);

    public long? OptionalLong(string name) => IsNext(name) ? Number(name, long.MinValue, long.MaxValue) : null;

    public bool? OptionalBool(string name)
    {
        if (!IsNext(name)) return null;
        return Text(name).Trim(WhiteSpace) switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw DossierRules.Violation($"{Place}/{name}", "must be true or false"),
        };
    }

    public T? Section<T>(string name, Func<SchemaReader, T> read) where T : class => IsNext(name) ? RequiredSection(name, read) : null;

    public T RequiredSection<T>(string name, Func<SchemaReader, T> read)
    {
        Enter(name);
        var section = read(this);
        Leave();
        return section;
    }

    public IEnumerable<T> Sections<T>(string name, Func<SchemaReader, T> read)
    {
        while (IsNext(name)) yield return RequiredSection(name, read);
    }

    /// <summary>The next element as it stands, when it is of another namespace; null when there is none.</summary>
    public (string Namespace, string Name, string Xml)? Foreign()
    {
        if (!AtElement() || xml.NamespaceURI == ns || xml.NamespaceURI.Length == 0) return null;
        var (foreign, name) = (xml.NamespaceURI, xml.LocalName);
        return (foreign, name, xml.ReadOuterXml());
    }

    public ExchangeFault Missing(string name) => DossierRules.Violation(Place.Length == 0 ? name : $"{Place}/{name}", "is missing");

    public void RefuseAttributes(string name)
    {
        // Attributes of other namespaces (xsi:type, wsu:Id, xmime:contentType) say nothing about the dossier.
        if (!xml.MoveToFirstAttribute()) return;
        do
        {
            if (xml.NamespaceURI.Length == 0) throw DossierRules.Violation($"{Place}/{name}", $"has an attribute '{xml.LocalName}', which the schema does not know");
        }
        while (xml.MoveToNextAttribute());
        xml.MoveToElement();
    }

    private bool AtElement() => (_open.Count == 0 || !_open.Peek().Empty) && xml.MoveToContent() == XmlNodeType.Element;

    private void Open(string name)
    {
        _open.Push((name, xml.IsEmptyElement));
        xml.Read();
    }

    private string Text(string name)
    {
        RefuseAttributes(name);
        try
        {
            return xml.ReadElementContentAsString();
        }
        catch (XmlException) when (xml.NodeType == XmlNodeType.Element)
        {
            throw DossierRules.Violation($"{Place}/{name}", $"must hold text, not an element '{xml.LocalName}'");
        }
    }

    private long Number(string name, long least, long most)
    {
        var text = Text(name).Trim(WhiteSpace);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw DossierRules.Violation($"{Place}/{name}", "must be a whole number");
    }
}
