using System.Runtime.InteropServices;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>The octets that were verified, to be read again.</summary>
internal static class VerifiedOctets
{
    /// <summary>Reads the very array, without a copy: a document with inline attachments can be large.</summary>
    public static MemoryStream Open(VerifiedDocument document) => MemoryMarshal.TryGetArray(document.Octets, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(document.Octets.ToArray(), writable: false);
}
