using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Sandbox.Tests.Pki;

/// <summary>Somebody who trusts the authority's root and judges what it serves, by <c>openssl</c> and by the hub's own judges.</summary>
internal sealed class RelyingParty : IAsyncDisposable
{
    private readonly TimeProvider _clock;

    private RelyingParty(SandboxAuthority authority, TimeProvider clock)
    {
        (Authority, _clock) = (authority, clock);
        Http = new HttpClient { BaseAddress = authority.Address, Timeout = TimeSpan.FromSeconds(30) };
        OpenSsl.Write("root.pem", authority.Root.ExportCertificatePem());
        OpenSsl.Write("others.pem", string.Join('\n', new[] { authority.Issuing, authority.ListIssuer }.Select(certificate => certificate.ExportCertificatePem())));
    }

    public SandboxAuthority Authority { get; }

    public HttpClient Http { get; }

    public OpenSsl OpenSsl { get; } = new();

    public static async Task<RelyingParty> StartAsync(AuthorityOptions? options = null) =>
        new(await SandboxAuthority.StartAsync(options), options?.Clock ?? TimeProvider.System);

    /// <summary>As many sequences of indefinite length within each other as a request has room for.</summary>
    public static byte[] Deep() => [.. Enumerable.Repeat((byte[])[0x30, 0x80], 30_000).SelectMany(octets => octets)];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        OpenSsl.Dispose();
        await Authority.DisposeAsync();
    }

    /// <summary>A list, e.g. <c>issuing.crl</c>.</summary>
    public Task<byte[]> ListAsync(string file) => Http.GetByteArrayAsync($"ca/{file}");

    /// <summary>What <c>openssl ocsp</c> as a client tells: its check of the response, and the status.</summary>
    public string AskByOpenSsl(X509Certificate2 certificate, X509Certificate2 issuer, params string[] options) => OpenSsl.Run(
    [
        "ocsp", "-url", Authority.OcspAddress.AbsoluteUri, "-CAfile", OpenSsl["root.pem"], .. options,
        "-issuer", OpenSsl.Write("issuer.pem", issuer.ExportCertificatePem()), "-cert", OpenSsl.Write("certificate.pem", certificate.ExportCertificatePem()),
    ]).Output;

    /// <summary>An OCSP request, DER, made by <c>openssl</c>.</summary>
    public byte[] OcspRequest(X509Certificate2 certificate, X509Certificate2 issuer, params string[] options)
    {
        var (code, output) = OpenSsl.Run(
        [
            "ocsp", .. options, "-issuer", OpenSsl.Write("issuer.pem", issuer.ExportCertificatePem()), "-cert", OpenSsl.Write("certificate.pem", certificate.ExportCertificatePem()), "-reqout", OpenSsl["request.der"],
        ]);
        Assert.True(code == 0, output);
        return File.ReadAllBytes(OpenSsl["request.der"]);
    }

    /// <summary>The octets that the responder answers.</summary>
    public async Task<byte[]> AskAsync(byte[] request)
    {
        using var response = await PostAsync("ocsp", "application/ocsp-request", request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    public Task<byte[]> AskAsync(X509Certificate2 certificate, X509Certificate2 issuer, params string[] options) => AskAsync(OcspRequest(certificate, issuer, options));

    public async Task<HttpResponseMessage> PostAsync(string path, string contentType, byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
        return await Http.PostAsync(path, content);
    }

    /// <summary>What <c>openssl verify</c> says: "OK", or its error.</summary>
    public string VerifyByOpenSsl(X509Certificate2 certificate, IReadOnlyCollection<byte[]> lists, params string[] options)
    {
        var pem = string.Join('\n', lists.Select(list => PemEncoding.WriteString("X509 CRL", list)));
        string[] given = lists.Count > 0 ? ["-CRLfile", OpenSsl.Write("lists.pem", pem)] : [];
        var (code, output) = OpenSsl.Run(
        [
            "verify", "-CAfile", OpenSsl["root.pem"], "-untrusted", OpenSsl["others.pem"], .. given, .. options,
            OpenSsl.Write("certificate.pem", certificate.ExportCertificatePem()),
        ]);
        return code == 0 ? "OK" : output;
    }

    /// <summary>What the hub says.</summary>
    public Verdict Verify(X509Certificate2 certificate, IEnumerable<byte[]> lists, IEnumerable<byte[]> answers, DateTimeOffset? provedAt = null) => new CertificateVerifier(Store(lists, answers)).Verify(certificate, [], new PathRequest
    {
        Purpose = CertificatePurpose.Any,
        Now = _clock.GetUtcNow(),
        ProvedAt = provedAt,
        Revocation = RevocationRule.Required,
    });

    /// <summary>Asks for a stamp as <c>openssl ts -query</c> words it; gives request and response, DER.</summary>
    public async Task<(byte[] Request, byte[] Response)> StampAsync(byte[] data, params string[] options)
    {
        var request = OpenSsl.Make("request.tsq", ["ts", "-query", "-data", OpenSsl.Write("data", data), .. options]);
        using var response = await PostAsync("tsa", "application/timestamp-query", request);
        response.EnsureSuccessStatusCode();
        Assert.Equal("application/timestamp-reply", response.Content.Headers.ContentType?.MediaType);
        return (request, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>What <c>openssl ts -verify</c> says.</summary>
    public string VerifyStampByOpenSsl(byte[] request, byte[] response)
    {
        var untrusted = OpenSsl.Write("untrusted.pem", Authority.Issuing.ExportCertificatePem() + "\n" + Authority.TimeStamper.ExportCertificatePem());
        return OpenSsl.Run("ts", "-verify", "-queryfile", OpenSsl.Write("verified.tsq", request), "-in", OpenSsl.Write("verified.tsr", response), "-CAfile", OpenSsl["root.pem"], "-untrusted", untrusted).Output;
    }

    /// <summary>What the hub says of a stamp.</summary>
    public JudgedTimeStamp JudgeStamp(byte[] response, byte[] data, byte[]? request, IEnumerable<byte[]> lists) =>
        new TimeStampJudge(Store(lists, []), ValidationPolicy.Strict, SignaturePolicy.Default, _clock.GetUtcNow())
            .Judge(TimeStampToken.TryRead(response)!, hash => CryptographicOperations.HashData(hash, data), request is null ? null : TimeStampQuery.TryRead(request));

    private TrustStore Store(IEnumerable<byte[]> lists, IEnumerable<byte[]> answers) => new(
        [Authority.Root], [Authority.Issuing, Authority.ListIssuer, Authority.TimeStamper], lists.Select(list => CertificateList.TryRead(list)).OfType<CertificateList>(), answers.Select(answer => OcspAnswer.TryRead(answer)).OfType<OcspAnswer>());
}
