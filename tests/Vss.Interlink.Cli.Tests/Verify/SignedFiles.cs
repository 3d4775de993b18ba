using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Cli.Tests.Verify;

/// <summary>Documents signed with the development PKI, as files of one temporary folder.</summary>
public sealed class SignedFiles : IDisposable
{
    public const string Receipt = "<Evidence xmlns=\"urn:vss:interlink:evidence:1\"><Type>SUBMISSION_ACCEPTANCE</Type><Subject>Quyết định</Subject></Evidence>";
    public const string SealedHeader = "<Header xmlns=\"urn:vss:test\"><Subject>Quyết định</Subject></Header>";
    public const string Envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><m:Do xmlns:m=\"urn:m\">x</m:Do></s:Body></s:Envelope>";

    private readonly string _folder = Directory.CreateTempSubdirectory("interlink-cli-").FullName;

    public static DevelopmentPki Pki => TestPki.Instance;

    /// <summary>Options by which a good document passes.</summary>
    public static string[] Trust => ["--trust", Pki.Anchors, "--extra-certs", Pki.Intermediates, "--crl", Pki.RevocationLists];

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string PathOf(string name) => Path.Combine(_folder, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] octets)
    {
        File.WriteAllBytes(PathOf(name), octets);
        return PathOf(name);
    }

    public async Task<string> ReceiptAsync(string key = "hub", DateTimeOffset? at = null, string xml = Receipt) => Write("receipt.xml", await SignReceiptAsync(key, at, xml));

    /// <summary>Signs as a signer would who does not ask whether his own certificate is revoked.</summary>
    public static async Task<byte[]> SignReceiptAsync(string key = "hub", DateTimeOffset? at = null, string xml = Receipt)
    {
        var clock = new ManualClock(at ?? Now);
        var careless = new ValidationPolicy(RevocationRule.NotChecked, UntrustedSignerRule.Stop);
        var store = new TrustStore([.. Pki.AnchorCertificates(), .. TrustStore.Certificates(Pki.PathOf("stranger-root", ".crt"))], TrustStore.Certificates(Pki.Intermediates), []);
        using var signingKey = KeyUri.Open(new Uri(Pki.KeyUri(key)));
        var signer = new HubSigner(signingKey, new EnvelopedVerifier(() => store, careless, clock), new SealVerifier(() => store, careless, clock), clock);
        return await signer.SignEvidenceAsync(Encoding.UTF8.GetBytes(xml), default);
    }

    public async Task<string> EnvelopeAsync(string xml = Envelope, Func<string, string>? change = null)
    {
        using var trust = new TestTrust();
        var signed = Encoding.UTF8.GetString(await trust.SoapSigner.SignAsync(Encoding.UTF8.GetBytes(xml), default));
        return Write("envelope.xml", change is null ? signed : change(signed));
    }

    public async Task<string> SealAsync(params (string Id, string Content)[] attachments)
    {
        using var trust = new TestTrust();
        var parts = attachments.Select(each => new SealedPart(each.Id, SHA256.HashData(Encoding.UTF8.GetBytes(each.Content)))).ToList();
        return Write("seal.xml", await trust.Signer.SealAsync(new SealedContent(Encoding.UTF8.GetBytes(SealedHeader), parts), default));
    }
}
