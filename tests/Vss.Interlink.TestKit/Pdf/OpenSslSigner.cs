using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.TestKit.Pdf;

/// <summary>Makes the CMS of a signature by <c>openssl cms</c>, so that maker and judge have nothing in common.</summary>
public static class OpenSslSigner
{
    /// <summary>A CAdES signature beside its content, DER.</summary>
    /// <param name="signer">Who signs.</param>
    /// <param name="content">What is signed.</param>
    /// <param name="others">Certificates that go along.</param>
    /// <param name="options">As openssl names them; null for SHA-256 and the signing-certificate attribute.</param>
    public static byte[] Sign(Holder signer, byte[] content, IEnumerable<Holder>? others = null, params string[]? options)
    {
        var folder = Directory.CreateTempSubdirectory("interlink-cms-");
        try
        {
            string PathOf(string name) => Path.Combine(folder.FullName, name);
            File.WriteAllBytes(PathOf("content"), content);
            File.WriteAllText(PathOf("signer.pem"), signer.Certificate.ExportCertificatePem());
            File.WriteAllText(PathOf("key.pem"), signer.Key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(PathOf("others.pem"), string.Concat((others ?? []).Select(other => other.Certificate.ExportCertificatePem() + "\n")));
            string[] more = others?.Any() == true ? ["-certfile", PathOf("others.pem")] : [];
            Run(["cms", "-sign", "-binary", "-in", PathOf("content"), "-signer", PathOf("signer.pem"), "-inkey", PathOf("key.pem"), "-outform", "DER", "-out", PathOf("cms"), .. more, .. options is null or [] ? ["-md", "sha256", "-cades"] : options]);
            return File.ReadAllBytes(PathOf("cms"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException(error);
    }
}
