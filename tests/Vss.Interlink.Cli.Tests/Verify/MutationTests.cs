using System.Text;
using System.Xml;
using Vss.Interlink.Cli.Verify;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Tests.Verify;

/// <summary>Signed documents with one thing changed, by seeds that are kept. In one process, for there are thousands.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Rounds = 400;
    private const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    private readonly SignedFiles _files = new();
    private readonly TrustStore _store = TrustStore.Load(SignedFiles.Pki.Anchors, SignedFiles.Pki.Intermediates, SignedFiles.Pki.RevocationLists);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("receipt")]
    [InlineData("envelope")]
    [InlineData("seal")]
    public async Task No_changed_octet_breaks_the_judging_off(string form)
    {
        var whole = await SignedAsync(form);
        var random = new Random(20261121);
        for (var round = 0; round < Rounds; round++)
        {
            var at = random.Next(whole.Length);
            Judged(random.Next(3) switch
            {
                0 => [.. whole[..at], (byte)(whole[at] ^ (1 << random.Next(8))), .. whole[(at + 1)..]],
                1 => [.. whole[..at], .. whole[(at + 1)..]],
                _ => [.. whole[..at], .. whole[random.Next(at, whole.Length)..]],
            });
        }
    }

    [Theory]
    [InlineData("receipt")]
    [InlineData("envelope")]
    [InlineData("seal")]
    public async Task No_changed_element_breaks_the_judging_off(string form)
    {
        var whole = await SignedAsync(form);
        var random = new Random(20261122);
        for (var round = 0; round < Rounds; round++)
        {
            var document = XmlTree.Load(whole);
            var elements = document.SelectNodes("//*")!.OfType<XmlElement>().ToList();
            var chosen = elements[random.Next(elements.Count)];
            Change(chosen, elements[random.Next(elements.Count)], random.Next(7));
            if (document.DocumentElement is not null) Judged(Encoding.UTF8.GetBytes(document.OuterXml));
        }
    }

    [Fact]
    public async Task No_change_to_what_a_receipt_says_passes()
    {
        var whole = await SignedAsync("receipt");
        var signature = whole.AsSpan().IndexOf("<ds:Signature"u8);
        var random = new Random(20261123);
        for (var round = 0; round < Rounds; round++)
        {
            var at = random.Next(signature);
            Assert.NotEqual(0, Judged([.. whole[..at], (byte)(whole[at] ^ (1 << random.Next(8))), .. whole[(at + 1)..]]));
        }
    }

    [Fact]
    public async Task No_changed_octet_of_a_certificate_in_an_envelope_breaks_the_judging_off()
    {
        var whole = Encoding.UTF8.GetString(await SignedAsync("envelope"));
        var end = whole.IndexOf("</wsse:BinarySecurityToken>", StringComparison.Ordinal);
        var start = whole.LastIndexOf('>', end) + 1;
        var certificate = Convert.FromBase64String(whole[start..end]);
        for (var at = 0; at < certificate.Length; at++)
        {
            var changed = (byte[])certificate.Clone();
            changed[at] ^= 0x15;
            Assert.NotEqual(0, Judged(Encoding.UTF8.GetBytes(whole[..start] + Convert.ToBase64String(changed) + whole[end..])));
        }
    }

    private static void Change(XmlElement chosen, XmlElement other, int how)
    {
        switch (how)
        {
            case 0: chosen.ParentNode!.RemoveChild(chosen); break;
            case 1: (chosen.ParentNode as XmlElement)?.InsertAfter(chosen.CloneNode(deep: true), chosen); break;
            case 2: chosen.PrependChild(chosen.OwnerDocument.CreateElement("ds", "Other", Dsig)); break;
            case 3: chosen.AppendChild(other.CloneNode(deep: true)); break;
            case 4: chosen.InnerText = ""; break;
            case 5: chosen.RemoveAllAttributes(); break;
            default: chosen.PrependChild(chosen.OwnerDocument.CreateComment("x")); break;
        }
    }

    private Task<byte[]> SignedAsync(string form) => form switch
    {
        "receipt" => SignedFiles.SignReceiptAsync(),
        "envelope" => ReadAsync(_files.EnvelopeAsync()),
        _ => ReadAsync(_files.SealAsync()),
    };

    private static async Task<byte[]> ReadAsync(Task<string> file) => await File.ReadAllBytesAsync(await file);

    private int Judged(byte[] octets)
    {
        var report = SignedDocument.Judge(new VerifyRequest
        {
            File = _files.Write("changed.xml", octets),
            Store = _store,
            Policy = new ValidationPolicy(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity),
            At = SignedFiles.Now,
            Algorithms = SignaturePolicy.Default,
            Detached = new Dictionary<string, string>(),
            Required = [],
        });
        Assert.False(report.Errors is [{ Rule: "verify.completed" }], string.Join(", ", report.Errors));
        Assert.True(report.ExitCode is 0 or 1 or 2 or 3 or 65, report.ToString());
        return report.ExitCode;
    }
}
