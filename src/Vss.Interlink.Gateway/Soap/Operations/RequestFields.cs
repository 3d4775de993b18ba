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

    /// <param name="request">Child of the verified Body.</param>
    /// <param name="order">Every name that may stand in it, each at most once.</param>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION naming the element.</exception>
    public RequestFields(XmlElement request, params ReadOnlySpan<string> order)
    {
        _request = request.LocalName;
        var last = -1;
        foreach (XmlNode node in request.ChildNodes)
        {
            if (node is XmlText or XmlCDataSection) throw Violation(_request, "holds text beside its elements");
            if (node is not XmlElement element) continue;
            var place = element.NamespaceURI == SoapNames.Interlink ? order.IndexOf(element.LocalName) : -1;
            if (place <= last) throw Violation(element.LocalName, "is not expected where it stands");
            if (element.ChildNodes.OfType<XmlElement>().Any()) throw Violation(element.LocalName, "must hold text alone");
            _byName[element.LocalName] = element.InnerText.Trim();
            last = place;
        }
    }

    public string? Optional(string name) => _byName.GetValueOrDefault(name);

    public string Required(string name) => Optional(name) ?? throw Violation($"{_request}/{name}", "is missing");

    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION when it is missing; NOT_FOUND for what never was an id of this hub.</exception>
    public DeliveryId RequiredDelivery() => DeliveryId.TryParse(Required("DeliveryId"), out var id) ? id : throw new ExchangeFault(Fault.NotFound, "there is no delivery of this id");

    public static ExchangeFault Violation(string element, string what) => new(Fault.SchemaViolation, $"{element} {what}", $"schema.{element}");
}
