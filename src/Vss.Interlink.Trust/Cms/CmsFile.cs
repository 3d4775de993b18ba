using System.Formats.Asn1;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Cms;

/// <summary>A SignedData in a file, DER or BER. Its content stays in the file, however large; what stands around it is read, up to 16 MiB.</summary>
public sealed class CmsFile
{
    private const string Rule = "cms.structure";
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4";
    private const int MaxToken = 1024 * 1024;

    private readonly Stream _file;
    private readonly List<(long Start, long Length)>? _pieces;

    private CmsFile(Stream file, CmsMessage message, List<(long Start, long Length)>? pieces) => (_file, Message, _pieces) = (file, message, pieces);

    /// <summary>Whether the content stands in the file.</summary>
    public bool HasContent => _pieces is not null;

    /// <summary>The SignedData without its content.</summary>
    internal CmsMessage Message { get; }

    /// <summary>Whether a file that begins with these octets is a CMS: a SEQUENCE with the object identifier of a content type.</summary>
    /// <param name="head">The first octets, 32 suffice.</param>
    public static bool LooksLikeOne(ReadOnlySpan<byte> head)
    {
        if (head is not [0x30, var length, ..]) return false;
        return head[(length <= 0x80 ? 2 : Math.Min(head.Length, 2 + (length & 0x7f)))..] is [0x06, _, ..];
    }

    /// <param name="file">Can be read at any place; read as long as this is used.</param>
    /// <param name="problem">Why it is none; null when it is one.</param>
    public static CmsFile? TryOpen(Stream file, out DocumentProblem? problem)
    {
        problem = null;
        try
        {
            file.Position = 0;
            return Open(file, out problem);
        }
        catch (AsnContentException broken)
        {
            problem = TimeStampProblem(file) ?? new DocumentProblem(Rule, $"octet {file.Position}", $"the file is no SignedData: {broken.Message}", "Give a SignedData by RFC 5652, DER, BER or PEM.");
            return null;
        }
    }

    /// <summary>The content that stands in the file.</summary>
    public Stream OpenContent() => new Pieces(_file, _pieces ?? throw new InvalidOperationException("The content does not stand in the file."));

    private static CmsFile? Open(Stream file, out DocumentProblem? problem)
    {
        var ber = new BerFile(file);
        var outer = ber.Enter(0x30, ber.Length);
        var outerEnd = outer.End ?? ber.Length;
        problem = Unfit(Oid(ber.Copy(outerEnd)));
        if (problem is not null) return null;
        var tagged = ber.Enter(0xa0, outerEnd);
        var taggedEnd = tagged.End ?? outerEnd;
        var data = ber.Enter(0x30, taggedEnd);
        var dataEnd = data.End ?? taggedEnd;

        List<byte[]> around = [ber.Copy(dataEnd), ber.Copy(dataEnd)];   // version, digest algorithms
        var encapsulated = ber.Enter(0x30, dataEnd);
        var type = ber.Copy(encapsulated.End ?? dataEnd);
        if (Oid(type) == TstInfo)
        {
            problem = TimeStamp;
            return null;
        }

        var pieces = ber.HasMore(encapsulated) ? Content(ber, encapsulated, dataEnd, Oid(type)) : null;
        while (ber.HasMore(data)) around.Add(ber.Copy(dataEnd));
        ber.Leave(tagged);
        ber.Leave(outer);
        RefuseTrailing(file);
        var message = CmsMessage.TryRead(WithoutContent(around, type)) ?? throw new AsnContentException("Its certificates or signers cannot be read.");
        return new CmsFile(file, message, pieces);
    }

