using System.Formats.Asn1;
using System.Security.Cryptography;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Cms;

/// <summary>Time stamps that a signer carries, and what each of them is over: EN 319 122-1 sections 5.2.8, 5.3 and 5.5.</summary>
internal sealed class CmsTimeStamps
{
    private const int MaxStamps = 32;

    private readonly List<CarriedTimeStamp> _all = [];

    /// <param name="message">The SignedData.</param>
    /// <param name="signer">One of its signers.</param>
    /// <param name="contentDigest">Gives the digest of the content.</param>
    /// <param name="carried">What tells of revocations.</param>
    public CmsTimeStamps(CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]> contentDigest, CarriedMaterial carried)
    {
        var signed = carried.Within(signer.Signed.All.SelectMany(attribute => attribute.Values));
        foreach (var token in Tokens(signer.Unsigned, CmsAttributes.SignatureTimeStamp))
            _all.Add(new CarriedTimeStamp(TimeStampKind.Signature, token, IsOver(token, hash => CryptographicOperations.HashData(hash, signer.Value)), _ => false) { Material = signed });
        foreach (var token in Tokens(signer.Unsigned, CmsAttributes.ArchiveTimeStampV3)) _all.Add(Archive(token, message, signer, contentDigest, carried));

        // Of version 2 the imprint is over the whole message in an order that its makers did not agree on.
        foreach (var token in Tokens(signer.Unsigned, CmsAttributes.ArchiveTimeStampV2)) _all.Add(new CarriedTimeStamp(TimeStampKind.Archive, token, null, _ => false));
        IsAnyUnreadable = new[] { CmsAttributes.SignatureTimeStamp, CmsAttributes.ArchiveTimeStampV3, CmsAttributes.ArchiveTimeStampV2 }.SelectMany(signer.Unsigned.Values).Count() > _all.Count;
        foreach (var token in Tokens(signer.Signed, CmsAttributes.ContentTimeStamp)) _all.Add(new CarriedTimeStamp(TimeStampKind.Content, token, IsOver(token, contentDigest), _ => false));
    }

    /// <summary>Those that prove that the signature existed, and those over the content, made before it.</summary>
    public IReadOnlyList<CarriedTimeStamp> All => _all;

    /// <summary>Whether something stands in the place of a time stamp and is none, or there are more than are looked at.</summary>
    public bool IsAnyUnreadable { get; }

    private static IEnumerable<TimeStampToken> Tokens(CmsAttributes attributes, string oid) => attributes.Values(oid).Take(MaxStamps).Select(value => TimeStampToken.TryRead(value)).OfType<TimeStampToken>();

    private static bool? IsOver(TimeStampToken token, Func<HashAlgorithmName, byte[]> digest) =>
        token.Hash.Name is null ? null : CryptographicOperations.FixedTimeEquals(digest(token.Hash), token.Imprint.Span);

    // EN 319 122-1 section 5.5.3: content type, digest of the content, fields of the signer, the index. What is in the index is under the time stamp, nothing else is.
    private static CarriedTimeStamp Archive(TimeStampToken token, CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]> contentDigest, CarriedMaterial carried)
    {
        if (token.Message.Signers is not [var stamper] || HashIndex.TryRead(stamper) is not { } index) return new CarriedTimeStamp(TimeStampKind.Archive, token, null, _ => false);
        var isOver = index.IsOf(message, signer) ? IsOver(token, Imprint) : false;
        var parts = index.PartsOf(message, signer).ToList();
        return new CarriedTimeStamp(TimeStampKind.Archive, token, isOver, other => parts.Exists(part => part.Span.SequenceEqual(other.Token.Message.Octets.Span)))
        {
            Material = carried.Within([.. parts, .. signer.Signed.All.SelectMany(attribute => attribute.Values)]),
        };

        byte[] Imprint(HashAlgorithmName hash)
        {
            using var sum = IncrementalHash.CreateHash(hash);
            var type = new AsnWriter(AsnEncodingRules.DER);
            type.WriteObjectIdentifier(message.ContentType);
            sum.AppendData(type.Encode());
            sum.AppendData(contentDigest(hash));
            foreach (var field in signer.Fields) sum.AppendData(field.Span);
            sum.AppendData(index.Encoded.Span);
            return sum.GetHashAndReset();
        }
    }
}
