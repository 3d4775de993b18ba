using System.Globalization;
using System.Text;

namespace Vss.Interlink.Bench.Xml;

/// <summary>What a dossier of the bench is mostly made of.</summary>
internal enum Shape
{
    /// <summary>Records of ten short elements: markup is about half of the octets.</summary>
    Records,

    /// <summary>One attachment in base64.</summary>
    Attachment,

    /// <summary>Records below a root that declares a thousand namespaces.</summary>
    Namespaces,

    /// <summary>Records 64 levels down.</summary>
    Levels,
}

/// <summary>Synthetic dossiers of any size, written without being held.</summary>
internal static class Dossier
{
    private const string Namespace = "urn:vn:vss:bench:dossier";
    private const int NamespaceCount = 1000;
    private const int LevelCount = 64;

    /// <summary>Writes a dossier of about a number of octets.</summary>
    /// <param name="output">Stays open.</param>
    /// <param name="shape">What it is made of.</param>
    /// <param name="size">Octets, to the nearest record.</param>
    /// <param name="ending">Last child of the root, as a signature's template; empty for none.</param>
    public static void Write(Stream output, Shape shape, long size, string ending = "")
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), 64 * 1024, leaveOpen: true);
        text.Write($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Dossier xmlns=\"{Namespace}\"");
        if (shape == Shape.Namespaces)
        {
            for (var number = 0; number < NamespaceCount; number++) text.Write(string.Create(CultureInfo.InvariantCulture, $" xmlns:n{number}=\"urn:n:{number}\""));
        }

        text.Write(">\n");
        var levels = shape == Shape.Levels ? LevelCount - 4 : 0;
        for (var level = 0; level < levels; level++) text.Write("<Part>");
        text.Flush();
        if (shape == Shape.Attachment) WriteAttachment(text, size - output.Length);
        else WriteRecords(text, output, size);
        for (var level = 0; level < levels; level++) text.Write("</Part>");
        text.Write(ending);
        text.Write("</Dossier>");
    }

    private static void WriteRecords(StreamWriter text, Stream output, long size)
    {
        for (var number = 1; output.Position < size; number++)
        {
            text.Write(string.Create(CultureInfo.InvariantCulture, $"""
                <Record no="{number}" kind="NEW">
                  <Code>HS-2026-{number:D8}</Code>
                  <FullName>Nguyễn Thị Mẫu {number}</FullName>
                  <Birth>19{number % 90 + 10}-0{number % 9 + 1}-1{number % 9}</Birth>
                  <p:Place xmlns:p="urn:vn:vss:bench:place" code="{number % 63 + 1:D2}">
                    <p:Province>Tỉnh Thí Nghiệm</p:Province>
                    <p:Ward>Phường Ví Dụ &amp; Thử {number % 700}</p:Ward>
                  </p:Place>
                  <Amount currency="VND">{number * 1000L}</Amount>
                  <Reason>Trợ cấp mai táng theo hồ sơ giấy, bản chính lưu tại đơn vị</Reason>
                  <Note/>
                </Record>

                """));
            text.Flush();
        }
    }

    private static void WriteAttachment(StreamWriter text, long size)
    {
        text.Write("<Name>tep-dinh-kem.pdf</Name>\n<Content>");
        var octets = new byte[57 * 1024];
        new Random(7).NextBytes(octets);
        var line = Convert.ToBase64String(octets);
        for (; size > 0; size -= line.Length) text.Write(line.AsSpan(0, (int)Math.Min(size, line.Length) / 4 * 4));
        text.Write("</Content>\n");
    }
}
