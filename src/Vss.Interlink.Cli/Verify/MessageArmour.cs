using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Cli.Verify;

/// <summary>
/// A SignedData as text: PEM (RFC 7468 section 9), base64 alone, or S/MIME (RFC 8551 section 3.5), which has it by itself or beside the content that it signs. A message by itself may be of any
/// size; of one with its content beside it all is held in memory, 64 MiB at most.
/// </summary>
internal sealed class MessageArmour : IDisposable
{
    private const int MaxHeader = 16 * 1024;
    private const int MaxMultipart = 64 * 1024 * 1024;
    private const int Sample = 64;   // letters of base64 in which a message shows itself
    private static readonly SearchValues<char> s_fieldName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<byte> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t "u8);

    private MessageArmour(SpooledInput message, IReadOnlyList<byte[]> contents) => (Message, Contents) = (message, contents);

    /// <summary>The SignedData, DER or BER.</summary>
    public SpooledInput Message { get; }

    /// <summary>What stands beside it, in each form in which it may have been signed; empty where nothing does.</summary>
    public IReadOnlyList<byte[]> Contents { get; }

    /// <summary>Whether a file that begins with these octets is one.</summary>
    /// <param name="head">The first octets; 64 KiB are enough for any text before a PEM block.</param>
    public static bool LooksLikeOne(ReadOnlySpan<byte> head) => IsMime(head) || IsBase64(head) || PemMessage.LooksLikeOne(head);

    /// <param name="text">From its beginning.</param>
    /// <param name="problem">Why it is none; null when it is one.</param>
    public static MessageArmour? Open(Stream text, out DocumentProblem? problem)
    {
        problem = null;
        try
        {
            using var buffered = new BufferedStream(text);
            var head = new byte[MaxHeader];
            var count = buffered.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            buffered.Position = 0;
            if (IsMime(head.AsSpan(0, count))) return Mime(buffered);
            return new MessageArmour(IsBase64(head.AsSpan(0, count)) ? Base64(buffered) : PemMessage.Read(buffered), []);
        }
        catch (FormatException broken)
        {
            problem = new DocumentProblem("cms.armour", "", broken.Message, "Give a SignedData as DER, PEM (BEGIN CMS or BEGIN PKCS7), base64 or S/MIME.");
            return null;
        }
    }

    /// <summary>Decodes base64 up to an octet, which is taken; or to the end of the text. White space does not matter.</summary>
    /// <exception cref="FormatException">It is no base64.</exception>
    public static void Decode(Stream text, Stream output, int until)
    {
        using var transform = new FromBase64Transform(FromBase64TransformMode.IgnoreWhiteSpaces);
        using var decoder = new CryptoStream(output, transform, CryptoStreamMode.Write, leaveOpen: true);
        var buffer = new byte[64 * 1024];
        var (count, letters) = (0, 0L);
        while (text.ReadByte() is >= 0 and var octet && octet != until)
        {
            buffer[count++] = (byte)octet;
            if (octet is not ('\r' or '\n' or '\t' or ' ')) letters++;
            if (count < buffer.Length) continue;
            decoder.Write(buffer);
            count = 0;
        }

        decoder.Write(buffer, 0, count);
        decoder.FlushFinalBlock();
        if (letters % 4 != 0) throw new FormatException("the base64 breaks off");   // the decoder drops what is left
    }

    /// <summary>The next line, octet by octet, without its end: CR LF, LF or CR. Null behind the last one.</summary>
    /// <exception cref="FormatException">It is longer than that.</exception>
    public static string? ReadLine(Stream text, int most)
    {
        var line = new StringBuilder();
        while (true)
        {
            switch (text.ReadByte())
            {
                case < 0:
                    return line.Length == 0 ? null : line.ToString();
                case '\r':
                    if (text.ReadByte() is >= 0 and not '\n') text.Position--;
                    return line.ToString();
                case '\n':
                    return line.ToString();
                case var octet:
                    if (line.Length == most) throw new FormatException("a line of the text is too long");
                    line.Append((char)octet);
                    break;
            }
        }
    }

    public void Dispose() => Message.Dispose();

    // The header of a MIME message, whose fields may stand in any order.
    private static bool IsMime(ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(head.TrimStart(" \t\r\n"u8)).ReplaceLineEndings("\n");
        var header = text.AsSpan(0, text.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? end : text.Length);
        var name = header[..Math.Max(0, header.IndexOf(':'))];
        var isField = name.Length > 0 && !name.ContainsAnyExcept(s_fieldName);
        return isField && (header.Contains("MIME-Version:", StringComparison.OrdinalIgnoreCase) || header.Contains("Content-Type:", StringComparison.OrdinalIgnoreCase));
    }

