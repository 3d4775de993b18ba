using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>What an operation gets. Nothing of the request is in it but what the signature covers.</summary>
/// <param name="Document">The verified Body, its signer and the verdict.</param>
/// <param name="Request">The Body's one child, read again from the octets that were digested.</param>
/// <param name="ClientCertificate">TLS client certificate of the connection, already chained to the hub's anchors; null without one.</param>
/// <param name="Reference">Number of this request in the log and in a fault.</param>
public sealed record SoapCall(VerifiedDocument Document, XmlElement Request, X509Certificate2? ClientCertificate, string Reference)
{
    /// <summary>Reads the verified octets.</summary>
    /// <exception cref="ExchangeFault">UNKNOWN_OPERATION when they hold another operation than the envelope did, which a sound verifier makes impossible.</exception>
    internal static SoapCall Of(VerifiedDocument document, SoapRequest request, XmlLimits limits, X509Certificate2? clientCertificate, string reference)
    {
        var body = SafeXml.Load(document.Octets, limits);
        if (body.Refusal is { } refusal) throw new ExchangeFault(Fault.Malformed, refusal.Detail, "soap.verified-body");
        var content = body.Document!.DocumentElement!.ChildNodes.OfType<XmlElement>().ToList();
        return content is [{ NamespaceURI: SoapNames.Interlink } operation] && operation.LocalName == request.Operation
            ? new SoapCall(document, operation, clientCertificate, reference)
            : throw new ExchangeFault(Fault.UnknownOperation, "the signed Body holds another operation", "soap.verified-body");
    }
}

/// <summary>Writes the response element, and nothing else, into the Body of the answer.</summary>
public delegate void SoapAnswer(XmlWriter body);

/// <summary>One operation of the WSDL. Refuses by <see cref="ExchangeFault"/>.</summary>
public delegate Task<SoapAnswer> SoapOperation(SoapCall call, CancellationToken cancellation);

/// <summary>The operations by the local name of their request element.</summary>
public sealed class SoapOperations
{
    private readonly Dictionary<string, SoapOperation> _byName = new(StringComparer.Ordinal);

    /// <summary>Adds an operation; a name that is taken is a mistake of ours.</summary>
    public SoapOperations Add(string name, SoapOperation operation)
    {
        _byName.Add(name, operation);
        return this;
    }

    /// <summary>The operation, or null: the caller must refuse.</summary>
    public SoapOperation? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Names of all operations, as the WSDL must have them.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;
}
