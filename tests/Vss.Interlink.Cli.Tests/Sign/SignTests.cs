using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Cli.Tests.Verify;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;

namespace Vss.Interlink.Cli.Tests.Sign;

public sealed class SignTests : IDisposable
{
    private const string Document = "<?xml version='1.0'?>\r\n<dossier xmlns='urn:d' Id='whole'><part Id='p'>Quyết định</part></dossier>\n";
    private readonly SignedFiles _files = new();

    public void Dispose() => _files.Dispose();

    private string[] Key => ["--key", SignedFiles.Pki.KeyUri("hub"), "--cert", Certificate];

    private string Certificate
    {
        get
        {
            using var key = KeyUri.Open(new Uri(SignedFiles.Pki.KeyUri("hub")));
            return _files.Write("hub.crt", key.Certificate.ExportCertificatePem());
        }
    }

    [Fact]
    public async Task An_enveloped_signature_leaves_every_other_octet_as_it_was_and_passes()
    {
        var run = await Interlink.RunAsync(["sign", _files.Write("in.xml", Document), .. Key, "--out", _files.PathOf("out.xml")]);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Out, run.Error));
        var signed = await File.ReadAllTextAsync(_files.PathOf("out.xml"));
        var (from, to) = (signed.IndexOf("<ds:Signature", StringComparison.Ordinal), signed.IndexOf("</ds:Signature>", StringComparison.Ordinal) + "</ds:Signature>".Length);
        Assert.Equal(Document, signed[..from] + signed[to..]);
        var signature = (await VerifiedAsync("out.xml", 0))[0];
        Assert.Equal(("XAdES", "B", "full"), (signature.GetProperty("format").GetString(), signature.GetProperty("level").GetString(), signature.GetProperty("scope").GetString()));
        Assert.False(File.Exists(_files.PathOf("out.xml.part")));
    }

    [Fact]
    public async Task One_element_is_signed_by_its_identifier()
    {
        Assert.Equal(0, (await Interlink.RunAsync(["sign", _files.Write("in.xml", Document), .. Key, "--id", "p", "--out", _files.PathOf("out.xml")])).ExitCode);
        Assert.Equal("partial", (await VerifiedAsync("out.xml", 0))[0].GetProperty("scope").GetString());
        await VerifiedAsync("out.xml", 0, "--require", "id:p");
        await VerifiedAsync("out.xml", 2, "--require", "whole-document");
    }

    [Fact]
    public async Task An_enveloping_signature_carries_the_document()
    {
        Assert.Equal(0, (await Interlink.RunAsync(["sign", _files.Write("in.xml", Document), .. Key, "--profile", "enveloping", "--out", _files.PathOf("out.xml")])).ExitCode);
        Assert.Contains("Quyết định", await File.ReadAllTextAsync(_files.PathOf("out.xml")), StringComparison.Ordinal);
        await VerifiedAsync("out.xml", 0);
    }

    [Fact]
    public async Task A_detached_signature_names_a_file_of_any_kind()
    {
        var content = _files.Write("scan 1.pdf", RandomNumberGenerator.GetBytes(100_000));
        Assert.Equal(0, (await Interlink.RunAsync(["sign", content, .. Key, "--profile", "detached", "--out", _files.PathOf("scan.xml")])).ExitCode);
        await VerifiedAsync("scan.xml", 0, "--content", content);
        await VerifiedAsync("scan.xml", 0, "--detached", $"scan%201.pdf={content}");
        await VerifiedAsync("scan.xml", 2);
        await VerifiedAsync("scan.xml", 1, "--content", _files.Write("other", "other"));
    }

    [Fact]
    public async Task A_key_in_PEM_on_a_curve_signs_with_the_certificate_given()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=Curve", ecdsa, HashAlgorithmName.SHA384).CreateSelfSigned(SignedFiles.Now.AddDays(-1), SignedFiles.Now.AddDays(1));
        var key = _files.Write("key.pem", ecdsa.ExportPkcs8PrivateKeyPem());
        var cert = _files.Write("cert.pem", certificate.ExportCertificatePem());
        Assert.Equal(0, (await Interlink.RunAsync("sign", _files.Write("in.xml", Document), "--key", new Uri(key).AbsoluteUri, "--cert", cert, "--out", _files.PathOf("out.xml"))).ExitCode);
        Assert.Equal(0, (await Interlink.RunAsync("verify", _files.PathOf("out.xml"), "--pubkey", _files.Write("pub.pem", ecdsa.ExportSubjectPublicKeyInfoPem()))).ExitCode);
        Assert.Equal(2, (await Interlink.RunAsync("verify", _files.PathOf("out.xml"))).ExitCode);
        using var other = RSA.Create(2048);
        Assert.Equal(64, (await Interlink.RunAsync("sign", _files.PathOf("in.xml"), "--key", _files.Write("rsa.pem", other.ExportPkcs8PrivateKeyPem()), "--cert", cert, "--out", _files.PathOf("no.xml"))).ExitCode);
        Assert.False(File.Exists(_files.PathOf("no.xml")));
    }

    [Fact]
    public async Task A_time_stamp_of_an_authority_brings_a_signature_to_its_level()
    {
        using var authority = await OpensslTimeStamping.StartAsync(_files.PathOf("tsa"));
        var chain = _files.Write("chain.pem", string.Concat([await File.ReadAllTextAsync(Certificate), "\n", .. TrustStore.Certificates(SignedFiles.Pki.Intermediates).Select(between => between.ExportCertificatePem() + "\n")]));
        var trusted = Directory.CreateDirectory(_files.PathOf("trusted")).FullName;
        foreach (var anchor in Directory.EnumerateFiles(SignedFiles.Pki.Anchors).Append(_files.PathOf("tsa/tsa.crt"))) File.Copy(anchor, Path.Combine(trusted, Path.GetFileName(anchor)));
        foreach (var level in new[] { "T", "LT", "LTA" })
        {
            string[] lists = level == "T" ? [] : ["--crl", SignedFiles.Pki.RevocationLists];
            var run = await Interlink.RunAsync(["sign", _files.Write("in.xml", Document), "--key", SignedFiles.Pki.KeyUri("hub"), "--cert", chain, "--level", level, "--tsa", authority.Address, .. lists, "--out", _files.PathOf(level)]);
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Equal("B", (await VerifiedAsync(level, 0))[0].GetProperty("level").GetString());   // whoever stamped is not trusted
            var trusting = await Interlink.RunAsync(["verify", _files.PathOf(level), "--trust", trusted, .. SignedFiles.Trust.SkipWhile(option => option != "--extra-certs"), "--json"]);
            Assert.Equal((0, level), (trusting.ExitCode, trusting.Json.GetProperty("signatures")[0].GetProperty("level").GetString()));
        }
    }

    [Theory]
    [InlineData("<a>")]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("no xml")]
    public async Task What_cannot_be_signed_leaves_nothing_behind(string document)
    {
        var run = await Interlink.RunAsync(["sign", _files.Write("in.xml", document), .. Key, "--out", _files.PathOf("out.xml")]);
        Assert.Equal((65, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("interlink: ", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_files.PathOf("out.xml")) || File.Exists(_files.PathOf("out.xml.part")));
    }

    [Theory]
    [InlineData("--profile", "sideways")]
    [InlineData("--level", "C")]
    [InlineData("--level", "T")]
    [InlineData("--tsa", "http://127.0.0.1:1/")]
    [InlineData("--key", "pkcs11:token=none")]
    public async Task A_wrong_command_line_is_told(string option, string value)
    {
        string[] key = option == "--key" ? ["--cert", Certificate] : Key;
        var run = await Interlink.RunAsync(["sign", _files.Write("in.xml", Document), .. key, option, value, "--out", _files.PathOf("out.xml")]);
        Assert.Equal((64, ""), (run.ExitCode, run.Out));
    }

    private async Task<System.Text.Json.JsonElement> VerifiedAsync(string name, int exitCode, params string[] options)
    {
        var run = await Interlink.RunAsync(["verify", _files.PathOf(name), .. SignedFiles.Trust, "--json", .. options]);
        Assert.True(run.ExitCode == exitCode, run.Out);
        return run.Json.GetProperty("signatures");
    }
}

