using System.Collections.Frozen;

namespace Vss.Interlink.Trust.Policy;

/// <summary>
/// Extended key usages with which a certificate signs documents and messages, where it has any: RFC 5280 section 4.2.1.12 lets it be used "only for one of the purposes indicated". The same
/// for every policy (docs/partners.md). Certificates of the public authorities in Vietnam name emailProtection, mostly beside clientAuth and a document signing purpose; a purpose that is
/// another's alone (servers, clients, programs, time stamps, OCSP answers) is none of these.
/// </summary>
public static class SigningUsages
{
    /// <summary>Object identifiers.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.ToFrozenSet(
    [
        "2.5.29.37.0",                // anyExtendedKeyUsage
        "1.3.6.1.5.5.7.3.4",          // emailProtection, under which S/MIME and most document signatures stand
        "1.3.6.1.5.5.7.3.36",         // documentSigning, RFC 9336
        "1.3.6.1.4.1.311.10.3.12",    // document signing, Microsoft
        "1.2.840.113583.1.1.5",       // authentic documents, Adobe
    ]);
}