    // Many a mail program and portal hands a message over as base64 and nothing else; what it decodes to tells whether it is one.
    private static bool IsBase64(ReadOnlySpan<byte> head)
    {
        if (head is [0xEF, 0xBB, 0xBF, ..]) head = head[3..];
        if (head.ContainsAnyExcept(s_base64)) return false;
        var letters = Encoding.ASCII.GetString(head[..Math.Min(head.Length, 2 * Sample)]).Where(letter => !char.IsWhiteSpace(letter)).Take(Sample).ToArray();
        var octets = new byte[Sample];
        return letters.Length == Sample && Convert.TryFromBase64Chars(letters, octets, out var count) && CmsFile.LooksLikeOne(octets.AsSpan(0, count));
    }

    private static SpooledInput Base64(Stream text)
    {
        text.Position = text.ReadByte() == 0xEF ? 3 : 0;
        return SpooledInput.Of(output => Decode(text, output, until: -1));
    }

    private static MessageArmour Mime(Stream text)
    {
        var first = Line(text);
        while (first.Trim().Length == 0) first = Line(text);
        var type = ContentType(text, first);
        if (type.StartsWith("multipart/signed", StringComparison.OrdinalIgnoreCase)) return Multipart(text, Parameter(type, "boundary") ?? throw new FormatException("the message names no boundary"));
        if (type.StartsWith("application/pkcs7-mime", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/x-pkcs7-mime", StringComparison.OrdinalIgnoreCase))
            return new MessageArmour(SpooledInput.Of(output => Decode(text, output, until: -1)), []);
        throw new FormatException("the message is no multipart/signed and no application/pkcs7-mime");
    }

    // RFC 2046 section 5.1: the line end before a delimiter belongs to it.
    private static MessageArmour Multipart(Stream text, string boundary)
    {
        using var held = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (text.Read(buffer) is > 0 and var count)
        {
            if (held.Length + count > MaxMultipart) throw new FormatException($"a message with its content beside it has at most {MaxMultipart} octets");
            held.Write(buffer, 0, count);
        }

        var all = held.GetBuffer().AsSpan(0, (int)held.Length);
        var delimiter = Encoding.ASCII.GetBytes("\n--" + boundary);
        var start = all.StartsWith(delimiter.AsSpan(1)) ? 0 : all.IndexOf(delimiter) + 1;
        if (start == 0 && !all.StartsWith(delimiter.AsSpan(1))) throw new FormatException("the message has no part");
        var begin = start + all[start..].IndexOf((byte)'\n') + 1;
        var length = all[begin..].IndexOf(delimiter);
        if (length < 0) throw new FormatException("the message has one part, and not the signature");
        var content = all.Slice(begin, length);
        if (content is [.., (byte)'\r']) content = content[..^1];
        using var second = new MemoryStream(all[(begin + length + 1)..].ToArray());
        Line(second);
        var type = ContentType(second, Line(second));
        if (!type.Contains("pkcs7-signature", StringComparison.OrdinalIgnoreCase)) throw new FormatException("the second part is no pkcs7-signature");
        var (asItIs, canonical) = (content.ToArray(), Canonical(content));
        return new MessageArmour(SpooledInput.Of(output => Decode(second, output, until: '-')), asItIs.AsSpan().SequenceEqual(canonical) ? [asItIs] : [asItIs, canonical]);
    }

    // Reads the rest of a header; gives the value of Content-Type with its folded lines.
    private static string ContentType(Stream text, string first)
    {
        List<string> fields = [first];
        var octets = 0;
        while (Line(text) is { Length: > 0 } line)
        {
            octets += line.Length;
            if (octets > MaxHeader) throw new FormatException("the message's header is too long");
            if (line[0] is ' ' or '\t') fields[^1] += line;
            else fields.Add(line);
        }

        const string name = "Content-Type:";
        return fields.Find(field => field.StartsWith(name, StringComparison.OrdinalIgnoreCase))?[name.Length..].Trim() ?? throw new FormatException("the message has no Content-Type");
    }

    private static string? Parameter(string type, string name)
    {
        var at = type.IndexOf(name + "=", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var value = type[(at + name.Length + 1)..];
        return value.StartsWith('"') ? value[1..].Split('"')[0] : value.Split(';')[0].Trim();
    }

    private static byte[] Canonical(ReadOnlySpan<byte> content)
    {
        var canonical = new ArrayBufferWriter<byte>(content.Length + (content.Length / 32) + 1);
        byte before = 0;
        foreach (var octet in content)
        {
            if (octet == (byte)'\n' && before != (byte)'\r') canonical.Write("\r"u8);
            canonical.Write([octet]);
            before = octet;
        }

        return canonical.WrittenSpan.ToArray();
    }

    // At the end of the text an error, for what is looked for comes behind a line.
    private static string Line(Stream text) => ReadLine(text, MaxHeader) ?? throw new FormatException("the message ends in its header");
}
