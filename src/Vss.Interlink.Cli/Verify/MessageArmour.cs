using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Cli.Verify;

/// <summary>
/// A SignedData as text: PEM (RFC 7468 section 9) or S/MIME (RFC 8551 section 3.5), which has it by itself or beside the content that it signs. PEM and a message by itself may be of any size;
/// of a message with its content beside it all is held in memory, 64 MiB at most.
/// </summary>
internal sealed class MessageArmour : IDisposable
{
    private const int MaxHeader = 16 * 1024;
    private const int MaxMultipart = 64 * 1024 * 1024;
    private static readonly SearchValues<char> s_fieldName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly string[] s_labels = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA"];

    private MessageArmour(SpooledInput message, IReadOnlyList<byte[]> contents) => (Message, Contents) = (message, contents);

    /// <summary>The SignedData, DER or BER.</summary>
    public SpooledInput Message { get; }

    /// <summary>What stands beside it, in each form in which it may have been signed; empty where nothing does.</summary>
    public IReadOnlyList<byte[]> Contents { get; }

    /// <summary>Whether a file that begins with these octets is one: a PEM block, or the header of a MIME message, whose fields may stand in any order.</summary>
    public static bool LooksLikeOne(ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(head.TrimStart(" \t\r\n"u8));
        if (text.StartsWith("-----BEGIN ", StringComparison.Ordinal)) return true;
        var name = text.AsSpan(0, Math.Max(0, text.IndexOf(':', StringComparison.Ordinal)));
        var isField = name.Length > 0 && !name.ContainsAnyExcept(s_fieldName);
        return isField && (text.Contains("MIME-Version:", StringComparison.OrdinalIgnoreCase) || text.Contains("Content-Type:", StringComparison.OrdinalIgnoreCase));
    }

    /// <param name="text">From its beginning.</param>
    /// <param name="problem">Why it is none; null when it is one.</param>
    public static MessageArmour? Open(Stream text, out DocumentProblem? problem)
    {
        problem = null;
        try
        {
            using var buffered = new BufferedStream(text);
            var first = Line(buffered);
            while (first.Length == 0) first = Line(buffered);
            return first.StartsWith("-----BEGIN ", StringComparison.Ordinal) ? Pem(buffered, first) : Mime(buffered, first);
        }
        catch (FormatException broken)
        {
            problem = new DocumentProblem("cms.armour", "", broken.Message, "Give a SignedData as DER, PEM (BEGIN CMS or BEGIN PKCS7) or S/MIME.");
            return null;
        }
    }

    public void Dispose() => Message.Dispose();

    private static MessageArmour Pem(Stream text, string first)
    {
        var label = first["-----BEGIN ".Length..].TrimEnd('-', ' ');
        if (!s_labels.Contains(label)) throw new FormatException($"the PEM block is a {label}, not a CMS");
        return new MessageArmour(SpooledInput.Of(output => Decode(text, output, until: (byte)'-')), []);
    }

    private static MessageArmour Mime(Stream text, string first)
    {
        var type = ContentType(text, first);
        if (type.StartsWith("multipart/signed", StringComparison.OrdinalIgnoreCase)) return Multipart(text, Parameter(type, "boundary") ?? throw new FormatException("the message names no boundary"));
        if (type.StartsWith("application/pkcs7-mime", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/x-pkcs7-mime", StringComparison.OrdinalIgnoreCase))
            return new MessageArmour(SpooledInput.Of(output => Decode(text, output, until: null)), []);
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
        return new MessageArmour(SpooledInput.Of(output => Decode(second, output, until: (byte)'-')), asItIs.AsSpan().SequenceEqual(canonical) ? [asItIs] : [asItIs, canonical]);
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

    private static void Decode(Stream text, Stream output, byte? until)
    {
        using var transform = new FromBase64Transform(FromBase64TransformMode.IgnoreWhiteSpaces);
        using var decoder = new CryptoStream(output, transform, CryptoStreamMode.Write, leaveOpen: true);
        var buffer = new byte[64 * 1024];
        while (text.Read(buffer) is > 0 and var count)
        {
            var end = until is { } mark ? buffer.AsSpan(0, count).IndexOf(mark) : -1;
            decoder.Write(buffer, 0, end < 0 ? count : end);
            if (end >= 0) break;
        }

        decoder.FlushFinalBlock();
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

    // Without its end; at the end of the text an error, for what is looked for comes behind a line.
    private static string Line(Stream text)
    {
        var line = new StringBuilder();
        while (text.ReadByte() is var octet && octet != '\n')
        {
            if (octet < 0 || line.Length > MaxHeader) throw new FormatException("the message ends in its header, or a line of it is too long");
            line.Append((char)octet);
        }

        return line.ToString().TrimEnd('\r');
    }
}
