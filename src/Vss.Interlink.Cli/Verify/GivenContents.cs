using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Files that lie beside a document: signed contents, and the signer's key.</summary>
internal static class GivenContents
{
    /// <summary>Contents by the URI that references name them by. A name may be that URI, or the id of an attachment under a seal.</summary>
    /// <exception cref="UsageException">Another form than NAME=FILE, a name given twice, or a file that cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Detached(IEnumerable<string> given)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var each in given)
        {
            if (each.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var end) || end == each.Length - 1) throw new UsageException($"--detached needs NAME=FILE, not '{each}'.");
            if (!files.TryAdd(each[..end], Readable("--detached", each[(end + 1)..]))) throw new UsageException($"--detached gives '{each[..end]}' twice.");
        }

        return files;
    }

    /// <exception cref="UsageException">The file cannot be read.</exception>
    public static string Readable(string option, string path)
    {
        try
        {
            using var file = RegularFile.Open(path);
            return path;
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable))
        {
            throw new UsageException($"{option}: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>The contents as the verifier wants them.</summary>
    public static Dictionary<string, DetachedContent> ByUri(IReadOnlyDictionary<string, string> files)
    {
        var contents = new Dictionary<string, DetachedContent>(StringComparer.Ordinal);
        foreach (var (name, path) in files)
        {
            var content = DetachedContent.Of(() => File.OpenRead(path));
            contents[name] = content;
            contents.TryAdd(SealVerifier.PartUri(name), content);
        }

        return contents;
    }

    /// <summary>A public key or a certificate, PEM.</summary>
    /// <exception cref="UsageException">The file cannot be read or is neither.</exception>
    public static SignerKey Key(string path)
    {
        try
        {
            var text = Encoding.ASCII.GetString(RegularFile.ReadAll(path));
            var fields = PemEncoding.Find(text);
            var der = Convert.FromBase64String(text[fields.Base64Data]);
            return text[fields.Label] switch
            {
                "CERTIFICATE" => SignerKey.OfCertificate(X509CertificateLoader.LoadCertificate(der)),
                "PUBLIC KEY" => SignerKey.OfPublicKey(PublicKey.CreateFromSubjectPublicKeyInfo(der, out _).ExportSubjectPublicKeyInfo()),
                "RSA PUBLIC KEY" => SignerKey.OfPublicKey(Rsa(der)),
                var other => throw new UsageException($"--pubkey: '{path}' holds a {other}, not a PUBLIC KEY or a CERTIFICATE."),
            };
        }
        catch (Exception unreadable) when (IsUnreadable(unreadable) || unreadable is CryptographicException or FormatException)
        {
            throw new UsageException($"--pubkey: {unreadable.Message}", unreadable);
        }
    }

    private static bool IsUnreadable(Exception failure) => failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static byte[] Rsa(byte[] pkcs1)
    {
        using var rsa = RSA.Create();
        rsa.ImportRSAPublicKey(pkcs1, out _);
        return rsa.ExportSubjectPublicKeyInfo();
    }
}
