using System.Xml;
using Vss.Interlink.Exchange.Faults;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Writes the response element, and nothing else, into the Body of the answer.</summary>
public delegate Task SoapAnswer(XmlWriter body);

/// <summary>One operation of the WSDL. Refuses by <see cref="ExchangeFault"/>.</summary>
public delegate Task<SoapAnswer> SoapOperation(SoapCall call, CancellationToken cancellation);

/// <summary>The operations by the local name of their request element.</summary>
public sealed class SoapOperations
{
    private readonly Dictionary<string, SoapOperation> _byName = new(StringComparer.Ordinal);

    /// <summary>Names of all operations, as the WSDL must have them.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>Adds an operation; a name that is taken is a mistake of ours.</summary>
    public SoapOperations Add(string name, SoapOperation operation)
    {
        _byName.Add(name, operation);
        return this;
    }

    /// <summary>The operation, or null: the caller must refuse.</summary>
    public SoapOperation? Find(string name) => _byName.GetValueOrDefault(name);
}
