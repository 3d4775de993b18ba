using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Verification;

/// <summary>Documents that have no signature of their own: those of VSS's own services over an authenticated channel, and those that a policy admits unsigned.</summary>
public sealed class ChannelVerifier(Func<TrustStore> store, IReadOnlyList<string> insideSubjects, TimeProvider clock)
{
    /// <summary>Whether a TLS client certificate is good at all: path, validity, usage, revocation. Who it is comes later.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="lacks">What was not at hand where it is refused for that; once it is, the certificate may be good.</param>
    public bool Accepts(X509Certificate2 certificate, out IReadOnlyList<Lack> lacks)
    {
        var ladder = new Ladder();
        var isGood = CertificateJudge.Judge(certificate, [], store(), clock.GetUtcNow(), forClientAuthentication: true, ValidationPolicy.Strict, ladder);
        lacks = isGood ? [] : ladder.Lacks;
        return isGood;
    }

    /// <summary>Whether a server may be given anything: path to an anchor for connections, validity, usage, the name, revocation.</summary>
    /// <param name="certificate">The server's; those between it and the anchor are taken from the trust store.</param>
    /// <param name="dnsName">The name under which it was called.</param>
    /// <param name="lacks">What was not at hand where it is refused for that; once it is, the certificate may be good.</param>
    /// <returns>Why not; null when it is good.</returns>
    public string? AcceptsServer(X509Certificate2 certificate, string dnsName, out IReadOnlyList<Lack> lacks)
    {
        var ladder = new Ladder();
        var isGood = CertificateJudge.JudgeServer(certificate, store(), clock.GetUtcNow(), dnsName, ValidationPolicy.Strict, ladder);
        lacks = isGood ? [] : ladder.Lacks;
        return isGood ? null : ladder.Refused().Failure?.Detail ?? "it is not good";
    }

    /// <summary>A document that came from inside. The certificate must be good and its subject registered as an inside service.</summary>
    /// <param name="client">Certificate of the connection, or null.</param>
    /// <param name="octets">The document as it came.</param>
    public VerificationResult Inside(X509Certificate2? client, ReadOnlyMemory<byte> octets)
    {
        var ladder = new Ladder();
        if (client is null)
        {
            ladder.Fail(Rules.ChannelCertificate, "connection", "the connection has no client certificate", "Connect with the certificate of a registered inside service.");
            return new VerificationResult.Refused(ladder.Refused());
        }

        var good = ladder.Check(insideSubjects.Contains(client.Subject, StringComparer.Ordinal), Rules.ChannelSubject, "connection", "the client is a registered inside service",
                       "the client certificate's subject is not registered as an inside service", "Register the subject, or connect with a registered one.")
                   && CertificateJudge.Judge(client, [], store(), clock.GetUtcNow(), forClientAuthentication: true, ValidationPolicy.Strict, ladder);
        return good
            ? new VerificationResult.Passed(new VerifiedDocument(Assurance.AuthenticatedChannel, CertificateJudge.Name(client), ladder.Passed(), octets))
            : ladder.Result(null);
    }

    /// <summary>A document without a signature: for information only where the partner's policy says so, else refused. No policy refuses.</summary>
    public static VerificationResult Unsigned(PartnerPolicy? policy, ReadOnlyMemory<byte> octets, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> parts)
    {
        var ladder = new Ladder();
        var admitted = ladder.Check(policy is { Policy.Unsigned: UnsignedRule.InformationOnly }, Rules.PolicyUnsigned, "", "unsigned; admitted for information only",
            policy is null ? "unsigned, and there is no policy for its sender" : "unsigned, and the sender's policy refuses that", "Sign the document.");
        return admitted
            ? new VerificationResult.Passed(new VerifiedDocument(Assurance.InformationOnly, null, ladder.Passed(), octets, parts))
            : new VerificationResult.Refused(ladder.Refused());
    }
}
