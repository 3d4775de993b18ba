namespace Vss.Interlink.Cli.Verify;

/// <summary>
/// A SignedData as PEM: RFC 7468 sections 2 and 9. Text may stand around the block, and blocks of other kinds, as the signer's certificates; of messages there is one, for readers differ on which of
/// several counts. Lines end in CR LF, LF or CR.
/// </summary>
internal static class PemMessage
{
    private const int MaxAround = 1024 * 1024;
    private const int MaxLine = 16 * 1024;
    private const string Begin = "-----BEGIN ";
    private const string Dashes = "-----";
    private static readonly char[] s_mark = ['\u00EF', '\u00BB', '\u00BF'];   // the byte order mark of UTF-8, octet by octet
    private static readonly string[] s_labels = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA"];

    /// <summary>Whether a line of a file's beginning opens a block, of whatever kind.</summary>
    public static bool LooksLikeOne(ReadOnlySpan<byte> head)
    {
        for (var from = 0; head[from..].IndexOf("-----BEGIN "u8) is >= 0 and var found; from += found + 1)
        {
            var before = head[..(from + found)].TrimEnd(" \t"u8);
            if (before is [] or [.., (byte)'\n' or (byte)'\r'] or [0xEF, 0xBB, 0xBF]) return true;
        }

        return false;
    }

    /// <summary>The SignedData, DER or BER.</summary>
    /// <exception cref="FormatException">There is none, or more than one, or its block is broken.</exception>
    public static SpooledInput Read(Stream text)
    {
        SpooledInput? message = null;
        try
        {
            string? other = null;
            var around = 0;
            while (MessageArmour.ReadLine(text, MaxLine) is { } line)
            {
                around += line.Length + 1;
                if (around > MaxAround) throw new FormatException($"more than {MaxAround} octets of text stand around the PEM block");
                if (LabelOf(line) is not { } label) continue;
                if (!s_labels.Contains(label)) other ??= label;
                else if (message is null) message = SpooledInput.Of(output => Decode(text, output, label));
                else throw new FormatException("the text has several messages, and readers differ on which of them counts");
            }

            return message ?? throw new FormatException(other is null ? "the PEM block has no label" : $"the PEM block is a {other}, not a CMS");
        }
        catch
        {
            message?.Dispose();
            throw;
        }
    }

    private static string? LabelOf(string line)
    {
        var trimmed = line.TrimStart(s_mark).Trim(' ', '\t');
        return trimmed.Length > Begin.Length + Dashes.Length && trimmed.StartsWith(Begin, StringComparison.Ordinal) && trimmed.EndsWith(Dashes, StringComparison.Ordinal) ? trimmed[Begin.Length..^Dashes.Length] : null;
    }

    private static void Decode(Stream text, Stream output, string label)
    {
        MessageArmour.Decode(text, output, until: '-');
        if (MessageArmour.ReadLine(text, MaxLine)?.TrimEnd() != $"----END {label}-----") throw new FormatException($"the PEM block does not end with END {label}");
    }
}