/// <summary>OpenSSL's "ts" as an authority, behind an HTTP listener on a free loopback port.</summary>
internal sealed class OpensslTimeStamping : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _folder;

    private OpensslTimeStamping(string folder, int port)
    {
        _folder = folder;
        Address = $"http://127.0.0.1:{port}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _ = AnswerAsync();
    }

    public string Address { get; }

    public static async Task<OpensslTimeStamping> StartAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "tsa.cnf"),
            "[tsa]\ndefault_tsa=own\n[own]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256,sha384,sha512\naccuracy=secs:1\ness_cert_id_alg=sha256\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "serial"), "01\n");
        await OpensslAsync(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.crt", "-days", "2", "-subj", "/CN=Test TSA", "-addext", "extendedKeyUsage=critical,timeStamping");
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        return new OpensslTimeStamping(folder, port);
    }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var call = await _listener.GetContextAsync();
                await using (var query = File.Create(Path.Combine(_folder, "query"))) await call.Request.InputStream.CopyToAsync(query);
                await OpensslAsync(_folder, "ts", "-reply", "-config", "tsa.cnf", "-section", "own", "-queryfile", "query", "-signer", "tsa.crt", "-inkey", "tsa.key", "-out", "reply");
                call.Response.ContentType = "application/timestamp-reply";
                await call.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(Path.Combine(_folder, "reply")));
                call.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // disposed
        }
    }

    private static async Task OpensslAsync(string folder, params string[] arguments)
    {
        using var openssl = Process.Start(new ProcessStartInfo("openssl", arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await openssl.StandardError.ReadToEndAsync();
        await openssl.WaitForExitAsync();
        Assert.True(openssl.ExitCode == 0, said);
    }
}
