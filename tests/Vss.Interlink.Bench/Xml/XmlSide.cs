using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Xml;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;
using SignatureOptions = Vss.Interlink.XmlSecurity.Signing.SignatureOptions;

namespace Vss.Interlink.Bench.Xml;

/// <summary>
/// One side of the bench in a process of its own, so that memory is its own: does one thing over and over, after a warm-up. Prints what the
/// libxmlsec driver prints: operations, seconds of processor time that they took (all threads of the process, which other work on the machine does
/// not lengthen), most resident memory in KiB.
/// </summary>
internal static class XmlSide
{
    public const string Verb = "xml-side";

    // As libxmlsec has every document.
    private const long MostInMemory = 16 * 1024 * 1024;

    public static Command CreateCommand()
    {
        var side = new Argument<string>("side");
        var document = new Argument<FileInfo>("document");
        var key = new Argument<FileInfo>("key");
        var seconds = new Argument<double>("seconds");
        var command = new Command(Verb, "One side of 'xml'.") { side, document, key, seconds };
        command.Hidden = true;
        command.SetAction(parsed => Run(parsed.GetValue(side)!, parsed.GetValue(document)!, parsed.GetValue(key)!, parsed.GetValue(seconds)));
        return command;
    }

    /// <summary>Signs a document in the way that is measured, for others to verify.</summary>
    public static void Sign(OctetSource document, SigningCertificate certificate, RSA key, Stream output)
    {
        var options = new SignatureOptions { Certificate = certificate, Algorithm = SignatureAlgorithm.RsaSha256 };
        var signed = XmlSigner.SignAsync(document, SignaturePlace.InRoot, [new SignatureReference.WholeDocument()], options, XmlLimits.OwnFiles, SignerOf(key), output, CancellationToken.None);
        if (signed.AsTask().GetAwaiter().GetResult() is { } refusal) throw new InvalidOperationException(refusal.Detail);
    }

    private static void Run(string side, FileInfo document, FileInfo keyFile, double seconds)
    {
        var pem = File.ReadAllText(keyFile.FullName);
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        using var certificate = X509Certificate2.CreateFromPem(pem);
        var octets = document.Length <= MostInMemory ? File.ReadAllBytes(document.FullName) : null;
        var once = Once(side, document, octets, certificate, key);
        WarmUp(once);
        var (operations, took) = Repeat(once, seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operations} {took:F6} {Peak()}"));
    }

    private static Action Once(string side, FileInfo document, byte[]? octets, X509Certificate2 certificate, RSA key)
    {
        var hash = SHA256.HashData(certificate.RawData);
        var value = key.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var signer = new SigningCertificate(certificate.RawData);
        switch (side)
        {
            case "rsa-sign": return () => key.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            case "rsa-verify": return () => Must(key.VerifyHash(hash, value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            case "sha256" when octets is not null: return () => SHA256.HashData(octets);
            case "sha256": return () => Reading(document, stream => SHA256.HashData(stream));
            case "own-sign" when octets is not null: return () => Sign(OctetSource.Of(octets), signer, key, Stream.Null);
            case "own-sign": return () => Reading(document, stream => Sign(OctetSource.Of(stream), signer, key, Stream.Null));
            case "own-verify":
                var request = new VerificationRequest { Key = SignerKey.OfCertificate(certificate), Xml = XmlLimits.OwnFiles };
                if (octets is not null) return () => Judge(SignatureVerifier.Verify(octets, request));
                return () => Reading(document, stream => Judge(SignatureVerifier.Verify(stream, request)));
            case "signedxml-sign": return () => SignWithPlatform(octets!, key);
            case "signedxml-verify": return () => VerifyWithPlatform(octets!, key);
            default: throw new ArgumentException($"There is no side '{side}'.", nameof(side));
        }
    }

    private static DigestSigner SignerOf(RSA key) => (digest, hash, _) => ValueTask.FromResult(key.SignHash(digest.Span, hash, RSASignaturePadding.Pkcs1));

    private static void Judge(DocumentReport report)
    {
        using (report) Must(report.Signatures is [{ Verdict.Indication: Indication.TotalPassed, Scope: SignatureScope.Full }]);
    }

    private static void SignWithPlatform(byte[] octets, RSA key)
    {
        var document = Load(octets);
        var signed = new SignedXml(document) { SigningKey = key };
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signed.SignedInfo.SignatureMethod = SignedXml.XmlDsigRSASHA256Url;
        var reference = new Reference("") { DigestMethod = SignedXml.XmlDsigSHA256Url };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(new XmlDsigExcC14NTransform());
        signed.AddReference(reference);
        signed.ComputeSignature();
        document.DocumentElement!.AppendChild(signed.GetXml());
        document.Save(Stream.Null);
    }

    private static void VerifyWithPlatform(byte[] octets, RSA key)
    {
        var document = Load(octets);
        var signed = new SignedXml(document);
        signed.LoadXml((XmlElement)document.GetElementsByTagName("Signature", SignedXml.XmlDsigNamespaceUrl)[0]!);
        Must(signed.CheckSignature(key));
    }

    private static XmlDocument Load(byte[] octets)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var stream = new MemoryStream(octets, writable: false);
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        document.Load(reader);
        return document;
    }

    private static void Reading(FileInfo document, Action<Stream> work)
    {
        using var stream = document.OpenRead();
        work(stream);
    }

    // Until the compiler has done its work, which it does bit by bit: the rate no longer grows.
    private static void WarmUp(Action once)
    {
        const int Most = 15;
        double best = 0;
        for (var (runs, calm) = (0, 0); runs < Most && calm < 2; runs++)
        {
            var (operations, took) = Repeat(once, 1);
            calm = operations / took < 1.03 * best ? calm + 1 : 0;
            best = Math.Max(best, operations / took);
        }
    }

    private static (long Operations, double Seconds) Repeat(Action once, double seconds)
    {
        var from = Environment.CpuUsage.TotalTime;
        var operations = 0L;
        do
        {
            once();
            operations++;
        }
        while ((Environment.CpuUsage.TotalTime - from).TotalSeconds < seconds);
        return (operations, (Environment.CpuUsage.TotalTime - from).TotalSeconds);
    }

    private static void Must(bool holds)
    {
        if (!holds) throw new InvalidOperationException("The side came to the wrong result.");
    }

    private static long Peak() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
