using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Vss.Interlink.XmlSecurity.Reading;
using Vss.Interlink.XmlSecurity.Tests.Documents;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

public sealed class XmlReaderComparisonTests
{
    [Fact]
    public void Generated_documents_say_the_same_to_both_readers() => GeneratedDocuments.All(3000, xml =>
    {
        var octets = Encoding.UTF8.GetBytes(xml);
        var (ours, refused) = Infoset.ByTokenizer(octets);
        Assert.Null(refused);
        Assert.Equal(Infoset.ByXmlReader(octets).Text, ours);
    });

    [Fact]
    public void Every_cut_of_the_stream_gives_the_same_tokens() => GeneratedDocuments.All(1000, xml =>
    {
        var octets = Encoding.UTF8.GetBytes(xml);
        var whole = Infoset.ByTokenizer(octets).Text;
        foreach (var atATime in (int[])[1, 2, 3, 7])
        {
            using var slow = new XmlTokenizer(new SlowStream(octets, atATime), Infoset.Wide);
            Assert.Equal(whole, Infoset.ByTokenizer(slow).Text);
        }
    });

    [Fact]
    public void Utf16_in_either_order_with_and_without_a_mark_says_the_same() => GeneratedDocuments.All(300, xml =>
    {
        if (xml.Contains("utf-8", StringComparison.Ordinal)) xml = xml.Replace("utf-8", "utf-16", StringComparison.Ordinal);
        var whole = Infoset.ByTokenizer(Encoding.UTF8.GetBytes(xml.Replace("utf-16", "utf-8", StringComparison.Ordinal))).Text.Replace("utf-8", "utf-16", StringComparison.Ordinal);
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            byte[] marked = [.. encoding.GetPreamble(), .. encoding.GetBytes(xml)];
            Assert.Equal(whole, Infoset.ByTokenizer(marked).Text);
            if (xml[0] == '<') Assert.Equal(whole, Infoset.ByTokenizer(marked[2..]).Text);
            using var slow = new XmlTokenizer(new SlowStream(marked, 3), Infoset.Wide);
            Assert.Equal(whole, Infoset.ByTokenizer(slow).Text);
        }
    });

    [Fact]
    public void A_document_that_was_tampered_with_is_accepted_by_both_readers_or_by_none() => GeneratedDocuments.All(1500, xml =>
    {
        foreach (var octets in Mutations.Of(Encoding.UTF8.GetBytes(xml), 8))
        {
            var (ours, ourRefusal) = Infoset.ByTokenizer(octets);
            var (theirs, theirRefusal) = Infoset.ByXmlReader(octets);
            if (ourRefusal is null == theirRefusal is null) Assert.Equal(theirs, ours);
            else if (!IsErrorOfXmlReader(octets, ourRefusal, theirRefusal)) Assert.Fail($"ours: {ourRefusal?.Message} {ourRefusal?.Place}; theirs: {theirRefusal?.Message}\n{Encoding.UTF8.GetString(octets)}");
        }
    });

    // Where .NET's reader is not XML 1.0 fifth edition:
    private static bool IsErrorOfXmlReader(byte[] octets, XmlRefusedException? ours, XmlException? theirs)
    {
        // - another value of xml:space is an error that need not be reported (section 2.10); it stops there.
        if (ours is null && theirs!.Message.Contains("xml:space", StringComparison.Ordinal)) return true;

        // - it takes any version that begins with "1.0" (production [26]).
        if (theirs is null && Regex.IsMatch(Encoding.Latin1.GetString(octets), @"^<\?xml\s+version\s*=\s*(['""])1\.0(?!\1)")) return true;

        // - it lets an element have the prefix xmlns (Namespaces in XML 1.0 section 3).
        if (theirs is null && ours!.Message.Contains("the prefix xmlns", StringComparison.Ordinal)) return true;

        // - it drops a character that the end of the document cuts (section 2.2: the octets are not UTF-8).
        if (theirs is null && ours!.Message.Contains("ends within a UTF-8 character", StringComparison.Ordinal)) return true;

        // - its names are those of the fourth edition (appendix B there).
        using var xml = new XmlTokenizer(octets, Infoset.Wide);
        while (ours is null && xml.Read())
        {
            if (xml.Kind == XmlTokenKind.ProcessingInstruction && !IsFourthEditionName(xml.Target)) return true;
            if (xml.Kind != XmlTokenKind.StartElement) continue;
            if (!IsFourthEditionName(xml.Name)) return true;
            foreach (ref readonly var entry in xml.Attributes.Entries)
            {
                if (!IsFourthEditionName(AttributeList.Name(entry, xml.Tag))) return true;
            }
        }

        return false;
    }

    private static bool IsFourthEditionName(ReadOnlySpan<byte> name) =>
        Encoding.UTF8.GetString(name).Split(':').All(part => XmlConvert.IsStartNCNameChar(part[0]) && part.All(XmlConvert.IsNCNameChar));
}
