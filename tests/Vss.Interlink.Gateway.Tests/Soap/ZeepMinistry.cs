using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>A foreign stack that nobody here wrote: Debian's python3-zeep reads the WSDL we serve, signs by python3-xmlsec and verifies our answers.</summary>
internal static class ZeepMinistry
{
    public const string MessageId = "zeep-1";
    private const string Python = "/usr/bin/python3";

    /// <summary>Submits twice, provokes a conflict, asks for status and receipt; fails the test unless all of it went as it should. Returns the exchange's id.</summary>
    /// <param name="endpoint">Of the hub.</param>
    /// <param name="port">Of the WSDL.</param>
    /// <param name="sender">Who sends.</param>
    /// <param name="receiver">To whom.</param>
    /// <param name="answerKey">Name of the key, in the development PKI, that the hub must sign its answers with.</param>
    public static async Task<string> RunAsync(Uri endpoint, string port, string sender, string receiver, string answerKey = "hub")
    {
        var keys = Directory.CreateTempSubdirectory("interlink-zeep-");
        try
        {
            using var seen = JsonDocument.Parse(await PrintedAsync([endpoint + "?wsdl", port, sender, receiver, .. WriteKeys(keys.FullName, answerKey)]));
            var answer = seen.RootElement;
            Assert.False(answer.GetProperty("repeated").GetBoolean());
            Assert.True(answer.GetProperty("repeated_again").GetBoolean());
            Assert.Equal(answer.GetProperty("receipt").GetString(), answer.GetProperty("receipt_again").GetString());
            Assert.Equal(answer.GetProperty("receipt").GetString(), answer.GetProperty("receipt_asked").GetString());
            Assert.Equal(receiver, answer.GetProperty("receiver").GetString());
            Assert.Equal("MESSAGE_ID_REUSED", answer.GetProperty("conflict").GetString());
            return answer.GetProperty("exchange_id").GetString()!;
        }
        finally
        {
            keys.Delete(recursive: true);
        }
    }

    private static async Task<string> PrintedAsync(string[] arguments)
    {
        Assert.True(File.Exists(Python), "This test needs Debian's python3, python3-zeep and python3-xmlsec.");
        string[] all = [Path.Combine(AppContext.BaseDirectory, "Soap", "zeep_ministry.py"), .. arguments];
        using var process = Process.Start(new ProcessStartInfo(Python, all) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0, await errors);
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    // PEM files, as such a stack wants them: key, certificate, what TLS is trusted by, the certificate of the hub's answers.
    private static string[] WriteKeys(string folder, string answerKey)
    {
        var pki = TestPki.Instance;
        using var ministry = pki.Load("ministry");
        using var hub = pki.Load(answerKey);
        using var key = ministry.GetRSAPrivateKey()!;
        return
        [
            Write("key.pem", key.ExportPkcs8PrivateKeyPem()),
            Write("ministry.pem", ministry.ExportCertificatePem()),
            Write("tls.pem", string.Join('\n', new[] { Path.Combine(pki.Anchors, "root.crt"), Path.Combine(pki.Intermediates, "issuing.crt") }.Select(File.ReadAllText))),
            Write("hub.pem", hub.ExportCertificatePem()),
        ];

        string Write(string name, string text)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, text + "\n");
            return path;
        }
    }
}
