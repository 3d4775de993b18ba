using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>For which organ a signed request speaks.</summary>
internal sealed class CallerRules(Func<PartnerPolicies> policies, SignedOnce once)
{
    /// <summary>The organ that the request names, once it is shown that its signer may speak for it, over a connection that its policy asks for, and that it is asked for the first time.</summary>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION, UNKNOWN_ORGAN, NOT_PERMITTED, SIGNER_NOT_AUTHORISED, CLIENT_CERTIFICATE_REQUIRED, TIMESTAMP_OUT_OF_WINDOW, OVERLOADED.</exception>
    public async Task<OrganId> AuthoriseAsync(SoapCall call, string organ, CancellationToken cancellation)
    {
        if (!OrganId.TryParse(organ, out var id)) throw RequestFields.Violation("OrganId", "is no organ code");
        if (policies().Find(organ) is not { } partner) throw new ExchangeFault(Fault.UnknownOrgan, $"{id} is no partner of this hub", "policy.organ");
        if (!policies().MaySign(organ, call.Document.SignedBy)) throw new ExchangeFault(Fault.SignerNotAuthorised, $"the signer is not registered for {id}", "policy.signer");
        if (partner.Suspended is not null) throw new ExchangeFault(Fault.NotPermitted, $"{id} is suspended at this hub", "policy.suspended");   // nobody else learns of it
        CheckConnection(id, call.ClientCertificate);
        await once.RequireAsync(id, call.Document, cancellation);   // last, so that strangers cannot fill what is remembered
        return id;
    }

    /// <summary>Holds the connection to the organ's policy. An organ without one is refused elsewhere, whatever its connection.</summary>
    /// <exception cref="ExchangeFault">CLIENT_CERTIFICATE_REQUIRED.</exception>
    public void CheckConnection(OrganId organ, X509Certificate2? certificate)
    {
        if (policies().Find(organ.ToString()) is not { Policy.ClientCertificate: ClientCertificateRule.Required }) return;
        if (certificate is null) throw Required($"{organ} must connect with its TLS client certificate, and the connection has none");
        if (!policies().MaySign(organ.ToString(), CertificateVerifier.Name(certificate))) throw Required($"the connection's TLS client certificate is not registered for {organ}");
    }

    private static ExchangeFault Required(string detail) => new(Fault.ClientCertificateRequired, detail, "policy.client-certificate");
}
