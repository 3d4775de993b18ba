using System.Security.Cryptography;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.XmlSecurity;
using static Vss.Interlink.Trust.Tests.Cms.CmsJudging;

namespace Vss.Interlink.Trust.Tests.Cms;

/// <summary>DER and BER of X.690, of any size and any breakage.</summary>
public sealed class CmsFileTests
{
    private readonly CmsJudging _judging = new();

    [Fact]
    public void Content_in_many_pieces_of_indefinite_length_is_one_content()
    {
        var message = Indefinite(_judging.Maker().Make(), [0x24, 0x80, 0x04, 0x02, .. Content[..2], 0x24, 0x80, 0x04, (byte)(Content.Length - 2), .. Content[2..], 0, 0, 0x04, 0x00, 0, 0]);
        Passes(_judging.One(message));
        using var stream = new MemoryStream(message);
        using var content = new MemoryStream();
        CmsFile.TryOpen(stream, out _)!.OpenContent().CopyTo(content);
        Assert.Equal(Content, content.ToArray());
    }

    [Fact]
    public void Octets_behind_the_message_are_refused_unless_they_are_zeros()
    {
        var message = _judging.Maker().Make();
        Passes(_judging.One([.. message, 0, 0, 0]));
        Assert.Null(_judging.All([.. message, 0, 1]));
    }

    [Fact]
    public void A_message_cut_short_anywhere_is_refused()
    {
        var message = _judging.Maker().Make();
        for (var length = 0; length < message.Length; length++) Assert.Null(_judging.All(message[..length]));
    }

    [Theory]
    [InlineData("301106092a864886f70d010703a0043002020100", "EnvelopedData")]
    [InlineData("300b06092a864886f70d010701", "plain data")]
    [InlineData("3080", "no SignedData")]
    [InlineData("3084ffffffff06", "no SignedData")]
    [InlineData("30ff0000000000000000000000", "no SignedData")]
    [InlineData("", "no SignedData")]
    public void What_is_no_SignedData_is_named(string hex, string expected)
    {
        using var stream = new MemoryStream(Convert.FromHexString(hex));
        Assert.Null(CmsFile.TryOpen(stream, out var problem));
        Assert.Contains(expected, problem!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Strings_too_deep_in_each_other_are_refused()
    {
        byte[] deep = [.. Enumerable.Repeat<byte[]>([0x24, 0x80], 5000).SelectMany(open => open), .. new byte[10000]];
        Assert.Null(_judging.All(Indefinite(_judging.Maker().Make(), deep)));
    }

    [Fact]
    public void Content_of_any_size_stays_in_the_file()
    {
        const int pieces = 600;
        var piece = RandomNumberGenerator.GetBytes(100_000);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var path = Path.GetTempFileName();
        try
        {
            for (var written = 0; written < pieces; written++) sum.AppendData(piece);
            var maker = _judging.Maker();
            maker.Signed[1] = (CmsMaker.MessageDigest, CmsMaker.Written(writer => writer.WriteOctetString(sum.GetHashAndReset())));
            var (head, tail) = Split(maker.Make());
            using (var file = File.Create(path))
            {
                file.Write(head);
                file.Write([0x24, 0x80]);
                for (var written = 0; written < pieces; written++)
                {
                    file.Write([0x04, 0x83, 0x01, 0x86, 0xa0]);
                    file.Write(piece);
                }

                file.Write([0, 0]);
                file.Write(tail);
            }

            using var stream = File.OpenRead(path);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var judged = _judging.Verifier.Judge(CmsFile.TryOpen(stream, out _)!, CmsContent.Of(CmsFile.TryOpen(stream, out _)!));
            Assert.True(Assert.Single(judged).Verdict.Passed);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Indefinite(byte[] message, byte[] content)
    {
        var (head, tail) = Split(message);
        return [.. head, .. content, .. tail];
    }

    // The same message with indefinite lengths around its content.
    private static (byte[] Head, byte[] Tail) Split(byte[] message)
    {
        var outer = new System.Formats.Asn1.AsnReader(message, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        var type = outer.ReadEncodedValue();
        var data = outer.ReadSequence(new System.Formats.Asn1.Asn1Tag(System.Formats.Asn1.TagClass.ContextSpecific, 0)).ReadSequence();
        byte[] before = [.. data.ReadEncodedValue().Span, .. data.ReadEncodedValue().Span];
        var contentType = data.ReadSequence().ReadEncodedValue();
        List<byte> after = [];
        while (data.HasData) after.AddRange(data.ReadEncodedValue().Span);
        return ([0x30, 0x80, .. type.Span, 0xa0, 0x80, 0x30, 0x80, .. before, 0x30, 0x80, .. contentType.Span, 0xa0, 0x80], [0, 0, 0, 0, .. after, 0, 0, 0, 0, 0, 0]);
    }
}
