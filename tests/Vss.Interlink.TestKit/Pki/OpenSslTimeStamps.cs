using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>A time-stamping authority by <c>openssl ts</c> in a folder of its own.</summary>
public sealed class OpenSslTimeStamps : IDisposable
{
    private readonly OpenSsl _openssl = new();
    private readonly Lock _replying = new();

    /// <summary>The authority's certificate is valid now, for <c>openssl ts</c> stamps with the clock's time.</summary>
    public OpenSslTimeStamps(Holder root, Action<CertificateSettings>? set = null)
    {
        Authority = root.Issue("CN=Time", settings =>
        {
            settings.Key = RSA.Create(2048);
            settings.With(Extensions.Extended(true, Extensions.TimeStamping));
            set?.Invoke(settings);
        });
        File.WriteAllText(PathOf("tsa.pem"), Authority.Certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("root.pem"), root.Certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("tsa.key"), ((RSA)Authority.Key).ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PathOf("serial"), "01\n");
        File.WriteAllText(PathOf("ts.cnf"), $"""
            [tsa]
            default_tsa = tsa1
            [tsa1]
            serial = {PathOf("serial")}
            signer_cert = {PathOf("tsa.pem")}
            certs = {PathOf("root.pem")}
            signer_key = {PathOf("tsa.key")}
            signer_digest = sha256
            default_policy = 1.3.6.1.4.1.55555.4.1
            other_policies = 1.3.6.1.4.1.55555.4.2
            digests = sha1, sha256, sha384, sha512
            accuracy = secs:1, millisecs:500
            ordering = yes
            tsa_name = yes
            ess_cert_id_chain = no
            ess_cert_id_alg = sha256
            """);
    }

    public Holder Authority { get; }

    /// <summary>Asks for a stamp of octets; gives the request and the response, DER.</summary>
    /// <param name="data">What is stamped.</param>
    /// <param name="digest">As openssl names it.</param>
    /// <param name="options">More of <c>openssl ts -query</c>.</param>
    public (byte[] Request, byte[] Response) Stamp(byte[] data, string digest = "sha256", params string[] options)
    {
        File.WriteAllBytes(PathOf("data"), data);
        Run(["ts", "-query", "-data", PathOf("data"), $"-{digest}", "-cert", "-out", PathOf("query.tsq"), .. options]);
        var query = File.ReadAllBytes(PathOf("query.tsq"));
        return (query, Reply(query));
    }

    /// <summary>Answers a request; one at a time, for openssl counts serial numbers in a file.</summary>
    public byte[] Reply(byte[] request)
    {
        lock (_replying)
        {
            File.WriteAllBytes(PathOf("asked.tsq"), request);
            Run(["ts", "-reply", "-config", PathOf("ts.cnf"), "-queryfile", PathOf("asked.tsq"), "-out", PathOf("reply.tsr")]);
            return File.ReadAllBytes(PathOf("reply.tsr"));
        }
    }

    /// <summary>The token of a response.</summary>
    public byte[] Token(byte[] response)
    {
        File.WriteAllBytes(PathOf("response"), response);
        Run(["ts", "-reply", "-config", PathOf("ts.cnf"), "-in", PathOf("response"), "-token_out", "-out", PathOf("token")]);
        return File.ReadAllBytes(PathOf("token"));
    }

    public void Dispose() => _openssl.Dispose();

    private string PathOf(string name) => _openssl[name];

    private void Run(string[] arguments)
    {
        var (code, output) = _openssl.Run(arguments);
        if (code != 0) throw new InvalidOperationException(output);
    }
}
