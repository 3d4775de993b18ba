using System.IO.Compression;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>Decodes the streams that judging needs: cross references, objects, and the material of a security store. Those are plain or FlateDecode (ISO 32000-2 section 7.4.4).</summary>
internal static class PdfFilters
{
    private const int MaxDecoded = 64 * 1024 * 1024;
    private const int MaxEncoded = 64 * 1024 * 1024;
    private const int PngPredictor = 10;

    /// <exception cref="PdfFault">Another filter, broken data, or more than what is allowed.</exception>
    public static byte[] Decode(PdfOctets octets, PdfStream stream, PdfBudget budget)
    {
        if (stream.Length > MaxEncoded) throw PdfFault.Limit(stream.Data, $"a stream is longer than {MaxEncoded} octets");
        var data = octets.Slice(stream.Data, (int)stream.Length);
        var (filter, parameters) = (Only(stream, "Filter"), Only(stream, "DecodeParms"));
        switch (filter)
        {
            case PdfNull:
                budget.Decoded(data.Length, stream.Data);
                return data;
            case PdfName { Value: "FlateDecode" or "Fl" }:
                return Unpredicted(Inflate(data, stream.Data, budget), parameters as PdfDictionary ?? PdfDictionary.Empty, stream.Data);
            default:
                throw PdfFault.Malformed(stream.Data, "a stream that has to be read has another filter than FlateDecode");
        }
    }

    private static PdfObject Only(PdfStream stream, string key) => stream.Dictionary[key] switch
    {
        PdfArray { Items: [] } => PdfNull.Instance,
        PdfArray { Items: [var only] } => only,
        PdfArray => new PdfBoolean(false),
        PdfReference => new PdfBoolean(false),
        var direct => direct,
    };

    private static byte[] Inflate(byte[] data, long at, PdfBudget budget)
    {
        using var source = new MemoryStream(data, writable: false);
        using var inflater = new ZLibStream(source, CompressionMode.Decompress);
        using var decoded = new MemoryStream();
        var buffer = new byte[32 * 1024];
        try
        {
            for (int count; (count = inflater.Read(buffer)) > 0;)
            {
                budget.Decoded(count, at);
                if (decoded.Length + count > MaxDecoded) throw PdfFault.Limit(at, $"a stream decodes to more than {MaxDecoded} octets");
                decoded.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            throw PdfFault.Malformed(at, "a stream cannot be inflated");
        }

        return decoded.ToArray();
    }

    private static byte[] Unpredicted(byte[] data, PdfDictionary parameters, long at)
    {
        var predictor = parameters.Integer("Predictor") ?? 1;
        if (predictor == 1) return data;
        if (predictor < PngPredictor) throw PdfFault.Malformed(at, "a stream that has to be read has a predictor that is not one of PNG's");
        var (colors, bits, columns) = (parameters.Integer("Colors") ?? 1, parameters.Integer("BitsPerComponent") ?? 8, parameters.Integer("Columns") ?? 1);
        if (colors is < 1 or > 32 || bits is not (1 or 2 or 4 or 8 or 16) || columns is < 1 or > 100_000) throw PdfFault.Malformed(at, "the predictor of a stream is out of bounds");
        var pixel = Math.Max(1, (int)(colors * bits / 8));
        var row = (int)((colors * bits * columns + 7) / 8);
        if (data.Length % (row + 1) != 0) throw PdfFault.Malformed(at, "a stream does not consist of whole rows");
        var plain = new byte[data.Length / (row + 1) * row];
        for (int from = 0, to = 0; from < data.Length; from += row + 1, to += row)
        {
            if (!Row(data.AsSpan(from + 1, row), data[from], to == 0 ? new byte[row] : plain.AsSpan(to - row, row), plain.AsSpan(to, row), pixel)) throw PdfFault.Malformed(at, "a stream has a row of an unknown kind");
        }

        return plain;
    }

    // PNG (ISO/IEC 15948) section 9: None, Sub, Up, Average, Paeth.
    private static bool Row(ReadOnlySpan<byte> coded, byte kind, ReadOnlySpan<byte> above, Span<byte> plain, int pixel)
    {
        if (kind > 4) return false;
        for (var index = 0; index < coded.Length; index++)
        {
            int left = index >= pixel ? plain[index - pixel] : 0, up = above[index], corner = index >= pixel ? above[index - pixel] : 0;
            var guess = kind switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 };
            plain[index] = (byte)((coded[index] + guess) & 0xFF);
        }

        return true;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (byLeft, byUp, byCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }
}
