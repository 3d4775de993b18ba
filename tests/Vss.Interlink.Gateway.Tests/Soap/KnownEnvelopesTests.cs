using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.Gateway.Soap.Operations;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Gateway.Tests.Soap;

public sealed class KnownEnvelopesTests
{
    [Fact]
    public async Task Of_an_accepted_submission_that_came_with_large_certificates_none_of_them_stays()
    {
        await using var host = await ExchangeHost.StartAsync();
        var known = host.Services.GetRequiredService<KnownEnvelopes>();
        using var ministry = host.Client();

        Assert.NotNull((await ministry.PostSubmitAsync(await WithCertificatesAsync(ministry, "m-1", Certificate(46 * 1024), 14))).Answer);
        Assert.Equal(0, known.CertificateOctets);
        Assert.NotNull((await ministry.PostSubmitAsync(await WithCertificatesAsync(ministry, "m-2", Certificate(512), 2))).Answer);
        Assert.InRange(known.CertificateOctets, 2 * 512, 8 * 1024);
    }

    [Fact]
    public async Task However_many_certificates_come_along_what_is_kept_of_them_is_bounded_and_the_last_submissions_are_known()
    {
        using var trust = new TestTrust();
        await using var host = await ExchangeHost.StartAsync();
        using var ministry = host.Client();
        var known = new KnownEnvelopes();
        for (uint number = 0; number < 700; number++)
        {
            var message = await MessageAsync(trust, ministry, Certificate(28 * 1024));
            Assert.InRange(message.CertificateOctets, 28 * 1024, 32 * 1024);
            known.Keep(new EnvelopeDigest(0, number), Known(message));
            Assert.NotNull(known.Find(new EnvelopeDigest(0, number)));
        }

        Assert.InRange(known.CertificateOctets, 8L << 20, 16L << 20);
        Assert.NotNull(known.Find(new EnvelopeDigest(0, 500)));
        Assert.Null(known.Find(new EnvelopeDigest(0, 0)));
    }

    [Fact]
    public async Task Of_one_signer_the_last_ten_thousands_are_known_and_his_certificates_are_kept_once()
    {
        using var trust = new TestTrust();
        await using var host = await ExchangeHost.StartAsync();
        using var ministry = host.Client();
        var message = await MessageAsync(trust, ministry, Certificate(20 * 1024));
        var known = new KnownEnvelopes();
        for (uint number = 0; number < 100_000; number++) known.Keep(new EnvelopeDigest(0, number), Known(message));

        Assert.All(Enumerable.Range(70_000, 30_000), number => Assert.NotNull(known.Find(new EnvelopeDigest(0, (uint)number))));
        Assert.Null(known.Find(new EnvelopeDigest(0, 30_000)));
        Assert.Equal(2 * message.CertificateOctets, known.CertificateOctets);
    }

    private static async Task<PassedMessage> MessageAsync(TestTrust trust, MinistryClient ministry, byte[] certificate)
    {
        using var envelope = new MemoryStream(await WithCertificatesAsync(ministry, "m-1", certificate, 1));
        return Assert.IsType<VerificationResult.Passed>(trust.Soap.Verify(envelope, XmlLimits.None)).Message!;
    }

    private static KnownEnvelope Known(PassedMessage message) =>
        new(message, new KnownSubmission(OrganId.Stored(ExchangeHost.Ministry), MessageId.Stored("m-1"), ContentDigest.Stored(new byte[ContentDigest.Length]), Assurance.Signed, null));

    // They stand in KeyInfo, which no signature covers.
    private static async Task<byte[]> WithCertificatesAsync(MinistryClient ministry, string messageId, byte[] certificate, int count)
    {
        const string end = "</wsse:SecurityTokenReference>";
        var envelope = Encoding.UTF8.GetString(await ministry.PrepareSubmitAsync(new MinistryDossier(messageId, ExchangeHost.Ministry, ExchangeHost.Office, "Hồ sơ")));
        Assert.Contains(end, envelope, StringComparison.Ordinal);
        var carried = string.Concat(Enumerable.Repeat($"<d:X509Certificate>{Convert.ToBase64String(certificate)}</d:X509Certificate>", count));
        return Encoding.UTF8.GetBytes(envelope.Replace(end, $"""{end}<d:X509Data xmlns:d="http://www.w3.org/2000/09/xmldsig#">{carried}</d:X509Data>""", StringComparison.Ordinal));
    }

    private static byte[] Certificate(int octets)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=carried", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.25.1", new byte[octets], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return certificate.RawData;
    }
}
