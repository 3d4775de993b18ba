using System.Formats.Asn1;
using System.Security.Cryptography;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Cms;

/// <summary>Time stamps that a signer carries, and the level of CAdES that follows from them: EN 319 122-1 sections 5.2.8, 5.3, 5.5 and 6.</summary>
internal sealed class CmsTimeStamps
{
    private const int MaxStamps = 32;

    private readonly List<CarriedTimeStamp> _proving = [];

    /// <param name="message">The SignedData.</param>
    /// <param name="signer">One of its signers.</param>
    /// <param name="contentDigest">Gives the digest of the content.</param>
    public CmsTimeStamps(CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]> contentDigest)
    {
        foreach (var token in Tokens(signer.Unsigned, CmsAttributes.SignatureTimeStamp))
            _proving.Add(new CarriedTimeStamp(TimeStampKind.Signature, token, IsOver(token, hash => CryptographicOperations.HashData(hash, signer.Value))));
        foreach (var token in Tokens(signer.Unsigned, CmsAttributes.ArchiveTimeStampV3)) _proving.Add(Archive(token, message, signer, contentDigest));

        // Of version 2 the imprint is over the whole message in an order that its makers did not agree on.
        foreach (var token in Tokens(signer.Unsigned, CmsAttributes.ArchiveTimeStampV2)) _proving.Add(new CarriedTimeStamp(TimeStampKind.Archive, token, null, _ => false));
        IsAnyUnreadable = new[] { CmsAttributes.SignatureTimeStamp, CmsAttributes.ArchiveTimeStampV3, CmsAttributes.ArchiveTimeStampV2 }.SelectMany(signer.Unsigned.Values).Count() > _proving.Count;
        Content = [.. Tokens(signer.Signed, CmsAttributes.ContentTimeStamp).Select(token => new CarriedTimeStamp(TimeStampKind.Other, token, IsOver(token, contentDigest)))];
    }

    /// <summary>Those that prove that the signature existed.</summary>
    public IReadOnlyList<CarriedTimeStamp> Proving => _proving;

    /// <summary>Whether something stands in the place of a time stamp and is none, or there are more than are looked at.</summary>
    public bool IsAnyUnreadable { get; }

    /// <summary>Those over the content, made before the signature: they say nothing about it.</summary>
    public IReadOnlyList<CarriedTimeStamp> Content { get; }

    /// <summary>By what is there and over this signature; whether it is good says the verdict.</summary>
    public SignatureLevel LevelWith(CarriedMaterial carried)
    {
        if (!Has(TimeStampKind.Signature)) return SignatureLevel.B;
        if (!carried.HasRevocation) return SignatureLevel.T;
        return Has(TimeStampKind.Archive) ? SignatureLevel.LTA : SignatureLevel.LT;

        bool Has(TimeStampKind kind) => _proving.Exists(stamp => stamp.Kind == kind && stamp.IsOverThis == true);
    }

    /// <summary>Adds a rung for each time stamp that proves nothing about the signature.</summary>
    public void ReportOthers(TimeStampJudge judge, Ladder ladder)
    {
        if (IsAnyUnreadable) ladder.Pass(Rules.TimeStamp, "unsignedAttrs", "a time stamp is not counted: it cannot be read");
        foreach (var stamp in Content)
        {
            var problem = stamp.IsOverThis == true ? judge.Judge(stamp.Token, null, null).Verdict.Failure?.Detail : "it is over something else";
            ladder.Pass(Rules.TimeStamp, "Content", problem is null ? $"the content existed at {Times.Iso(stamp.Token.Time)}" : $"the content time stamp of {Times.Iso(stamp.Token.Time)} is not counted: {problem}");
        }
    }

    private static IEnumerable<TimeStampToken> Tokens(CmsAttributes attributes, string oid) => attributes.Values(oid).Take(MaxStamps).Select(value => TimeStampToken.TryRead(value)).OfType<TimeStampToken>();

    private static bool? IsOver(TimeStampToken token, Func<HashAlgorithmName, byte[]> digest) =>
        token.Hash.Name is null ? null : CryptographicOperations.FixedTimeEquals(digest(token.Hash), token.Imprint.Span);

    // EN 319 122-1 section 5.5.3: content type, digest of the content, fields of the signer, the index. What is in the index is under the time stamp, nothing else is.
    private static CarriedTimeStamp Archive(TimeStampToken token, CmsMessage message, CmsSigner signer, Func<HashAlgorithmName, byte[]> contentDigest)
    {
        if (token.Message.Signers is not [var stamper] || HashIndex.TryRead(stamper) is not { } index) return new CarriedTimeStamp(TimeStampKind.Archive, token, null, _ => false);
        var isOver = index.IsOf(message, signer) ? IsOver(token, Imprint) : false;
        return new CarriedTimeStamp(TimeStampKind.Archive, token, isOver, other => index.Has(other, signer));

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
