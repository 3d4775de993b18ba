using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>What an operation gets. Nothing of the request is in it but what the signature covers.</summary>
public sealed class SoapCall
{
    private readonly XmlLimits _limits;

    private SoapCall(VerifiedDocument document, string operation, XmlLimits limits, X509Certificate2? clientCertificate, string reference) =>
        (Document, Operation, _limits, ClientCertificate, Reference) = (document, operation, limits, clientCertificate, reference);

    /// <summary>The verified Body, its signer and the verdict.</summary>
    public VerifiedDocument Document { get; }

    /// <summary>Local name of the Body's one child.</summary>
    public string Operation { get; }

    /// <summary>TLS client certificate of the connection, which the host chained to the hub's anchors; null without one.</summary>
    public X509Certificate2? ClientCertificate { get; }

    /// <summary>Number of this request in the log and in a fault.</summary>
    public string Reference { get; }

    /// <summary>The Body's child as a tree, for requests that are small.</summary>
    public XmlElement ReadRequest()
    {
        var read = SafeXml.Load(Document.Octets, _limits);
        if (read.Refusal is { } refusal) throw new ExchangeFault(Fault.Malformed, refusal.Detail, "soap.verified-body");
        return read.Document!.DocumentElement!.ChildNodes.OfType<XmlElement>().Single();
    }

    /// <summary>Begins a call once its operation is read again from the very octets that were digested.</summary>
    /// <exception cref="ExchangeFault">UNKNOWN_OPERATION when they hold another operation than the envelope did, which a sound verifier makes impossible.</exception>
    internal static SoapCall Of(VerifiedDocument document, SoapRequest request, XmlLimits limits, X509Certificate2? clientCertificate, string reference)
    {
        using var octets = new MemoryStream(document.Octets.ToArray(), writable: false);
        using var reader = SafeXml.Reader(octets, limits);
        reader.MoveToContent();
        reader.Read();
        return reader.MoveToContent() == XmlNodeType.Element && reader.NamespaceURI == SoapNames.Interlink && reader.LocalName == request.Operation
            ? new SoapCall(document, request.Operation, limits, clientCertificate, reference)
            : throw new ExchangeFault(Fault.UnknownOperation, "the signed Body holds another operation", "soap.verified-body");
    }
}
