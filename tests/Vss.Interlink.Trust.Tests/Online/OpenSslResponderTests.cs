using System.Diagnostics;
using System.Security.Cryptography;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Online;

/// <summary><c>openssl ocsp</c> reads our questions and answers them as a delegated responder: another implementation on the other side.</summary>
public sealed class OpenSslResponderTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-ocsp-");
    private OnlineAuthority _authority = null!;

    public async ValueTask InitializeAsync()
    {
        _authority = await OnlineAuthority.StartAsync();
        var responder = _authority.Root.Issue("CN=Responder", settings =>
        {
            settings.Key = RSA.Create(2048);
            settings.With(Extensions.Extended(Extensions.OcspSigning), Extensions.NoCheck);
        });
        Write("root.pem", _authority.Root.Certificate.ExportCertificatePem());
        Write("responder.pem", responder.Certificate.ExportCertificatePem());
        Write("responder.key", ((RSA)responder.Key).ExportPkcs8PrivateKeyPem());
        Write("index", "");
        _authority.Host.Serve("/ocsp", call => Task.FromResult<byte[]?>(Answer(call.Body)));
    }

    public async ValueTask DisposeAsync()
    {
        await _authority.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(NonceRule.Required)]
    [InlineData(NonceRule.IfEchoed)]
    [InlineData(NonceRule.NotSent)]
    public async Task A_foreign_responder_understands_what_is_asked_and_its_answer_counts(NonceRule nonce)
    {
        var (good, revoked, unknown) = (_authority.Leaf(list: null), _authority.Leaf(list: null), _authority.Leaf(list: null));
        Write("index", $"V\t281231235959Z\t\t{good.Certificate.SerialNumber}\tunknown\t/CN=Leaf\nR\t281231235959Z\t261101000000Z,keyCompromise\t{revoked.Certificate.SerialNumber}\tunknown\t/CN=Leaf\n");
        using var node = new OnlineNode(_authority.Root, _authority.Host, options => options.Nonce = nonce, clock: new ManualClock(TimeProvider.System.GetUtcNow()));
        await node.AcceptsAsync(good);
        Assert.Contains("reason 1", (await node.RefusesAsync(revoked, Rules.Revoked)).Detail, StringComparison.Ordinal);
        Assert.Contains("does not know the certificate", (await node.RefusesAsync(unknown, Rules.RevocationKnown)).Detail, StringComparison.Ordinal);
    }

    private byte[] Answer(byte[] question)
    {
        File.WriteAllBytes(PathOf("question"), question);
        string[] arguments =
        [
            "ocsp", "-index", PathOf("index"), "-CA", PathOf("root.pem"), "-rsigner", PathOf("responder.pem"), "-rkey", PathOf("responder.key"), "-rmd", "sha256", "-ndays", "1",
            "-reqin", PathOf("question"), "-respout", PathOf("answer"),
        ];
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? File.ReadAllBytes(PathOf("answer")) : throw new InvalidOperationException(error);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, string text) => File.WriteAllText(PathOf(name), text);
}
