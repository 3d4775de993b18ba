using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Cli.Tests.Pki;

/// <summary><c>interlink pki validate</c> from the outside: files, exit codes, JSON.</summary>
public sealed class PkiCommandTests : IDisposable
{
    private const string At = "2026-11-20T12:00:00Z";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-pki-");
    private readonly Holder _root = Holder.Root();
    private readonly Holder _authority;
    private readonly Holder _leaf;

    public PkiCommandTests()
    {
        _authority = _root.Authority("CN=Authority");
        _leaf = _authority.Issue("CN=Leaf", settings => settings.With(Extensions.DnsNames("hub.example.vn"), Extensions.Policies("1.3.6.1.4.1.55555.2.1")));
        File.WriteAllText(PathOf("root.pem"), _root.Certificate.ExportCertificatePem());
        File.WriteAllBytes(PathOf("authority.der"), _authority.Certificate.RawData);
        File.WriteAllText(PathOf("leaf.pem"), _leaf.Certificate.ExportCertificatePem());
        File.WriteAllBytes(PathOf("root.crl"), _root.List());
        File.WriteAllBytes(PathOf("authority.crl"), _authority.List());
        File.WriteAllBytes(PathOf("revoking.crl"), _authority.List(list => list.Revoke(_leaf)));
        File.WriteAllBytes(PathOf("leaf.ocsp"), _authority.Answer(_leaf, _authority));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0, "--trust root.pem --intermediates authority.der --crl root.crl --crl authority.crl")]
    [InlineData(0, "--trust root.pem --intermediates authority.der --crl root.crl --ocsp leaf.ocsp --purpose serverAuth --name dns:hub.example.vn")]
    [InlineData(0, "--trust root.pem --intermediates authority.der --revocation off --max-depth 1 --policy-oid 1.3.6.1.4.1.55555.2.1")]
    [InlineData(0, "--trust root.pem --intermediates authority.der --revocation if-available")]
    [InlineData(0, "--trust authority.der --revocation off")]
    [InlineData(2, "--trust root.pem --revocation off", "NO_CERTIFICATE_CHAIN_FOUND")]
    [InlineData(2, "--revocation off", "NO_CERTIFICATE_CHAIN_FOUND")]
    [InlineData(2, "--trust root.pem --intermediates authority.der", "TRY_LATER")]
    [InlineData(2, "--trust root.pem --intermediates authority.der --crl root.crl --crl revoking.crl", "REVOKED_NO_POE")]
    [InlineData(2, "--trust root.pem --intermediates authority.der --revocation if-available --crl revoking.crl", "REVOKED_NO_POE")]
    [InlineData(2, "--trust root.pem --intermediates authority.der --revocation off --max-depth 0", "NO_CERTIFICATE_CHAIN_FOUND")]
    [InlineData(2, "--trust root.pem --intermediates authority.der --revocation off --explicit-policy", "CHAIN_CONSTRAINTS_FAILURE")]
    [InlineData(2, "--trust root.pem --intermediates authority.der --revocation off --name dns:other.example.vn", "CHAIN_CONSTRAINTS_FAILURE")]
    [InlineData(2, "--trust root.pem --intermediates authority.der --revocation off --purpose timeStamping", "CHAIN_CONSTRAINTS_FAILURE")]
    [InlineData(2, "--trust root.pem --intermediates authority.der --revocation off --at 2036-01-01T00:00:00Z", "OUT_OF_BOUNDS_NO_POE")]
    public async Task A_certificate_is_judged(int exitCode, string options, string? reason = null)
    {
        var at = options.Contains("--at ", StringComparison.Ordinal) ? [] : new[] { "--at", At };
        var run = await Interlink.RunAsync(["pki", "validate", PathOf("leaf.pem"), .. options.Split(' ').Select(word => File.Exists(PathOf(word)) ? PathOf(word) : word), .. at, "--json"]);
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
        Assert.Equal((exitCode == 0 ? "TOTAL-PASSED" : "INDETERMINATE", reason), (run.Json.GetProperty("indication").GetString(), run.Json.GetProperty("subIndication").GetString()));
        Assert.Equal("CN=Leaf", run.Json.GetProperty("signatures")[0].GetProperty("signer").GetProperty("subject").GetString());
    }

    [Theory]
    [InlineData(64, "leaf.pem --trust nowhere.pem", "--trust")]
    [InlineData(64, "leaf.pem --purpose everything", "--purpose")]
    [InlineData(64, "leaf.pem --revocation sometimes", "--revocation")]
    [InlineData(64, "leaf.pem --name hub.example.vn", "--name")]
    [InlineData(64, "leaf.pem --name dns:10.0.0.1", "--name")]
    [InlineData(64, "leaf.pem --name dns:[2001:db8::1]", "--name")]
    [InlineData(64, "leaf.pem --name dns:*.example.vn", "--name")]
    [InlineData(64, "leaf.pem --name ip:10.0.0.1", "--name")]
    [InlineData(64, "leaf.pem --policies root.pem", "--policy")]
    [InlineData(64, "leaf.pem --policy-oid gold", "gold")]
    [InlineData(64, "leaf.pem --max-depth -1", "--max-depth")]
    [InlineData(64, "leaf.pem --ocsp root.crl", "--ocsp")]
    [InlineData(64, "--frobnicate", "--frobnicate")]
    [InlineData(65, "root.crl --trust root.pem", "certificate")]
    [InlineData(65, "nowhere.pem --trust root.pem", "nowhere.pem")]
    public async Task What_cannot_be_used_is_named(int exitCode, string arguments, string named)
    {
        var run = await Interlink.RunAsync(["pki", "validate", .. arguments.Split(' ').Select(word => File.Exists(PathOf(word)) ? PathOf(word) : word)]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(named, run.Out + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dns:b\u1ea3o-hi\u1ec3m.vn", 0)]
    [InlineData("dns:B\u1ea2O-HI\u1ec2M.vn", 0)]
    [InlineData("dns:xn--bo-him-bd8b9j.vn", 0)]
    [InlineData("dns:bao-hiem.vn", 2)]
    [InlineData("dns:ba\u0309o-hie\u0302\u0309m.vn", 64)]   // not composed: no name that a user meant
    public async Task A_host_of_any_script_is_asked_for_as_certificates_have_it(string name, int exitCode)
    {
        File.WriteAllText(PathOf("host.pem"), _authority.Issue("CN=Host", settings => settings.With(Extensions.DnsNames("xn--bo-him-bd8b9j.vn"))).Certificate.ExportCertificatePem());
        var run = await Interlink.RunAsync("pki", "validate", PathOf("host.pem"), "--trust", PathOf("authority.der"), "--revocation", "off", "--at", At, "--name", name);
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
