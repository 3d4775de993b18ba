using System.Text;
using Vss.Interlink.XmlSecurity.Reading;
using Vss.Interlink.XmlSecurity.Tests.Documents;
using Vss.Interlink.XmlSecurity.Tests.Reading;

namespace Vss.Interlink.XmlSecurity.Tests.Canonical;

public sealed class SecondOpinionTests
{
    private const string Prefixes = "#default a ă not-there";

    [Fact]
    public void Libxml2_writes_the_same_octets_of_whole_documents() => GeneratedDocuments.All(2000, xml =>
    {
        var octets = WithoutAmpersandInNamespaces(xml);
        foreach (var method in CanonicalizationMethod.All) AssertSame(Libxml2.Write(octets, method), Ours.Write(octets, method), method);
    });

    [Fact]
    public void Libxml2_writes_the_same_octets_of_elements() => GeneratedDocuments.All(2000, xml =>
    {
        var octets = WithoutAmpersandInNamespaces(xml);
        var ordinal = AnyElement(octets, 7);
        foreach (var method in CanonicalizationMethod.All)
        {
            AssertSame(Libxml2.Write(octets, method, ordinal), Ours.Write(octets, method, XmlSelection.Element(ordinal)), method);
            if (method.IsExclusive) AssertSame(Libxml2.Write(octets, method, ordinal, Prefixes), Ours.Write(octets, method, XmlSelection.Element(ordinal), Prefixes), method);
        }
    });

    [Fact]
    public void Libxml2_writes_the_same_octets_without_a_subtree() => GeneratedDocuments.All(2000, xml =>
    {
        var octets = WithoutAmpersandInNamespaces(xml);
        var leftOut = AnyElement(octets, 11);
        if (leftOut == 1) return;
        var selection = XmlSelection.Document with { LeaveOut = element => element.Ordinal == leftOut };
        foreach (var method in CanonicalizationMethod.All) AssertSame(Libxml2.Write(octets, method, leftOut: leftOut), Ours.Write(octets, method, selection), method);
    });

    private static int AnyElement(byte[] octets, int step)
    {
        using var xml = new XmlTokenizer(octets, Infoset.Wide);
        while (xml.Read()) { }
        return 1 + octets.Length * step % xml.Ordinal;
    }

    private static byte[] WithoutAmpersandInNamespaces(string xml) => Encoding.UTF8.GetBytes(xml.Replace("?p=1&amp;q=2", "?p=1;q=2", StringComparison.Ordinal));

    private static void AssertSame(byte[]? theirs, byte[] ours, CanonicalizationMethod method)
    {
        Assert.NotNull(theirs);
        if (!theirs.AsSpan().SequenceEqual(ours)) Assert.Equal($"{method}\n{Encoding.UTF8.GetString(theirs)}", $"{method}\n{Encoding.UTF8.GetString(ours)}");
    }
}
