using System.IO.Compression;
using System.Text;
using Vss.Interlink.Cli.Verify;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Tests.Cms;

/// <summary>Messages and containers with something changed, by seeds that are kept. In one process, for there are thousands.</summary>
public sealed class MessageMutationTests(OpenSslMessages messages) : IClassFixture<OpenSslMessages>
{
    private const int Rounds = 600;

    [Theory]
    [InlineData("-binary -nodetach -cades -in other")]
    [InlineData("-binary -nodetach -stream -indef -in other")]
    [InlineData("-outform PEM -nodetach -in other")]
    [InlineData("-outform SMIME -in other")]
    [InlineData("-outform SMIME -nodetach -in other")]
    public void No_change_to_a_message_breaks_the_judging_off(string options) => Mutate(File.ReadAllBytes(messages.Sign("whole", options)), 20261122);

    [Fact]
    public void No_change_to_a_container_breaks_the_judging_off()
    {
        using var written = new MemoryStream();
        using (var zip = new ZipArchive(written, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, octets) in new[] { ("other", File.ReadAllBytes(messages.PathOf("other"))), ("META-INF/signature.p7s", File.ReadAllBytes(messages.Sign("container", "-binary -cades -in other"))) })
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(octets);
            }
        }

        Mutate(written.ToArray(), 20261123);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("-----BEGIN CMS-----\n-----END CMS-----\n")]
    [InlineData("-----BEGIN CMS-----\n=a=b=c\n-----END CMS-----\n")]
    [InlineData("MIME-Version: 1.0\n")]
    [InlineData("Content-Type: multipart/signed; boundary=a\n\n--a\n")]
    [InlineData("Content-Type: multipart/signed; boundary=a\n\n--a\n\n--a\n\n")]
    [InlineData("Content-Type: multipart/signed\n\n")]
    [InlineData("Content-Type: text/plain\n\nx")]
    [InlineData("Content-Type: application/pkcs7-mime\n\n!!!!")]
    public void A_beginning_without_the_rest_cannot_be_read(string text) => Assert.Equal(65, Judged(Encoding.Latin1.GetBytes(text)));

    private void Mutate(byte[] whole, int seed)
    {
        Assert.Equal(0, Judged(whole));
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var at = random.Next(whole.Length);
            Judged(random.Next(4) switch
            {
                0 => [.. whole[..at], (byte)(whole[at] ^ (1 << random.Next(8))), .. whole[(at + 1)..]],
                1 => [.. whole[..at], .. whole[(at + 1)..]],
                2 => [.. whole[..at], (byte)random.Next(256), .. whole[at..]],
                _ => [.. whole[..at], .. whole[random.Next(at, whole.Length)..]],
            });
        }
    }

    private int Judged(byte[] octets)
    {
        var path = messages.PathOf("changed");
        File.WriteAllBytes(path, octets);
        var report = SignedDocument.Judge(new VerifyRequest
        {
            File = path,
            Store = new TrustStore([messages.Root.Certificate], [], []),
            Policy = new ValidationPolicy(RevocationRule.NotChecked, UntrustedSignerRule.JudgeIntegrity),
            At = DateTimeOffset.UtcNow,
            Algorithms = SignaturePolicy.Default,
            Detached = new Dictionary<string, string>(),
            Required = [],
        });
        Assert.False(report.Errors is [{ Rule: "verify.completed" }], string.Join(", ", report.Errors));
        Assert.True(report.ExitCode is 0 or 1 or 2 or 3 or 65, report.ToString());
        return report.ExitCode;
    }
}
