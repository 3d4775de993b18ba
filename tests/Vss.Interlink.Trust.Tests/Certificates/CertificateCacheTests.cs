using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;

namespace Vss.Interlink.Trust.Tests.Certificates;

public sealed class CertificateCacheTests
{
    [Theory]
    [InlineData(15 * 1024, 600)]
    [InlineData(16, 3000)]
    public void However_many_certificates_strangers_show_what_is_kept_of_them_is_bounded(int octets, int count)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedName("CN=stranger");
        var now = TimeProvider.System.GetUtcNow();
        for (var number = 0; number < count; number++)
        {
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509Extension("2.25.1", new byte[octets], critical: false));
            using var made = request.Create(name, X509SignatureGenerator.CreateForECDsa(key), now.AddDays(-1), now.AddDays(1), BitConverter.GetBytes(number | 0x40000000));
            Assert.NotNull(CertificateCache.Read(made.RawData));
        }

        var kept = CertificateCache.Kept.ToList();
        Assert.InRange(kept.Sum(der => (long)der.Length), 1, CertificateCache.MaxOctets);
        Assert.InRange(kept.Count, 1, 1024);
    }

    [Fact]
    public void A_certificate_of_more_than_sixteen_kibibytes_is_read_and_not_kept()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.25.1", new byte[17 * 1024], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        Assert.NotNull(CertificateCache.Read(made.RawData));
        Assert.DoesNotContain(CertificateCache.Kept, der => der.Span.SequenceEqual(made.RawData));
    }
}
