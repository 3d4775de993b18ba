using System.Text;
using System.Text.RegularExpressions;
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

    [Fact]
    public void SignedXml_writes_the_same_octets_of_whole_documents() => GeneratedDocuments.All(1500, xml =>
    {
        var octets = Encoding.UTF8.GetBytes(xml);
        foreach (var method in CanonicalizationMethod.All.Where(method => !method.IsVersion11)) AssertSame(DotNet.Write(octets, method), Ours.Write(octets, method), method);
    });

    [Fact]
    public void SignedXml_writes_the_same_octets_of_elements() => GeneratedDocuments.All(1000, xml =>
    {
        // It writes a referenced element out and reads it again, whereby white space that came by reference changes: CR everywhere, TAB and LF in attributes (dotnet/runtime#73959).
        var octets = Encoding.UTF8.GetBytes(Regex.Replace(xml, "&#(13|xA|x9|x0000D);", " "));
        if (HasTwoPrefixesOfOneNamespace(octets)) return;   // and it takes one prefix for the other then
        var ordinal = AnyElement(octets, 7);
        foreach (var method in CanonicalizationMethod.All.Where(method => !method.IsVersion11))
        {
            var selection = XmlSelection.Element(ordinal) with { Comments = false };
            // It gives the element its ancestors' xml: attributes before exclusive canonicalisation too.
            if (method.IsExclusive) octets = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(octets).Replace("xml:", "xml-", StringComparison.Ordinal));
            AssertSame(DotNet.Write(octets, method, ordinal), Ours.Write(octets, method, selection), method);
            if (method.IsExclusive) AssertSame(DotNet.Write(octets, method, ordinal, Prefixes), Ours.Write(octets, method, selection, Prefixes), method);
        }
    });

    private static int AnyElement(byte[] octets, int step)
    {
        using var xml = new XmlTokenizer(octets, Infoset.Wide);
        while (xml.Read()) { }
        return 1 + octets.Length * step % xml.Ordinal;
    }

    private static bool HasTwoPrefixesOfOneNamespace(byte[] octets)
    {
        Dictionary<int, int> prefixes = [];
        using var xml = new XmlTokenizer(octets, Infoset.Wide);
        while (xml.Read())
        {
            if (xml.Kind != XmlTokenKind.StartElement) continue;
            foreach (ref readonly var entry in xml.Attributes.Entries)
            {
                if (entry.IsDeclaration && prefixes.TryAdd(entry.Namespace, entry.Prefix) == false && prefixes[entry.Namespace] != entry.Prefix) return true;
            }
        }

        return false;
    }

    private static byte[] WithoutAmpersandInNamespaces(string xml) => Encoding.UTF8.GetBytes(xml.Replace("?p=1&amp;q=2", "?p=1;q=2", StringComparison.Ordinal));

    private static void AssertSame(byte[]? theirs, byte[] ours, CanonicalizationMethod method)
    {
        Assert.NotNull(theirs);
        if (!theirs.AsSpan().SequenceEqual(ours)) Assert.Equal($"{method}\n{Encoding.UTF8.GetString(theirs)}", $"{method}\n{Encoding.UTF8.GetString(ours)}");
    }
}
