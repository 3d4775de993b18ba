using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>Judges a certificate by itself: RFC 5280 section 6, the verdict in the words of EN 319 102-1 section 5.2.6.</summary>
public sealed class CertificateVerifier(TrustStore store)
{
    /// <param name="certificate">The certificate.</param>
    /// <param name="sent">Certificates that came with it; they are trusted for nothing.</param>
    /// <param name="request">What is asked.</param>
    public Verdict Verify(X509Certificate2 certificate, IReadOnlyCollection<X509Certificate2> sent, PathRequest request)
    {
        var ladder = new Ladder();
        return new PathValidator(store, sent).Validate(certificate, request, ladder) ? ladder.Passed() : ladder.Refused();
    }

    /// <summary>Who the certificate names.</summary>
    public static Signatory Name(X509Certificate2 certificate) => CertificateJudge.Name(certificate);
}
