using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>Signatures made by xmlsec1, where it is installed.</summary>
internal static class Xmlsec
{
    public const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    public const string EnvelopedTransform = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    public const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    public const string ExclusiveTransform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
    public const string RsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

    public static bool IsHere { get; } = File.Exists("/usr/bin/xmlsec1");

    /// <summary>A ds:Reference to be filled in.</summary>
    public static string Reference(string uri, string transforms, string digest = "http://www.w3.org/2001/04/xmlenc#sha256", string attributes = "") =>
        $"<ds:Reference URI=\"{uri}\" {attributes}>{(transforms.Length > 0 ? $"<ds:Transforms>{transforms}</ds:Transforms>" : "")}<ds:DigestMethod Algorithm=\"{digest}\"/><ds:DigestValue/></ds:Reference>";

    /// <summary>A ds:Signature to be filled in.</summary>
    public static string Template(string references, string method = RsaSha256, string canonicalization = Exclusive, string behind = "", string methodContent = "") =>
        $"<ds:Signature xmlns:ds=\"{Dsig}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{canonicalization}\"/><ds:SignatureMethod Algorithm=\"{method}\">{methodContent}</ds:SignatureMethod>{references}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo>{behind}</ds:Signature>";

    /// <summary>Fills in digests, value and certificate.</summary>
    /// <param name="document">A document with a template.</param>
    /// <param name="key">The key that signs.</param>
    /// <param name="certificate">Its certificate, or null to leave KeyInfo as it is.</param>
    /// <param name="idElements">Elements with an attribute Id, as "urn:ns:Name" or "Name".</param>
    public static byte[] Sign(string document, AsymmetricAlgorithm key, byte[]? certificate, params string[] idElements)
    {
        var folder = Directory.CreateTempSubdirectory("xmlsec").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
            if (certificate is not null) File.WriteAllText(Path.Combine(folder, "cert.pem"), PemEncoding.WriteString("CERTIFICATE", certificate));
            File.WriteAllText(Path.Combine(folder, "in.xml"), document, new UTF8Encoding(false));
            List<string> arguments = ["--sign", "--privkey-pem", certificate is null ? "key.pem" : "key.pem,cert.pem"];
            foreach (var element in idElements) arguments.AddRange(["--id-attr:Id", element]);
            arguments.AddRange(["--output", "out.xml", "in.xml"]);
            var start = new ProcessStartInfo("/usr/bin/xmlsec1", arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, error);
            return File.ReadAllBytes(Path.Combine(folder, "out.xml"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
