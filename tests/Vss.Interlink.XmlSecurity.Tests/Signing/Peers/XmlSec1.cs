namespace Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

/// <summary>Debian's xmlsec1 (libxmlsec, C). It is told which attributes are identifiers; 1.2.37 knows no RSASSA-PSS.</summary>
internal static class XmlSec1
{
    private const string Program = "/usr/bin/xmlsec1";

    // Identifiers that every signature of ours may refer to.
    private static readonly string[] s_ownIds =
        ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object"];

    /// <summary>Asserts that xmlsec1 verifies a signature with the root as anchor.</summary>
    public static void AssertVerifies(byte[] signed, params string[] arguments)
    {
        var (exitCode, said) = Verify(signed, arguments);
        Assert.True(exitCode == 0, $"xmlsec1 ended with {exitCode}: {said}\n{System.Text.Encoding.UTF8.GetString(signed)}");
    }

    /// <summary>Asserts that it does not.</summary>
    public static void AssertRefuses(byte[] signed, params string[] arguments) => Assert.NotEqual(0, Verify(signed, arguments).ExitCode);

    private static (int ExitCode, string Said) Verify(byte[] signed, string[] arguments)
    {
        using var folder = new PeerFolder();
        var root = folder.Write("root.pem", TestKeys.RootPem);
        var file = folder.Write("signed.xml", signed);
        return folder.Run(Program, ["--verify", "--trusted-pem", root, .. s_ownIds, .. arguments, file]);
    }
}
