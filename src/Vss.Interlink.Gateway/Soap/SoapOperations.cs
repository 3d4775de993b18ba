using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.Exchange.Faults;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Writes the response element, and nothing else, into the Body of the answer.</summary>
public delegate Task SoapAnswer(XmlWriter body);

/// <summary>One operation of the WSDL. Refuses by <see cref="ExchangeFault"/>.</summary>
public delegate Task<SoapAnswer> SoapOperation(SoapCall call, CancellationToken cancellation);

/// <summary>The answer to octets that were answered before, where the operation need not verify and read them once more; null where it must.</summary>
public delegate Task<SoapAnswer?> SoapRepeat(EnvelopeDigest envelope, X509Certificate2? clientCertificate, CancellationToken cancellation);

/// <summary>The operations by the local name of their request element.</summary>
public sealed class SoapOperations
{
    private readonly Dictionary<string, SoapOperation> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SoapRepeat> _repeats = new(StringComparer.Ordinal);

    /// <summary>Names of all operations, as the WSDL must have them.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>Adds an operation; a name that is taken is a mistake of ours.</summary>
    public SoapOperations Add(string name, SoapOperation operation, SoapRepeat? repeat = null)
    {
        _byName.Add(name, operation);
        if (repeat is not null) _repeats.Add(name, repeat);
        return this;
    }

    /// <summary>What the operation has for octets that come again; null where it treats all alike.</summary>
    public SoapRepeat? FindRepeat(string name) => _repeats.GetValueOrDefault(name);

    /// <summary>The operation, or null: the caller must refuse.</summary>
    public SoapOperation? Find(string name) => _byName.GetValueOrDefault(name);
}
