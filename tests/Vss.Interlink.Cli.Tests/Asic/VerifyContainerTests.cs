using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.Cli.Tests.Cms;

namespace Vss.Interlink.Cli.Tests.Asic;

/// <summary><c>interlink verify</c> on containers whose signatures others made: CAdES by <c>openssl cms</c>, XAdES by <c>interlink sign</c>.</summary>
public sealed class VerifyContainerTests(OpenSslMessages messages) : IClassFixture<OpenSslMessages>
{
    private const string Simple = "application/vnd.etsi.asic-s+zip";
    private const string Extended = "application/vnd.etsi.asic-e+zip";

    [Fact]
    public async Task A_simple_container_with_CAdES_passes()
    {
        var signature = await File.ReadAllBytesAsync(messages.Sign("simple.p7s", "-binary -cades"));
        await JudgedAsync(0, null, "full", ("mimetype", Simple), ("content", messages.PathOf("content")), ("META-INF/signature.p7s", signature));
        await JudgedAsync(1, "HASH_FAILURE", "none", ("mimetype", Simple), ("content", messages.PathOf("other")), ("META-INF/signature.p7s", signature));
    }

    [Fact]
    public async Task An_extended_container_with_CAdES_passes_and_a_file_more_makes_it_partial()
    {
        await File.WriteAllBytesAsync(messages.PathOf("manifest"), Manifest());
        (string, object)[] members =
        [
            ("mimetype", Extended), ("content", messages.PathOf("content")), ("META-INF/ASiCManifest001.xml", messages.PathOf("manifest")),
            ("META-INF/signature001.p7s", await File.ReadAllBytesAsync(messages.Sign("extended.p7s", "-binary -cades -in manifest"))),
        ];
        await JudgedAsync(0, null, "full", members);
        await JudgedAsync(2, "SIG_CONSTRAINTS_FAILURE", "partial", [.. members, ("other", messages.PathOf("other"))]);
    }

    [Theory]
    [InlineData(Simple)]
    [InlineData(Extended)]
    public async Task A_container_with_XAdES_passes(string type)
    {
        var signatures = await XadesAsync();
        await JudgedAsync(0, null, "full", ("mimetype", type), ("một tệp.txt", "nội dung"), ("META-INF/signatures.xml", signatures));
        await JudgedAsync(1, "HASH_FAILURE", "none", ("mimetype", type), ("một tệp.txt", "khác"), ("META-INF/signatures.xml", signatures));
        await JudgedAsync(2, "SIGNED_DATA_NOT_FOUND", "none", ("mimetype", type), ("another.txt", "nội dung"), ("META-INF/signatures.xml", signatures));
    }

    [Fact]
    public async Task A_container_without_signatures_has_none_and_a_broken_one_is_not_read()
    {
        Assert.Equal(3, (await RunAsync(Zip(("a.txt", "a"), ("b.txt", "b")))).ExitCode);
        var whole = Zip(("mimetype", Simple), ("a.txt", "a"));
        Assert.Equal(65, (await RunAsync(whole[..^5])).ExitCode);
        Assert.Equal(65, (await RunAsync([.. whole, 1])).ExitCode);
        await File.WriteAllBytesAsync(messages.PathOf("container"), whole);
        Assert.Equal(64, (await Interlink.RunAsync("verify", messages.PathOf("container"), "--content", messages.PathOf("other"))).ExitCode);
    }

    // XAdESSignatures around what the command signs by itself.
    private async Task<byte[]> XadesAsync()
    {
        var content = messages.PathOf("một tệp.txt");
        await File.WriteAllTextAsync(content, "nội dung");
        var run = await Interlink.RunAsync("sign", content, "--key", new Uri(messages.PathOf("rsa.key")).AbsoluteUri, "--cert", messages.PathOf("rsa.pem"), "--profile", "detached", "--out", messages.PathOf("xades.xml"));
        Assert.True(run.ExitCode == 0, run.Error);
        var signature = await File.ReadAllTextAsync(messages.PathOf("xades.xml"));
        if (signature.StartsWith("<?xml", StringComparison.Ordinal)) signature = signature[(signature.IndexOf("?>", StringComparison.Ordinal) + 2)..];
        return Encoding.UTF8.GetBytes($"<asic:XAdESSignatures xmlns:asic=\"http://uri.etsi.org/02918/v1.2.1#\">{signature.Trim()}</asic:XAdESSignatures>");
    }

    private byte[] Manifest()
    {
        var digest = Convert.ToBase64String(SHA256.HashData(File.ReadAllBytes(messages.PathOf("content"))));
        return Encoding.UTF8.GetBytes($"""
            <ASiCManifest xmlns="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
              <SigReference URI="META-INF/signature001.p7s" MimeType="application/x-pkcs7-signature"/>
              <DataObjectReference URI="content"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{digest}</ds:DigestValue></DataObjectReference>
            </ASiCManifest>
            """);
    }

    private static byte[] Zip(params (string Name, object Content)[] members)
    {
        using var written = new MemoryStream();
        using (var zip = new ZipArchive(written, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var entry = zip.CreateEntry(name, name == "mimetype" ? CompressionLevel.NoCompression : CompressionLevel.Optimal).Open();
                entry.Write(content as byte[] ?? (File.Exists((string)content) ? File.ReadAllBytes((string)content) : Encoding.UTF8.GetBytes((string)content)));
            }
        }

        return written.ToArray();
    }

    private async Task JudgedAsync(int exitCode, string? reason, string scope, params (string Name, object Content)[] members)
    {
        var run = await RunAsync(Zip(members));
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
        Assert.Equal((reason, scope), (run.Json.GetProperty("subIndication").GetString(), run.Json.GetProperty("signatures")[0].GetProperty("scope").GetString()));
    }

    private Task<CommandResult> RunAsync(byte[] container) => Interlink.RunAsync(container, ["verify", "-", "--trust", messages.PathOf("root.pem"), "--no-revocation", "--json"]);
}