    private static List<(long Start, long Length)> Content(BerFile ber, BerFile.Header encapsulated, long limit, string type)
    {
        var end = encapsulated.End ?? limit;
        var tagged = ber.Enter(0xa0, end);
        var content = ber.Enter(tagged.End ?? end);

        // PKCS#7 allowed any type for what is not plain data; then the content is what stands in it, without tag and length (RFC 5652 section 5.2.1).
        var isString = (content.Tag & ~0x20) == 4;
        if (!isString && type == CmsMessage.Data) throw new AsnContentException("Plain data that are no OCTET STRING.");
        if (!isString && content.End is null) throw new AsnContentException("A content that is no OCTET STRING has an indefinite length.");
        var pieces = isString ? ber.Pieces(content, tagged.End ?? end) : [(ber.Position, content.End!.Value - ber.Position)];
        if (!isString) ber.MoveTo(content.End!.Value);
        ber.Leave(tagged);
        ber.Leave(encapsulated);
        return pieces;
    }

    // Zeros are what is left of a place that was kept for the signature, and one end of line is what editors and text-mode transfers add. Anything else nobody signed.
    private static void RefuseTrailing(Stream file)
    {
        var buffer = new byte[16 * 1024];
        var isFirst = true;
        while (file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is > 0 and var count)
        {
            var isLineEnd = isFirst && buffer.AsSpan(0, count) is ([(byte)'\n'] or [(byte)'\r', (byte)'\n']);
            if (!isLineEnd && buffer.AsSpan(0, count).ContainsAnyExcept((byte)0)) throw new AsnContentException("There are octets behind it.");
            isFirst = false;
        }
    }

    private static byte[] WithoutContent(List<byte[]> around, byte[] type)
    {
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0);
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(CmsMessage.SignedData);
            using (writer.PushSequence(zero))
            using (writer.PushSequence())
            {
                for (var index = 0; index < around.Count; index++)
                {
                    if (index == 2) WriteType(writer, type);
                    writer.WriteEncodedValue(around[index]);
                }

                if (around.Count == 2) WriteType(writer, type);
            }
        }

        return writer.Encode();
    }

    private static void WriteType(AsnWriter writer, byte[] type)
    {
        using (writer.PushSequence()) writer.WriteEncodedValue(type);
    }

    private static DocumentProblem? Unfit(string oid)
    {
        var name = oid switch
        {
            CmsMessage.SignedData => null,
            CmsMessage.Data => "plain data",
            "1.2.840.113549.1.7.3" => "EnvelopedData, which is encrypted",
            "1.2.840.113549.1.7.5" => "DigestedData",
            "1.2.840.113549.1.7.6" => "EncryptedData",
            "1.2.840.113549.1.9.16.1.2" => "AuthenticatedData",
            "1.2.840.113549.1.9.16.1.9" => "CompressedData",
            "1.2.840.113549.1.9.16.1.23" => "AuthEnvelopedData, which is encrypted",
            _ => $"of type {oid}",
        };
        return name is null ? null : new DocumentProblem(Rule, "contentType", $"the message is {name}; only SignedData has signatures", "Give the SignedData, decrypted or unpacked where it is within another message.");
    }

    private static DocumentProblem TimeStamp { get; } = new(Rule, "eContentType", "the file is a time-stamp token, not a signed document", "Use interlink tsp verify, with --data for what was stamped.");

    // A response of an authority begins otherwise than a token.
    private static DocumentProblem? TimeStampProblem(Stream file)
    {
        if (file.Length > MaxToken) return null;
        var octets = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(octets);
        return TimeStampToken.TryRead(octets) is not null ? TimeStamp : null;
    }

    private static string Oid(byte[] encoded) => AsnDecoder.ReadObjectIdentifier(encoded, AsnEncodingRules.BER, out _);

    /// <summary>Octets of a file, piece after piece.</summary>
    private sealed class Pieces(Stream file, List<(long Start, long Length)> pieces) : ForwardStream
    {
        private int _index;
        private long _within;

        public override int Read(Span<byte> buffer)
        {
            var filled = 0;
            while (filled < buffer.Length && _index < pieces.Count)
            {
                var (start, length) = pieces[_index];
                file.Position = start + _within;
                var count = file.Read(buffer.Slice(filled, (int)Math.Min(buffer.Length - filled, length - _within)));
                (filled, _within) = (filled + count, _within + count);
                if (_within == length) (_index, _within) = (_index + 1, 0);
                else if (count == 0) throw new EndOfStreamException("The file became shorter.");
            }

            return filled;
        }
    }
}
