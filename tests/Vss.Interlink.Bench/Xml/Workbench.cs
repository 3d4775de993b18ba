using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Bench.Xml;

/// <summary>What one side did in one run.</summary>
/// <param name="Rate">Operations a second of processor time.</param>
/// <param name="ResidentMegabytes">Most memory of its process, in units of 2^20 octets.</param>
internal sealed record Run(double Rate, double ResidentMegabytes);

/// <summary>A folder with a key, documents and the libxmlsec driver, and the processes that work in it. Disposing removes it.</summary>
internal sealed class Workbench : IDisposable
{
    private const string Template = """
        <Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference></SignedInfo><SignatureValue/></Signature>
        """;

    private const string OwnHeap = "2000000";   // octets, hexadecimal: 32 MiB

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-bench-");
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;

    public Workbench()
    {
        var request = new CertificateRequest("CN=Bench", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(PathOf("key.pem"), _key.ExportPkcs8PrivateKeyPem() + "\n" + _certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>Builds the libxmlsec driver with the C compiler that is there.</summary>
    public async Task BuildDriverAsync()
    {
        var flags = await OutputAsync("pkg-config", ["--cflags", "--libs", "xmlsec1-openssl"]);
        var source = Path.Combine(AppContext.BaseDirectory, "libxmlsec-driver.c");
        await OutputAsync("cc", ["-O2", "-o", PathOf("driver"), source, .. flags.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)]);
    }

    /// <summary>Writes a document, the same with our signature, and the same with a template for libxmlsec.</summary>
    public void Make(Shape shape, long size)
    {
        Write(Name(shape, size, "plain"), output => Dossier.Write(output, shape, size));
        Write(Name(shape, size, "template"), output => Dossier.Write(output, shape, size, Template));
        using var plain = File.OpenRead(PathOf(Name(shape, size, "plain")));
        Write(Name(shape, size, "signed"), output => XmlSide.Sign(OctetSource.Of(plain), new SigningCertificate(_certificate.RawData), _key, output));
    }

    /// <summary>Octets of the signed document.</summary>
    public long SignedSize(Shape shape, long size) => new FileInfo(PathOf(Name(shape, size, "signed"))).Length;

    public void Remove(Shape shape, long size)
    {
        foreach (var kind in (string[])["plain", "template", "signed"]) File.Delete(PathOf(Name(shape, size, kind)));
    }

    /// <summary>Runs one side once.</summary>
    public async Task<Run> RunAsync(string side, Shape shape, long size, double seconds)
    {
        var isSigning = side.EndsWith("sign", StringComparison.Ordinal);
        var isLibrary = side.StartsWith("libxmlsec", StringComparison.Ordinal);
        var document = PathOf(Name(shape, size, !isSigning ? "signed" : isLibrary ? "template" : "plain"));
        var time = seconds.ToString(CultureInfo.InvariantCulture);
        var line = isLibrary
            ? await OutputAsync(PathOf("driver"), [isSigning ? "sign" : "verify", document, PathOf("key.pem"), time])
            : await OutputAsync(Environment.ProcessPath!, [.. OwnArguments(), XmlSide.Verb, side, document, PathOf("key.pem"), time]);
        var found = line.Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return new Run(found[0] / found[1], found[2] / 1024);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    // "dotnet Vss.Interlink.Bench.dll" runs in a process whose path is dotnet's.
    private static string[] OwnArguments() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];

    private static string Name(Shape shape, long size, string kind) => string.Create(CultureInfo.InvariantCulture, $"{shape}-{size}-{kind}.xml");

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, Action<Stream> write)
    {
        using var output = File.Create(PathOf(name));
        write(output);
    }

    private static async Task<string> OutputAsync(string command, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true };
        // .NET takes as much as the processor's cache for garbage before it looks; ours must do with little.
        if (arguments.Any(argument => argument.StartsWith("own-", StringComparison.Ordinal))) start.Environment["DOTNET_GCHeapHardLimit"] = OwnHeap;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
