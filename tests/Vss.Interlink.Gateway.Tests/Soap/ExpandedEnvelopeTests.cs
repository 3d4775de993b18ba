using System.Text;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>However it is read, an expanded envelope is the envelope with the base64 of its parts in their places.</summary>
public sealed class ExpandedEnvelopeTests
{
    public static TheoryData<string, bool> Encodings => new() { { "utf-8", false }, { "utf-8", true }, { "utf-16", true }, { "utf-16BE", true } };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void It_reads_the_same_in_pieces_of_any_size_and_from_any_place(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        var random = new Random(20261122);
        var (first, second) = (new byte[10_000], new byte[3 * 1024]);
        random.NextBytes(first);
        random.NextBytes(second);
        const string include = "<x:Include xmlns:x=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:{0}\"{1}";
        var text = $"<s:Envelope xmlns:s=\"{SoapVersion.V11.Namespace}\"><s:Body><a>chữ<b>{Include("1", "/>")}</b><b>{Include("2", "></x:Include >")}</b><b>{Include("3", " />")}</b></a></s:Body></s:Envelope>";
        byte[] root = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
        var includes = EnvelopeOutline.Read(root, null, new()).Includes;
        using var expanded = XopPackage.Expand(root, includes, new Dictionary<string, ReadOnlyMemory<byte>> { ["1"] = first, ["2"] = second, ["3"] = Array.Empty<byte>() });
        byte[] expected =
        [
            .. mark ? encoding.GetPreamble() : [],
            .. encoding.GetBytes(text.Replace(Include("1", "/>"), Convert.ToBase64String(first), StringComparison.Ordinal).Replace(Include("2", "></x:Include >"), Convert.ToBase64String(second), StringComparison.Ordinal).Replace(Include("3", " />"), "", StringComparison.Ordinal)),
        ];

        Assert.Equal(expected.Length, expanded.Length);
        for (var round = 0; round < 200; round++)
        {
            var from = random.Next(expected.Length);
            var piece = new byte[random.Next(1, 9_000)];
            expanded.Position = from;
            var read = expanded.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
            Assert.Equal(expected.AsSpan(from, Math.Min(piece.Length, expected.Length - from)), piece.AsSpan(0, read));
        }

        static string Include(string id, string end) => string.Format(System.Globalization.CultureInfo.InvariantCulture, include, id, end);
    }
}
