using System.Text;
using Vss.Interlink.XmlSecurity.Reading;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Tests.Documents;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>What the first pass digests because it foresees it must never show, but in how much is read.</summary>
public sealed class BoundedReadingTests
{
    private const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private const string Inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    private const string Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    private static readonly string Digest = Convert.ToBase64String(new byte[32]);

    // A request that keeps something, if nothing in the end, has everything computed in the second pass.
    private static readonly VerificationRequest Foreseeing = new() { Xml = XmlLimits.OwnFiles };
    private static readonly VerificationRequest Plain = new() { Xml = XmlLimits.OwnFiles, Keep = _ => false };

    private static readonly string OfDocument = Reference("", Enveloped, Exclusive);

    public static TheoryData<string> Documents =>
    [
        $"<a>text{Signature(OfDocument)}</a>",
        $"\uFEFF<?xml version='1.0'?><!-- before --><?p before?><a xmlns='urn:a'  b=\"1\">\r\n<b/>\n{Signature(OfDocument)}\n</a><!-- behind --><?p behind?>\n",
        $"<a>{Signature(OfDocument)}<b>behind</b></a>",
        $"<a><b>before</b>{Signature(OfDocument)}<b>behind</b></a>",
        $"<a><b>{Signature(OfDocument)}</b></a>",
        $"<a><b>{Signature(OfDocument)}</b>{Signature(OfDocument)}</a>",
        $"<a>{Signature(OfDocument)}<b/>{Signature(OfDocument)}</a>",
        Signature(OfDocument),
        $"<a><b xmlns='relative'/>{Signature(OfDocument)}</a>",
        $"<a Id='r'><b Id='i'>before</b>{Signature(OfDocument + Reference("#i", Exclusive))}</a>",
        $"<a Id='r'><b Id='i'>before</b>{Signature(OfDocument + Reference("#r", Enveloped, Exclusive))}</a>",
        $"<a Id='r'><b>before</b>{Signature(OfDocument + Reference("#o", Exclusive), "<Object Id='o'>held<b/></Object>")}</a>",
        $"<a Id='r'><b>before</b>{Signature(OfDocument, $"<Object Id='o'>{Signature(OfDocument + Reference("#o", Exclusive))}</Object>")}</a>",
        $"<a Id='r'><b>before</b>{Signature(Reference("#o", Exclusive), $"<Object Id='o'><Manifest>{OfDocument}</Manifest></Object>")}</a>",
        $"<a xmlns:p='urn:p'><p:b>before</p:b>{Signature(Reference("", Enveloped, Inclusive))}</a>",
        $"<a xmlns:p='urn:p'><p:b>before</p:b>{Signature(Reference("", Enveloped))}</a>",
        $"<a xmlns:p='urn:p'><p:b>before</p:b>{Signature(Reference("", Exclusive))}<!-- {Enveloped} --></a>",
        $"<a><!-- comment -->{Signature(Reference("#xpointer(/)", Enveloped, Exclusive))}</a>",
        $"<a><b/>{Signature("<Reference URI=''><Transforms><Transform Algorithm='http://www.w3.org/TR/1999/REC-xpath-19991116'><XPath xmlns:d='http://www.w3.org/2000/09/xmldsig#'>not(ancestor-or-self::d:Signature)</XPath></Transform>" + $"<Transform Algorithm=\"{Exclusive}\"/></Transforms><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue>{Digest}</DigestValue></Reference>")}<!-- {Enveloped} --></a>",
        $"<a><b/>{Signature(OfDocument + OfDocument.Replace("xmlenc#sha256", "xmlenc#sha512", StringComparison.Ordinal).Replace(Digest, Convert.ToBase64String(new byte[64]), StringComparison.Ordinal))}</a>",
        $"<a><b></a>{Signature(OfDocument)}</a>",
        $"<a>{Signature(OfDocument)}<b></a>",
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_foreseen_digest_changes_no_report(string document) => AssertSame(document);

    [Fact]
    public void A_foreseen_digest_changes_no_report_of_generated_documents() => GeneratedDocuments.All(400, xml =>
    {
        var end = EndOfRoot(xml);
        if (end > 0) AssertSame(xml.Insert(end, Signature(OfDocument)));
    });

    [Fact]
    public void The_second_pass_does_not_read_what_the_first_one_digested()
    {
        var content = new StringBuilder("<a>").Insert(3, "<b>content</b>", 40_000).ToString();
        Assert.InRange(OctetsRead(content + Signature(OfDocument) + "</a>"), 1.0, 1.5);
        Assert.InRange(OctetsRead(content + Signature(OfDocument + Reference("#xpointer(/)", Enveloped, Exclusive)) + "</a>"), 1.9, 2.1);
    }

    [Fact]
    public void A_place_behind_what_was_not_read_again_is_the_place_in_the_document()
    {
        // The namespace of the Object is refused while it is canonicalised, in the second pass.
        var document = $"<a>\n<b>ữ\r\n</b>\n{Signature(OfDocument + Reference("#o", Exclusive), "<Object Id='o'><b xmlns='relative'/></Object>")}</a>";
        var steps = Steps(Encoding.UTF8.GetBytes(document), Foreseeing, asStream: true);
        Assert.Contains("line 4, column", steps, StringComparison.Ordinal);
        Assert.Equal(Steps(Encoding.UTF8.GetBytes(document), Plain, asStream: true), steps);
    }

    private static void AssertSame(string document)
    {
        foreach (var octets in new[] { Encoding.UTF8.GetBytes(document), [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(document)] })
        {
            var expected = Steps(octets, Plain, asStream: false);
            Assert.Equal(expected, Steps(octets, Foreseeing, asStream: false));
            Assert.Equal(expected, Steps(octets, Foreseeing, asStream: true));
        }
    }

    // The ladder tells the digests that were found.
    private static string Steps(byte[] octets, VerificationRequest request, bool asStream)
    {
        using var stream = new MemoryStream([0, .. octets]) { Position = 1 };
        using var report = asStream ? SignatureVerifier.Verify(stream, request) : SignatureVerifier.Verify(octets, request);
        var text = new StringBuilder().AppendLine($"{report.Refusal}");
        foreach (var signature in report.Signatures)
        {
            text.AppendLine($"{signature.At} {signature.Verdict.Indication} {signature.Verdict.SubIndication} {signature.Scope} {signature.HasAllParts} {signature.CounterSigns}");
            foreach (var step in signature.Verdict.Ladder) text.AppendLine($"{step.Rule} {step.Ok} {step.At} {step.Detail}");
            foreach (var part in signature.Parts) text.AppendLine($"{part}");
            foreach (var reference in signature.References) text.AppendLine($"{reference.Coverage} {reference.Ordinal} {reference.Integrity}");
        }

        return text.ToString();
    }

    private static double OctetsRead(string document)
    {
        var octets = Encoding.UTF8.GetBytes(document);
        using var stream = new CountingStream(octets);
        using var report = SignatureVerifier.Verify(stream, Foreseeing);
        Assert.Contains(SignatureRules.Digest, Verified.Broken(Assert.Single(report.Signatures)));
        return (double)stream.OctetsRead / octets.Length;
    }

    private static int EndOfRoot(string document)
    {
        using var xml = new XmlTokenizer(Encoding.UTF8.GetBytes(document), XmlLimits.OwnFiles);
        while (xml.Read())
        {
            if (xml.Kind == XmlTokenKind.EndElement && xml.Depth == 1) return xml.Source.IsEmpty ? 0 : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(document)[..(int)xml.StartOffset]).Length;
        }

        return 0;
    }

    private static string Reference(string uri, params string[] transforms) =>
        $"<Reference URI=\"{uri}\"><Transforms>{string.Concat(transforms.Select(transform => $"<Transform Algorithm=\"{transform}\"/>"))}</Transforms><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue>{Digest}</DigestValue></Reference>";

    private static string Signature(string references, string objects = "") =>
        $"<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo><CanonicalizationMethod Algorithm=\"{Exclusive}\"/><SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>{references}</SignedInfo><SignatureValue>{Convert.ToBase64String(new byte[256])}</SignatureValue>{objects}</Signature>";

    private sealed class CountingStream(byte[] octets) : MemoryStream(octets, writable: false)
    {
        public long OctetsRead { get; private set; }

        // The stream reads into spans by this one too.
        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = base.Read(buffer, offset, count);
            OctetsRead += read;
            return read;
        }
    }
}
