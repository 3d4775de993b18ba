using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Keys;

namespace Vss.Interlink.Cli.Hub;

/// <summary>The caller's TLS key: its certificate with the private key, and what leads from there to an anchor.</summary>
internal sealed record ClientKey(X509Certificate2 Certificate, X509Certificate2Collection Intermediates)
{
    /// <summary>Opens a key URI (<see cref="KeyUri"/>), one PEM file with everything, or CERTIFICATE.pem,KEY.pem. Throws what reading files and keys throws.</summary>
    public static ClientKey Open(string key)
    {
        if (key.Contains("://", StringComparison.Ordinal))
        {
            var (own, sent) = KeyUri.OpenTls(new Uri(key));
            return new ClientKey(own, sent);
        }

        var files = File.Exists(key) ? [key] : key.Split(',', 2);
        var certificate = files is [var certificateFile, var keyFile] ? X509Certificate2.CreateFromPemFile(certificateFile, keyFile) : X509Certificate2.CreateFromPemFile(key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(files[0]);
        return new ClientKey(certificate, [.. chain.Skip(1)]);   // CreateFromPemFile takes the first
    }
}
