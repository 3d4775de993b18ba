using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.XmlSecurity.Tests.Documents;
using Vss.Interlink.XmlSecurity.Tests.Reading;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

public sealed class CanonicalizationTests
{
    [Fact]
    public void Several_forms_come_out_of_one_pass_as_out_of_one_pass_each() => GeneratedDocuments.All(500, xml =>
    {
        var octets = Encoding.UTF8.GetBytes(xml);
        var requests = CanonicalizationMethod.All.SelectMany(method => (XmlSelection[])[XmlSelection.Document, XmlSelection.Element(1)], (method, selection) => (method, selection, Memory: new ArrayBufferWriter<byte>())).ToArray();
        var canonicalizers = requests.Select(request => new Canonicalizer(request.method, request.selection, OctetSink.To(request.Memory))).ToArray();
        using var slow = new SlowStream(octets, 5);
        Assert.Null(Canonicalization.Write(slow, Ours.Wide, canonicalizers));
        foreach (var (method, selection, memory) in requests) Assert.Equal(Ours.Write(octets, method, selection), memory.WrittenSpan.ToArray());
        foreach (var canonicalizer in canonicalizers) canonicalizer.Dispose();
    });

    [Fact]
    public void Every_sink_gets_the_same_octets()
    {
        var octets = Encoding.UTF8.GetBytes("<a>" + string.Concat(Enumerable.Repeat("<b c='&amp;'>chữ ký &lt; dấu</b>\r\n", 5_000)) + new string('x', 100_000) + "</a>");
        var expected = Ours.Write(octets, CanonicalizationMethod.Inclusive);
        using var stream = new MemoryStream();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Assert.Null(Canonicalization.Write(octets, Ours.Wide, CanonicalizationMethod.Inclusive, XmlSelection.Document, OctetSink.To(stream)));
        Assert.Null(Canonicalization.Write(octets, Ours.Wide, CanonicalizationMethod.Inclusive, XmlSelection.Document, OctetSink.To(digest)));
        Assert.Equal(expected, stream.ToArray());
        Assert.Equal(SHA256.HashData(expected), digest.GetHashAndReset());
    }

    [Theory]
    [InlineData("<a><b></a>", XmlRefusalKind.NotWellFormed)]
    [InlineData("<a><b/>", XmlRefusalKind.Truncated)]
    [InlineData("<!DOCTYPE a><a/>", XmlRefusalKind.ForbiddenConstruct)]
    [InlineData("<?xml version='1.0' encoding='x'?><a/>", XmlRefusalKind.UnsupportedEncoding)]
    [InlineData("<a/><b/>", XmlRefusalKind.NotWellFormed)]
    public void What_is_wrong_anywhere_in_the_document_is_a_refusal_even_behind_the_selection(string xml, XmlRefusalKind kind)
    {
        var refusal = Canonicalization.Write(Encoding.UTF8.GetBytes(xml), new XmlLimits(), CanonicalizationMethod.Exclusive, XmlSelection.Element(1), OctetSink.To(Stream.Null));
        Assert.Equal(kind, refusal!.Kind);
        Assert.StartsWith("line 1, column ", refusal.At, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_is_a_refusal_that_names_it()
    {
        var refusal = Canonicalization.Write("<a><b><c/></b></a>"u8.ToArray(), new XmlLimits { MaxDepth = 2 }, CanonicalizationMethod.Exclusive, XmlSelection.Document, OctetSink.To(Stream.Null));
        Assert.Equal(new XmlRefusal(XmlRefusalKind.LimitExceeded, "the document has elements nested deeper than 2 levels", "line 1, column 7, octet 6"), refusal);
    }

    [Fact]
    public void A_sink_that_fails_fails_as_itself()
    {
        using var closed = new MemoryStream();
        closed.Close();
        Assert.Throws<ObjectDisposedException>(() => Canonicalization.Write("<a/>"u8.ToArray(), new XmlLimits(), CanonicalizationMethod.Exclusive, XmlSelection.Document, OctetSink.To(closed)));
    }
}
