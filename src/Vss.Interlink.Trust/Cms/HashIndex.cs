using System.Formats.Asn1;
using System.Security.Cryptography;
using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.Cms;

/// <summary>
/// The ats-hash-index of an archive time stamp: EN 319 122-1 section 5.5.2, which lists by their hashes the certificates, revocation information and unsigned attributes that were there.
/// Its first two versions index an attribute as a whole, the third each value of it.
/// </summary>
internal sealed class HashIndex
{
    private const string First = "0.4.0.1733.2.5";
    private const string Second = "0.4.0.19122.1.4";
    private const string Third = "0.4.0.19122.1.5";
    private const int MaxEntries = 1024;

    private readonly bool _byValue;
    private readonly HashAlgorithmName _hash;
    private readonly HashSet<string> _certificates;
    private readonly HashSet<string> _revocation;
    private readonly HashSet<string> _attributes;

    private HashIndex(ReadOnlyMemory<byte> value, bool byValue)
    {
        (Encoded, _byValue) = (value, byValue);
        var index = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();

        // The algorithm may be left out in the first version: then the sequence of hashes of certificates comes first.
        var first = index.PeekContentBytes();
        var hasAlgorithm = !first.IsEmpty && first.Span[0] == 6;
        _hash = hasAlgorithm ? SignatureMethod.HashOf(index.ReadSequence().ReadObjectIdentifier()) : HashAlgorithmName.SHA256;
        (_certificates, _revocation, _attributes) = (Hashes(index.ReadSequence()), Hashes(index.ReadSequence()), Hashes(index.ReadSequence()));
        index.ThrowIfNotEmpty();
    }

    /// <summary>The value of the attribute as it stands: part of what the time stamp is over.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <param name="stamper">Signer of the time-stamp token, among whose unsigned attributes it is.</param>
    /// <returns>Null where there is none that can be read, or several.</returns>
    public static HashIndex? TryRead(CmsSigner stamper)
    {
        var found = new[] { Third, Second, First }.Where(stamper.Unsigned.Has).ToList();
        if (found is not [var oid] || stamper.Unsigned.Single(oid) is not { } value) return null;
        try
        {
            var index = new HashIndex(value, oid == Third);
            return index._hash.Name is null ? null : index;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Whether everything that it lists is there. What is there and not listed was added afterwards.</summary>
    public bool IsOf(CmsMessage message, CmsSigner signer) =>
        _certificates.IsSubsetOf(message.EncodedCertificates.Select(Hash))
        && _revocation.IsSubsetOf(message.EncodedRevocation.Select(Hash))
        && _attributes.IsSubsetOf(signer.Unsigned.All.SelectMany(attribute => _byValue ? attribute.Values.Select(value => HashOf(attribute.Oid, value)) : [Hash(attribute.Encoded)]));

    /// <summary>What it lists of the message and is not signed: revocation information, and values of unsigned attributes, as they stand.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> PartsOf(CmsMessage message, CmsSigner signer) => message.EncodedRevocation.Where(info => _revocation.Contains(Hash(info)))
        .Concat(signer.Unsigned.All.SelectMany(attribute => attribute.Values.Where(value => _attributes.Contains(_byValue ? HashOf(attribute.Oid, value) : Hash(attribute.Encoded)))));

    private static HashSet<string> Hashes(AsnReader hashes)
    {
        HashSet<string> all = [];
        while (hashes.HasData)
        {
            all.Add(Convert.ToHexString(hashes.ReadOctetString()));
            if (all.Count > MaxEntries) throw new AsnContentException("The index has too many entries.");
        }

        return all;
    }

    private string Hash(ReadOnlyMemory<byte> octets) => Convert.ToHexString(CryptographicOperations.HashData(_hash, octets.Span));

    private string HashOf(string oid, ReadOnlyMemory<byte> value)
    {
        var type = new AsnWriter(AsnEncodingRules.DER);
        type.WriteObjectIdentifier(oid);
        return Hash((byte[])[.. type.Encode(), .. value.Span]);
    }
}
