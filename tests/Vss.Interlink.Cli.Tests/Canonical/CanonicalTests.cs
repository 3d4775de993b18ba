using System.Diagnostics;
using System.Text;

namespace Vss.Interlink.Cli.Tests.Canonical;

public sealed class CanonicalTests : IDisposable
{
    private const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private const string Inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    private const string Inclusive11 = "http://www.w3.org/2006/12/xml-c14n11";
    private const string Awkward =
        "<?xml version='1.0'?>\r\n<?style here?><!-- before --><d:dossier xmlns:d='urn:d' xmlns:x='urn:x' b='2' a=\"&quot;1&#9;&lt;\" xml:lang='vi'>\r\n" +
        "<x:part xmlns='urn:default' Id='p'  z = 'ký'><!-- in --><empty/><![CDATA[a < b & c]]>&#13;&gt;</x:part><plain xml:id='q' xmlns:unused='urn:u'/></d:dossier>\n<!-- after -->\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("c14n-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Inclusive + "#WithComments", "--c14n")]
    [InlineData(Inclusive11 + "#WithComments", "--c14n11")]
    [InlineData(Exclusive + "WithComments", "--exc-c14n")]
    public async Task The_octets_are_those_of_xmllint(string algorithm, string option)
    {
        var expected = await XmllintAsync(option, File(Awkward));
        var run = await Interlink.RunAsync("c14n", File(Awkward), "--algorithm", algorithm);
        Assert.Equal((0, expected, ""), (run.ExitCode, run.Out, run.Error));
    }

    [Theory]
    [InlineData(Exclusive, null, "p", "<x:part xmlns:x=\"urn:x\" Id=\"p\" z=\"ký\"><empty xmlns=\"urn:default\"></empty>a &lt; b &amp; c&#xD;&gt;</x:part>")]
    [InlineData(Exclusive, "d #default", "p", "<x:part xmlns=\"urn:default\" xmlns:d=\"urn:d\" xmlns:x=\"urn:x\" Id=\"p\" z=\"ký\"><empty></empty>a &lt; b &amp; c&#xD;&gt;</x:part>")]
    [InlineData(Inclusive, null, "q", "<plain xmlns:d=\"urn:d\" xmlns:unused=\"urn:u\" xmlns:x=\"urn:x\" xml:id=\"q\" xml:lang=\"vi\"></plain>")]
    [InlineData(Inclusive11, null, "q", "<plain xmlns:d=\"urn:d\" xmlns:unused=\"urn:u\" xmlns:x=\"urn:x\" xml:id=\"q\" xml:lang=\"vi\"></plain>")]
    [InlineData(Exclusive, null, "q", "<plain xml:id=\"q\"></plain>")]
    public async Task An_element_is_taken_by_its_identifier_with_what_it_inherits(string algorithm, string? prefixes, string id, string expected)
    {
        string[] list = prefixes is null ? [] : ["--inclusive-prefixes", prefixes];
        var run = await Interlink.RunAsync(["c14n", File(Awkward), "--algorithm", algorithm, "--id", id, .. list]);
        Assert.Equal((0, expected, ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Signatures_are_left_out_when_asked()
    {
        const string document = "<a><s:Signature xmlns:s='http://www.w3.org/2000/09/xmldsig#'><s:Object>x</s:Object></s:Signature><Signature>mine</Signature></a>";
        var run = await Interlink.RunAsync(Encoding.UTF8.GetBytes(document), ["c14n", "-", "--algorithm", Exclusive, "--skip-signature"]);
        Assert.Equal((0, "<a><Signature>mine</Signature></a>"), (run.ExitCode, run.Out));
    }

    [Fact]
    public async Task A_document_of_a_thousand_levels_and_namespaces_is_nothing_special()
    {
        var document = new StringBuilder();
        for (var level = 0; level < 1000; level++) document.Append($"<n{level}:e xmlns:n{level}='urn:{level}'>");
        for (var level = 999; level >= 0; level--) document.Append($"</n{level}:e>");
        var run = await Interlink.RunAsync(Encoding.UTF8.GetBytes(document.ToString()), ["c14n", "-", "--algorithm", Exclusive]);
        Assert.Equal((0, document.ToString().Replace('\'', '"')), (run.ExitCode, run.Out));
    }

    [Theory]
    [InlineData("<a><b></a>")]
    [InlineData("<a>it breaks off")]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("")]
    [InlineData("<a xmlns='relative'/>")]
    [InlineData("<a><b Id='i'/><c Id='i'/></a>", "--id", "i")]
    [InlineData("<a Id='i'/>", "--id", "j")]
    public async Task What_has_no_canonical_form_leaves_standard_output_empty(string document, params string[] options)
    {
        var run = await Interlink.RunAsync(Encoding.UTF8.GetBytes(document), ["c14n", "-", "--algorithm", Inclusive, .. options]);
        Assert.Equal((65, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("interlink: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c14n -")]
    [InlineData("c14n --algorithm http://www.w3.org/2001/10/xml-exc-c14n#")]
    [InlineData("c14n - --algorithm http://www.w3.org/2001/10/xml-exc-c14n")]
    [InlineData("c14n - --algorithm http://www.w3.org/2006/12/xml-c14n11 --inclusive-prefixes a")]
    [InlineData("c14n --frobnicate --algorithm http://www.w3.org/2006/12/xml-c14n11")]
    public async Task A_wrong_command_line_is_told(string line)
    {
        var run = await Interlink.RunAsync(line.Split(' '));
        Assert.Equal((64, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("interlink: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_readable() =>
        Assert.Equal(65, (await Interlink.RunAsync("c14n", Path.Combine(_folder, "nothing.xml"), "--algorithm", Exclusive)).ExitCode);

    private string File(string document)
    {
        var path = Path.Combine(_folder, "document.xml");
        System.IO.File.WriteAllText(path, document);
        return path;
    }

    private static async Task<string> XmllintAsync(string option, string path)
    {
        using var xmllint = Process.Start(new ProcessStartInfo("xmllint", [option, path]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var output = await xmllint.StandardOutput.ReadToEndAsync();
        await xmllint.WaitForExitAsync();
        Assert.Equal(0, xmllint.ExitCode);
        return output;
    }
}
