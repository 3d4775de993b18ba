using System.Security.Cryptography.X509Certificates;
using System.Xml;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>What an operation gets. Nothing of the request is in it but what the signature covers.</summary>
public sealed class SoapCall
{
    private readonly HeldShare _held;

    private SoapCall(VerificationResult.Passed passed, SoapRequest request, EnvelopeDigest? envelope, X509Certificate2? clientCertificate, string reference) =>
        (Document, Message, Operation, _held, Envelope, ClientCertificate, Reference) = (passed.Document, passed.Message, request.Operation, request.Held, envelope, clientCertificate, reference);

    /// <summary>The verified Body, its signer and the verdict.</summary>
    public VerifiedDocument Document { get; }

    /// <summary>What is judged again should the same octets come again.</summary>
    internal PassedMessage? Message { get; }

    /// <summary>Local name of the Body's one child.</summary>
    public string Operation { get; }

    /// <summary>Of all that came; null where nobody needs it.</summary>
    public EnvelopeDigest? Envelope { get; }

    /// <summary>TLS client certificate of the connection, which the host chained to the hub's anchors; null without one.</summary>
    public X509Certificate2? ClientCertificate { get; }

    /// <summary>Number of this request in the log and in a fault.</summary>
    public string Reference { get; }

    /// <summary>A reader over the verified Body that stands on its one child; to be disposed of.</summary>
    public XmlReader OpenRequest() => OpenRequest(Document);

    /// <summary>Makes room for an answer of so many octets, before it is made and until it is sent; small answers need none.</summary>
    /// <exception cref="ExchangeFault">OVERLOADED.</exception>
    public void MakeRoom(long octets) => _held.Reach(octets);

    /// <summary>Begins a call once its operation is read again from the very octets that were digested.</summary>
    /// <exception cref="ExchangeFault">UNKNOWN_OPERATION when they hold another operation than the envelope did, which a sound verifier makes impossible.</exception>
    internal static SoapCall Of(VerificationResult.Passed passed, SoapRequest request, EnvelopeDigest? envelope, X509Certificate2? clientCertificate, string reference)
    {
        using var reader = OpenRequest(passed.Document);
        return reader.NodeType == XmlNodeType.Element && reader.NamespaceURI == SoapNames.Interlink && reader.LocalName == request.Operation
            ? new SoapCall(passed, request, envelope, clientCertificate, reference)
            : throw new ExchangeFault(Fault.UnknownOperation, "the signed Body holds another operation", "soap.verified-body");
    }

    private static XmlReader OpenRequest(VerifiedDocument document)
    {
        var reader = SafeXml.Reader(document.Octets, XmlLimits.None);   // they were kept when the envelope came, and canonical octets can be larger than what came
        reader.MoveToContent();
        reader.Read();
        reader.MoveToContent();
        return reader;
    }
}
