using System.Text;
using System.Xml;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>The text elements of a small request, held to the schema's order. An element that the schema does not have is an error, not a shrug.</summary>
internal sealed class RequestFields
{
    private readonly Dictionary<string, string> _byName = new(StringComparer.Ordinal);
    private readonly string _request;

    /// <param name="call">Whose verified Body holds the request.</param>
    /// <param name="order">Every name that may stand in it, each at most once.</param>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION naming the element.</exception>
    public RequestFields(SoapCall call, params ReadOnlySpan<string> order)
    {
        _request = call.Operation;
        using var reader = call.OpenRequest();
        if (!reader.IsEmptyElement) Read(reader, order);
    }

    public string? Optional(string name) => _byName.GetValueOrDefault(name);

    public string Required(string name) => Optional(name) ?? throw Violation($"{_request}/{name}", "is missing");

    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION when it is missing; NOT_FOUND for what never was an id of this hub.</exception>
    public DeliveryId RequiredDelivery() => DeliveryId.TryParse(Required("DeliveryId"), out var id) ? id : throw new ExchangeFault(Fault.NotFound, "there is no delivery of this id");

    public static ExchangeFault Violation(string element, string what) => new(Fault.SchemaViolation, $"{element} {what}", $"schema.{element}");

    private void Read(XmlReader reader, ReadOnlySpan<string> order)
    {
        var depth = reader.Depth;
        var last = -1;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA) throw Violation(_request, "holds text beside its elements");
            if (reader.NodeType != XmlNodeType.Element) continue;
            var place = reader.NamespaceURI == SoapNames.Interlink ? order.IndexOf(reader.LocalName) : -1;
            if (place <= last) throw Violation(reader.LocalName, "is not expected where it stands");
            _byName[order[place]] = TextIn(reader).Trim();
            last = place;
        }
    }

    // Leaves the reader on the end tag.
    private static string TextIn(XmlReader element)
    {
        if (element.IsEmptyElement) return "";
        var (name, depth, text) = (element.LocalName, element.Depth, new StringBuilder());
        while (element.Read() && element.Depth > depth)
        {
            if (element.NodeType == XmlNodeType.Element) throw Violation(name, "must hold text alone");
            if (element.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace) text.Append(element.Value);
        }

        return text.ToString();
    }
}
