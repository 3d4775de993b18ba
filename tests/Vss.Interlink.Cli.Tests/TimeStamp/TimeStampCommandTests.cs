using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Cli.Tests.TimeStamp;

/// <summary><c>interlink tsp verify</c> from the outside, on what <c>openssl ts</c> made.</summary>
public sealed class TimeStampCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-tsp-");
    private readonly Holder _root = Holder.Root("CN=Root", Current);

    public TimeStampCommandTests()
    {
        using var authority = new OpenSslTimeStamps(_root, Current);
        var (request, response) = authority.Stamp("hồ sơ"u8.ToArray());
        File.WriteAllBytes(PathOf("data"), "hồ sơ"u8.ToArray());
        File.WriteAllBytes(PathOf("other"), "hồ so"u8.ToArray());
        File.WriteAllBytes(PathOf("request.tsq"), request);
        File.WriteAllBytes(PathOf("other.tsq"), authority.Stamp([1]).Request);
        File.WriteAllBytes(PathOf("response.tsr"), response);
        File.WriteAllBytes(PathOf("token.der"), authority.Token(response));
        File.WriteAllBytes(PathOf("refused.tsr"), [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]);
        File.WriteAllText(PathOf("root.pem"), _root.Certificate.ExportCertificatePem());
        File.WriteAllBytes(PathOf("root.crl"), _root.List(list => (list.ThisUpdate, list.NextUpdate) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1))));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0, "response.tsr --trust root.pem --data data --request request.tsq --no-revocation")]
    [InlineData(0, "token.der --trust root.pem --data data --crl root.crl")]
    [InlineData(0, "token.der --trust root.pem --no-revocation")]
    [InlineData(1, "token.der --trust root.pem --data other --no-revocation", "HASH_FAILURE")]
    [InlineData(1, "token.der --trust root.pem --data data --request other.tsq --no-revocation", "HASH_FAILURE")]
    [InlineData(2, "token.der --data data --no-revocation", "NO_CERTIFICATE_CHAIN_FOUND")]
    [InlineData(2, "token.der --trust root.pem --data data", "TRY_LATER")]
    [InlineData(2, "token.der --trust root.pem --data data --no-revocation --at 2020-01-01T00:00:00Z", "SIG_CONSTRAINTS_FAILURE")]
    [InlineData(3, "refused.tsr --trust root.pem")]
    [InlineData(65, "root.pem --trust root.pem")]
    [InlineData(65, "nowhere --trust root.pem")]
    [InlineData(64, "token.der --data nowhere")]
    [InlineData(64, "token.der --request data")]
    [InlineData(64, "")]
    public async Task A_token_is_judged(int exitCode, string arguments, string? reason = null)
    {
        string[] words = [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => File.Exists(PathOf(word)) ? PathOf(word) : word)];
        var run = await Interlink.RunAsync(["tsp", "verify", .. words, "--json"]);
        Assert.True(exitCode == run.ExitCode, run.Out + run.Error);
        if (exitCode < 64) Assert.Equal(reason, run.Json.GetProperty("subIndication").GetString());
        if (exitCode == 0) Assert.Equal(("RFC 3161", "intact"), (run.Json.GetProperty("signatures")[0].GetProperty("format").GetString(), run.Json.GetProperty("signatures")[0].GetProperty("integrity").GetString()));
    }

    private static void Current(CertificateSettings settings) => (settings.NotBefore, settings.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(30));

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
