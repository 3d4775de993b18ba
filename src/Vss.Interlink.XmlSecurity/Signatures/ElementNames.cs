using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>The name of the element of the start tag as text, made once however many signatures list it.</summary>
internal sealed class ElementNames
{
    private readonly Dictionary<int, string> _namespaces = [];
    private string _localName = "";
    private int _ordinal;

    public (string NamespaceName, string LocalName) Of(XmlTokenizer xml)
    {
        if (!_namespaces.TryGetValue(xml.Namespace, out var namespaceName)) _namespaces[xml.Namespace] = namespaceName = Encoding.UTF8.GetString(xml.Names[xml.Namespace]);
        if (_ordinal != xml.Ordinal) (_ordinal, _localName) = (xml.Ordinal, Encoding.UTF8.GetString(xml.LocalName));
        return (namespaceName, _localName);
    }
}
