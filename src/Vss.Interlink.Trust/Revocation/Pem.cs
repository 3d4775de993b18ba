using System.Security.Cryptography;
using System.Text;

namespace Vss.Interlink.Trust.Revocation;

/// <summary>Files that may be DER or PEM.</summary>
internal static class Pem
{
    /// <exception cref="FormatException">It looks like PEM and is none.</exception>
    public static ReadOnlyMemory<byte> Decoded(ReadOnlyMemory<byte> octets)
    {
        if (octets.Span.IndexOf("-----BEGIN "u8) is < 0 or > 4096 || octets.Span is [0x30, ..]) return octets;
        var text = Encoding.ASCII.GetString(octets.Span);
        return PemEncoding.TryFind(text, out var fields) ? Convert.FromBase64String(text[fields.Base64Data]) : throw new FormatException("There is no whole PEM block.");
    }
}
