using System.Text;
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
    public void A_document_that_was_tampered_with_is_accepted_by_both_readers_or_by_none() => GeneratedDocuments.All(3000, xml =>
    {
        foreach (var octets in Mutations.Of(Encoding.UTF8.GetBytes(xml), 8))
        {
            var (ours, ourRefusal) = Infoset.ByTokenizer(octets);
            var (theirs, theirRefusal) = Infoset.ByXmlReader(octets);
            if (ourRefusal is null == theirRefusal is null) Assert.Equal(theirs, ours);
            else Assert.Fail($"ours: {ourRefusal?.Message} {ourRefusal?.Place}; theirs: {theirRefusal?.Message}\n{Encoding.UTF8.GetString(octets)}");
        }
    });
}
