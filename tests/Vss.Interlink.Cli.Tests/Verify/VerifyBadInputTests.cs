using System.Text;

namespace Vss.Interlink.Cli.Tests.Verify;

public sealed class VerifyBadInputTests : IDisposable
{
    private readonly SignedFiles _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<string, string> Unreadable => new()
    {
        { "", "xml." },
        { "no XML at all", "input.format" },
        { "<a><b></a>", "xml.well-formed" },
        { "<a><b>text</b>", "xml.truncated" },
        { "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>", "xml.forbidden" },
        { string.Concat(Enumerable.Repeat("<a>", 10_001)), "xml.limit" },
        { "<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>", "xml.encoding" },
        { new string(' ', 17 * 1024 * 1024), "xml." },
    };

    [Theory]
    [MemberData(nameof(Unreadable), DisableDiscoveryEnumeration = true)]
    public async Task What_cannot_be_read_is_refused_by_its_rule(string document, string rule)
    {
        var run = await Interlink.RunAsync(Encoding.UTF8.GetBytes(document), ["verify", "-", "--json"]);
        Assert.Equal((65, ""), (run.ExitCode, run.Error));
        Assert.StartsWith(rule, run.Json.GetProperty("errors")[0].GetProperty("rule").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_and_a_folder_are_not_readable()
    {
        Assert.Equal(65, (await Interlink.RunAsync("verify", _files.PathOf("nothing.xml"))).ExitCode);
        Assert.Equal(65, (await Interlink.RunAsync("verify", SignedFiles.Pki.Anchors)).ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("frobnicate")]
    [InlineData("verify")]
    [InlineData("verify RECEIPT RECEIPT")]
    [InlineData("verify --frobnicate", "--frobnicate")]
    [InlineData("verify RECEIPT --frobnicate", "--frobnicate")]
    [InlineData("verify RECEIPT --pubkey RECEIPT", "--pubkey")]
    [InlineData("verify --ocsp RECEIPT RECEIPT", "--ocsp")]
    [InlineData("verify RECEIPT --ocsp", "--ocsp")]
    [InlineData("verify RECEIPT --at yesterday", "--at")]
    [InlineData("verify RECEIPT --at 2026-01-01T00:00:00", "--at")]
    [InlineData("verify RECEIPT --trust /nowhere", "--trust")]
    [InlineData("verify RECEIPT --trust RECEIPT", "--trust")]
    [InlineData("verify RECEIPT --crl RECEIPT", "--crl")]
    [InlineData("verify RECEIPT --policy lenient", "--policy lenient")]
    [InlineData("verify RECEIPT --content /nowhere", "--content")]
    [InlineData("verify RECEIPT --content RECEIPT", "--content")]
    [InlineData("verify RECEIPT --require everything", "--require everything")]
    [InlineData("verify RECEIPT --pubkey /nowhere", "--pubkey")]
    [InlineData("verify RECEIPT --detached a", "--detached")]
    [InlineData("verify RECEIPT --detached a=/nowhere", "--detached")]
    public async Task A_wrong_command_line_is_a_usage_error_that_names_what_is_wrong(string line, string named = "")
    {
        var receipt = await _files.ReceiptAsync();
        var run = await Interlink.RunAsync([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace("RECEIPT", receipt, StringComparison.Ordinal))]);
        Assert.Equal((64, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("interlink: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_what_is_there_and_nothing_that_is_not()
    {
        var run = await Interlink.RunAsync("verify", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.All(["FILE", "--trust", "--extra-certs", "--crl", "--ocsp", "--at", "--no-revocation", "--detached", "--content", "--pubkey", "--policy", "--require", "--json", "65"], word => Assert.Contains(word, run.Out, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_whose_name_begins_with_an_at_sign_is_a_file()
    {
        var file = _files.Write("@receipt", await SignedFiles.SignReceiptAsync());
        Assert.Equal(2, (await Interlink.RunAsync("verify", file)).ExitCode);
    }
}
