using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Cli.Tests.Pki;

/// <summary>What is no number, no certificate or no list ends in an exit code of the contract.</summary>
public sealed class PkiBadInputTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-pki-");
    private readonly Holder _root = Holder.Root();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    [InlineData("1.5")]
    public async Task A_depth_that_is_no_number_is_a_usage_error(string depth)
    {
        var run = await Interlink.RunAsync("pki", "validate", Put("root.crt", _root), "--trust", Put("root.crt", _root), "--revocation", "off", "--max-depth", depth);
        Assert.Equal((64, true), (run.ExitCode, run.Error.Contains("--max-depth", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_folder_without_certificates_is_not_readable()
    {
        var empty = _folder.CreateSubdirectory("empty").FullName;
        Assert.Equal(65, (await Interlink.RunAsync("pki", "validate", empty, "--trust", Put("root.crt", _root), "--revocation", "off")).ExitCode);
    }

    [Fact]
    public async Task A_folder_without_lists_and_a_responder_that_said_nothing_leave_the_status_open()
    {
        var empty = _folder.CreateSubdirectory("lists").FullName;
        var leaf = Put("leaf.crt", _root.Issue(set: settings => (settings.NotBefore, settings.NotAfter) = (SignedNow.AddDays(-1), SignedNow.AddDays(1))));
        var silent = Path.Combine(_folder.FullName, "later.ocsp");
        await File.WriteAllBytesAsync(silent, [0x30, 3, 0x0a, 1, 3]);   // tryLater
        string[] asked = ["pki", "validate", leaf, "--trust", Put("root.crt", _root), "--json"];
        foreach (var more in (string[][])[["--crl", empty], ["--ocsp", empty], ["--ocsp", silent]])
        {
            var run = await Interlink.RunAsync([.. asked, .. more]);
            Assert.Equal((2, "TRY_LATER"), (run.ExitCode, run.Json.GetProperty("subIndication").GetString()));
        }
    }

    private static DateTimeOffset SignedNow => TimeProvider.System.GetUtcNow();

    private string Put(string name, Holder holder)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, holder.Certificate.ExportCertificatePem());
        return path;
    }
}
