using System.Text;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Where in the octets of a document something goes in.</summary>
/// <param name="Encoding">What the document is in, and what goes in therefore too.</param>
/// <param name="Offset">Octets before it.</param>
/// <param name="Skip">Octets that it stands for: those of <c>/&gt;</c> where the element had no end tag, else 0.</param>
/// <param name="OpenedElement">Name of the element that had no end tag, UTF-8; else null.</param>
internal readonly record struct InsertionPoint(Encoding Encoding, long Offset, int Skip, byte[]? OpenedElement)
{
    /// <summary>Last in the element whose end the tokenizer stands on. An empty-element tag is opened: its end is written behind what goes in.</summary>
    public static InsertionPoint LastIn(XmlTokenizer xml)
    {
        var encoding = EncodingOf(xml.Encoding);
        if (xml.StartOffset < xml.EndOffset) return new InsertionPoint(encoding, xml.StartOffset, 0, null);
        var skip = encoding.GetByteCount("/>");
        return new InsertionPoint(encoding, xml.StartOffset - skip, skip, xml.Name.ToArray());
    }

    /// <summary>Behind the token that the tokenizer stands on.</summary>
    public static InsertionPoint Behind(XmlTokenizer xml) => new(EncodingOf(xml.Encoding), xml.EndOffset, 0, null);

    public static Encoding EncodingOf(InputEncoding encoding) => encoding.IsUtf16
        ? new UnicodeEncoding(encoding.IsBigEndian, byteOrderMark: false, throwOnInvalidBytes: true)
        : new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>Copies a document and puts something in.</summary>
    /// <param name="document">The document; every octet but those skipped is copied as it is.</param>
    /// <param name="output">Stays open.</param>
    /// <param name="insert">Writes, in UTF-8, what goes in.</param>
    /// <param name="cancellation">Ends the work.</param>
    public async ValueTask CopyAsync(OctetSource document, Stream output, Func<Stream, ValueTask> insert, CancellationToken cancellation)
    {
        await document.CopyAsync(0, Offset, output, cancellation);
        if (Encoding is UTF8Encoding)
        {
            await InsertAsync(output, insert, cancellation);
        }
        else
        {
            await using var transcoded = Encoding.CreateTranscodingStream(output, Encoding, Encoding.UTF8, leaveOpen: true);
            await InsertAsync(transcoded, insert, cancellation);
        }

        await document.CopyAsync(Offset + Skip, document.Length - Offset - Skip, output, cancellation);
    }

    private async ValueTask InsertAsync(Stream output, Func<Stream, ValueTask> insert, CancellationToken cancellation)
    {
        if (OpenedElement is not null) await output.WriteAsync(">"u8.ToArray(), cancellation);
        await insert(output);
        if (OpenedElement is not null) await output.WriteAsync(new([.. "</"u8, .. OpenedElement, .. ">"u8]), cancellation);
    }
}
