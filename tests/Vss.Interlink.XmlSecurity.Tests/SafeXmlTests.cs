using System.Text;
using System.Xml;

namespace Vss.Interlink.XmlSecurity.Tests;

public sealed class SafeXmlTests
{
    private static readonly XmlLimits Limits = new() { MaxBytes = 4096, MaxDepth = 5, MaxElements = 20, MaxAttributes = 4, MaxNameLength = 20, MaxAttributeLength = 50, MaxNamespaces = 3 };

    [Theory]
    [InlineData("<a/>")]
    [InlineData("<?xml version='1.0' encoding='UTF-8'?><a>é<b/></a>")]
    [InlineData("<a><![CDATA[x]]><!-- c --><?p i?>&amp;&#x10FFFF;</a>")]
    public void A_well_formed_document_is_read(string xml) => Assert.NotNull(Read(SafeXml.Reader(Encoding.UTF8.GetBytes(xml), Limits)).Document);

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("<a><b></a></b>")]
    [InlineData("<a x='1' x='2'/>")]
    [InlineData("<a/><b/>")]
    [InlineData("<a>&undeclared;</a>")]
    [InlineData("<a>&#0;</a>")]
    [InlineData("<p:a/>")]
    public void What_is_not_well_formed_is_refused(string xml) => Assert.Equal(XmlRefusalKind.NotWellFormed, Refused(xml).Kind);

    [Theory]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")]
    [InlineData("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>")]
    public void A_document_type_declaration_is_refused(string xml) => Assert.Equal(XmlRefusalKind.ForbiddenConstruct, Refused(xml).Kind);

    [Theory]
    [InlineData("<ab>")]
    [InlineData("<a><b")]
    [InlineData("<a>text")]
    public void A_document_that_ends_early_is_refused_as_truncated(string xml) => Assert.Equal(XmlRefusalKind.Truncated, Refused(xml).Kind);

    [Theory]
    [InlineData("<a><b><c><d><e><f/></e></d></c></b></a>", "levels")]
    [InlineData("<a b='' c='' d='' e='' f=''/>", "attributes")]
    [InlineData("<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/>", "element name")]
    [InlineData("<a bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb=''/>", "attribute name")]
    [InlineData("<a b='xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'/>", "attribute longer")]
    [InlineData("<a xmlns:a='1' xmlns:b='2'><b xmlns:c='3' xmlns:d='4'/></a>", "namespaces")]
    [InlineData("<a><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/><b/></a>", "elements")]
    public void A_breach_names_the_limit_and_the_place(string xml, string names)
    {
        var refusal = Refused(xml);
        Assert.Equal(XmlRefusalKind.LimitExceeded, refusal.Kind);
        Assert.Contains(names, refusal.Detail, StringComparison.Ordinal);
        Assert.StartsWith("line 1, column", refusal.At, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_that_went_out_of_scope_do_not_count() =>
        Assert.NotNull(Read(SafeXml.Reader(Encoding.UTF8.GetBytes("<a><b xmlns:a='1' xmlns:b='2'/><b xmlns:a='1' xmlns:b='2'></b><b xmlns:c='3' xmlns:d='4'/></a>"), Limits)).Document);

    [Fact]
    public void An_endless_document_is_left_at_the_limit()
    {
        using var endless = new EndlessStream("<a>"u8.ToArray());
        var refusal = Read(SafeXml.Reader(endless, Limits)).Refusal;
        Assert.Equal(XmlRefusalKind.LimitExceeded, refusal!.Kind);
        Assert.InRange(endless.Given, 1, 200_000);
    }

    public static TheoryData<string, bool> Encodings => new() { { "utf-8", false }, { "utf-8", true }, { "utf-16", true }, { "utf-16BE", true } };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Utf8_and_utf16_are_read_with_and_without_a_mark(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] octets = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes("<?xml version='1.0'?><a>chữ</a>")];
        Assert.Equal("chữ", Read(SafeXml.Reader(octets, Limits)).Document!.DocumentElement!.InnerText);
    }

    [Fact]
    public void Other_encodings_are_refused()
    {
        Assert.Equal(XmlRefusalKind.UnsupportedEncoding, Read(SafeXml.Reader(Encoding.UTF32.GetPreamble().Concat(Encoding.UTF32.GetBytes("<a/>")).ToArray(), Limits)).Refusal!.Kind);
        Assert.Equal(XmlRefusalKind.UnsupportedEncoding, Refused("<?xml version='1.0' encoding='iso-8859-1'?><a/>").Kind);
        Assert.Equal(XmlRefusalKind.UnsupportedEncoding, Refused("<?xml version='1.0' encoding='utf-16'?><a/>").Kind);
        Assert.Equal(XmlRefusalKind.UnsupportedEncoding, Refused("<?xml version='1.0' encoding='no-such'?><a/>").Kind);
    }

    [Fact]
    public void Octets_that_are_no_utf8_are_refused() => Assert.NotNull(Read(SafeXml.Reader(new byte[] { (byte)'<', (byte)'a', (byte)'>', 0xC3, 0x28, (byte)'<', (byte)'/', (byte)'a', (byte)'>' }, Limits)).Refusal);

    [Fact]
    public void A_refusal_does_not_quote_long_content() =>
        Assert.DoesNotContain("079123456789079123456789", Refused("<a><n079123456789079123456789079123456789></a>").Detail, StringComparison.Ordinal);

    private static XmlRefusal Refused(string xml)
    {
        var (document, refusal) = Read(SafeXml.Reader(Encoding.UTF8.GetBytes(xml), Limits));
        Assert.Null(document);
        return refusal!;
    }

    private static (XmlDocument? Document, XmlRefusal? Refusal) Read(XmlReader reader)
    {
        try
        {
            var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
            document.Load(reader);
            return (document, null);
        }
        catch (XmlException refused)
        {
            return (null, SafeXml.Refusal(refused));
        }
    }

    private sealed class EndlessStream(byte[] head) : MemoryStream
    {
        public long Given { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)'x');
            if (Given == 0) head.AsSpan(0, Math.Min(head.Length, buffer.Length)).CopyTo(buffer);
            Given += buffer.Length;
            return buffer.Length;
        }
    }
}
