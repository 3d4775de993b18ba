using System.Diagnostics;
using System.Security.Cryptography;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Cli.Tests.Cms;

/// <summary>Messages by <c>openssl cms</c> in a folder of their own, with a root and signers that are valid now.</summary>
public sealed class OpenSslMessages : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-cms-");

    public OpenSslMessages()
    {
        Root = Holder.Root("CN=Root", Current);
        File.WriteAllText(PathOf("root.pem"), Root.Certificate.ExportCertificatePem());
        Signer("rsa", RSA.Create(2048));
        Signer("short", RSA.Create(1024));
        Signer("ec", ECDsa.Create(ECCurve.NamedCurves.nistP384));
        Signer("brainpool", ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1));
        var list = Root.List(settings =>
        {
            (settings.ThisUpdate, settings.NextUpdate) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
            settings.Revoke(Signer("revoked", RSA.Create(2048)), DateTimeOffset.UtcNow.AddDays(-1));
        });
        File.WriteAllBytes(PathOf("root.crl"), list);
        File.WriteAllText(PathOf("content"), string.Concat(Enumerable.Repeat("Quyết định\n", 2000)));
        File.WriteAllText(PathOf("other"), "other");
    }

    public Holder Root { get; }

    /// <summary>Certificates that are valid now.</summary>
    public static void Current(CertificateSettings settings) => (settings.NotBefore, settings.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(30));

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Command-line words, those that name a file of the folder made whole.</summary>
    public string[] Words(string line) => [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
    {
        var name = word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return File.Exists(PathOf(name)) ? word[..^name.Length] + PathOf(name) : word;
    })];

    /// <summary>Signs the content into a file.</summary>
    /// <param name="output">Name of the file.</param>
    /// <param name="options">More of <c>openssl cms -sign</c>; signer rsa where none is named.</param>
    public string Sign(string output, string options)
    {
        if (!options.Contains("-signer", StringComparison.Ordinal)) options = $"-signer rsa.pem -inkey rsa.key {options}";
        if (!options.Contains("-outform", StringComparison.Ordinal)) options += " -outform DER";
        if (!options.Contains("-in ", StringComparison.Ordinal)) options += " -in content";
        Run([.. Words($"cms -sign {options}"), "-out", PathOf(output)]);
        return PathOf(output);
    }

    public void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException(error);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Holder Signer(string name, AsymmetricAlgorithm key)
    {
        var holder = Root.Issue($"CN={name}", settings =>
        {
            Current(settings);
            settings.Key = key;
        });
        File.WriteAllText(PathOf($"{name}.pem"), holder.Certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), key is RSA rsa ? rsa.ExportPkcs8PrivateKeyPem() : ((ECDsa)key).ExportPkcs8PrivateKeyPem());
        return holder;
    }
}
