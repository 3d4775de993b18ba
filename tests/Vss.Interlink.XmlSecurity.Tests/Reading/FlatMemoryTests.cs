using System.Buffers;
using System.Text;

namespace Vss.Interlink.XmlSecurity.Tests.Reading;

/// <summary>Costs, counted in octets that are allocated and never in time.</summary>
public sealed class FlatMemoryTests
{
    [Theory]
    [InlineData("<a>", "</a>")]
    [InlineData("<a><![CDATA[", "]]></a>")]
    [InlineData("<a><!--", "--></a>")]
    [InlineData("<a><?p ", "?></a>")]
    public void Two_hundred_megabytes_in_one_node_are_digested_in_the_memory_of_a_small_one(string head, string tail)
    {
        const long Length = 200_000_000;
        using var large = new EndlessStream(Encoding.UTF8.GetBytes(head), (byte)'x', Length, Encoding.UTF8.GetBytes(tail));
        var counted = new CountingSink();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Canonicalization.Write(large, XmlLimits.None, CanonicalizationMethod.ExclusiveWithComments, XmlSelection.Document, counted));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.Equal(large.Given - head.Length - tail.Length, counted.Octets - head.Length - tail.Length + (head.Contains("CDATA", StringComparison.Ordinal) ? 12 : 0));
    }

    [Fact]
    public void White_space_without_end_between_tags_and_in_instructions_is_not_gathered()
    {
        using var large = new EndlessStream("<a><?p"u8.ToArray(), (byte)' ', 50_000_000, "x?></a>"u8.ToArray());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("<a><?p x?></a>", Encoding.UTF8.GetString(Written(large)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public void Namespaces_in_scope_cost_what_they_are_written_with_and_nothing_more(int count)
    {
        var declarations = string.Concat(Enumerable.Range(0, count).Select(number => $" xmlns:p{number}='urn:{number}'"));
        var uses = string.Concat(Enumerable.Range(0, count).Select(number => $"<p{number}:a p{number}:b=''/>"));
        var document = Encoding.UTF8.GetBytes($"<a{declarations}>{uses}</a>");
        foreach (var method in CanonicalizationMethod.All)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var refusal = Canonicalization.Write(document, XmlLimits.None, method, XmlSelection.Document, new CountingSink());
            Assert.Null(refusal);
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / document.Length, 0, 8);
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void Depth_costs_no_more_for_each_level(int levels)
    {
        var document = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<p:a xmlns:p='urn:1'>", levels)) + string.Concat(Enumerable.Repeat("</p:a>", levels)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Canonicalization.Write(document, XmlLimits.None, CanonicalizationMethod.Exclusive, XmlSelection.Document, new CountingSink()));
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / document.Length, 0, 8);
    }

    [Fact]
    public void Attributes_without_number_are_told_apart_and_sorted()
    {
        var attributes = string.Concat(Enumerable.Range(0, 50_000).Select(number => $" a{number}=''"));
        var document = Encoding.UTF8.GetBytes($"<a{attributes}/>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Canonicalization.Write(document, XmlLimits.None, CanonicalizationMethod.Inclusive, XmlSelection.Document, new CountingSink()));
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / document.Length, 0, 16);
        Assert.NotNull(Infoset.ByTokenizer(Encoding.UTF8.GetBytes($"<a{attributes} a0=''/>"), XmlLimits.None).Refused);
    }

    [Fact]
    public void Elements_cost_no_memory_once_the_buffers_are_there()
    {
        const string Record = "<d:Record xmlns:d='urn:d' number=\"1\" kind='NEW'><d:FullName>Trần &amp; Lê</d:FullName><d:Code xml:lang='vi'/></d:Record>\r\n";
        var document = Encoding.UTF8.GetBytes("<a>" + string.Concat(Enumerable.Repeat(Record, 5_000)) + "</a>");
        foreach (var method in CanonicalizationMethod.All)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Null(Canonicalization.Write(document, XmlLimits.None, method, XmlSelection.Document, new CountingSink()));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        }
    }

    private static byte[] Written(Stream input)
    {
        var memory = new ArrayBufferWriter<byte>();
        Assert.Null(Canonicalization.Write(input, XmlLimits.None, CanonicalizationMethod.Exclusive, XmlSelection.Document, OctetSink.To(memory)));
        return memory.WrittenSpan.ToArray();
    }

    private sealed class CountingSink : OctetSink
    {
        public long Octets { get; private set; }

        public override void Write(ReadOnlySpan<byte> octets) => Octets += octets.Length;
    }
}
