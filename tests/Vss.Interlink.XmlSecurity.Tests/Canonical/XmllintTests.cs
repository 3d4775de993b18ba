using System.Diagnostics;
using System.Text;
using Vss.Interlink.XmlSecurity.Tests.Documents;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

public sealed class XmllintTests
{
    [Theory]
    [InlineData("--c14n")]
    [InlineData("--c14n11")]
    [InlineData("--exc-c14n")]
    public async Task Xmllint_prints_the_same_octets(string option)
    {
        const int Documents = 300;
        var method = option switch
        {
            "--c14n" => CanonicalizationMethod.InclusiveWithComments,
            "--c14n11" => CanonicalizationMethod.Inclusive11WithComments,
            _ => CanonicalizationMethod.ExclusiveWithComments,
        };
        var folder = Directory.CreateTempSubdirectory("xmllint");
        try
        {
            List<string> files = [];
            using var expected = new MemoryStream();
            GeneratedDocuments.Some(Documents, xml =>
            {
                // libxml2 replaces nothing in namespace names, see Libxml2.
                var octets = Encoding.UTF8.GetBytes(xml.Replace("?p=1&amp;q=2", "?p=1;q=2", StringComparison.Ordinal));
                files.Add(Path.Combine(folder.FullName, $"{files.Count}.xml"));
                File.WriteAllBytes(files[^1], octets);
                expected.Write(Ours.Write(octets, method));
            });
            using var xmllint = Process.Start(new ProcessStartInfo("xmllint", ["--noent", option, .. files]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = xmllint.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            using var printed = new MemoryStream();
            await xmllint.StandardOutput.BaseStream.CopyToAsync(printed, TestContext.Current.CancellationToken);
            Assert.True(expected.ToArray().AsSpan().SequenceEqual(printed.ToArray()), $"{expected.Length} {printed.Length} {await errors}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
