using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Tests.Documents;

/// <summary>Documents that differ a little from a good one. The same document gives the same mutations.</summary>
internal static class Mutations
{
    private static readonly byte[][] Insertions =
    [
        .. new[]
        {
            "<", ">", "/", "&", ";", "'", "\"", "=", " ", "\n", ":", "-", "--", "]]>", "]", "?", "?>", "<?", "<!--", "-->", "<![CDATA[", "<!DOCTYPE a>", "<?xml version='1.0'?>", "<a>", "</a>", "<b/>", "x",
            " xmlns=''", " xmlns:a=''", " xmlns:xml='urn:x'", " xmlns:xml='http://www.w3.org/XML/1998/namespace'", " xmlns:q='http://www.w3.org/XML/1998/namespace'", " xmlns='http://www.w3.org/2000/xmlns/'",
            " xmlns:xmlns='urn:x'", " a:b='1'", " q='1' q='2'", "&#0;", "&#x1F;", "&#xD800;", "&#xFFFE;", "&#x110000;", "&#;", "&#x;", "&a;", "&amp", "xml:", "xmlns:", "\u0001", "\u001F", "\uFFFE", "\uFFFF", "\u00D7", "\u037E", "0", ".",
            "<xml/>", "<?XML x?>", "<?a:b c?>", "\u2003",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0x80], [0xC3], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFF], [0],
    ];

    public static IEnumerable<byte[]> Of(byte[] octets, int count)
    {
        var random = new Random(BitConverter.ToInt32(SHA256.HashData(octets)));
        for (var number = 0; number < count; number++)
        {
            var at = random.Next(octets.Length);
            var length = Math.Min(random.Next(1, random.Next(2, 12)), octets.Length - at);
            var insertion = Insertions[random.Next(Insertions.Length)];
            yield return random.Next(5) switch
            {
                0 => [.. octets[..at], .. octets[(at + length)..]],
                1 => octets[..at],
                2 => [.. octets[..at], .. insertion, .. octets[(at + length)..]],
                3 => [.. octets[..at], .. octets[random.Next(octets.Length)..][..Math.Min(length, 1)], .. octets[at..]],
                _ => [.. octets[..at], .. insertion, .. octets[at..]],
            };
        }
    }
}
