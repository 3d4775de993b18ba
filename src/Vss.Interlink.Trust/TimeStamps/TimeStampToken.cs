using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.TimeStamps;

/// <summary>A time-stamp token as it came: RFC 3161 section 2.4.2. What it says is worth what <see cref="TimeStampJudge"/> finds.</summary>
public sealed class TimeStampToken
{
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4";
    private static readonly Asn1Tag s_zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_one = new(TagClass.ContextSpecific, 1, isConstructed: true);

    private TimeStampToken(CmsMessage message, ReadOnlyMemory<byte> content)
    {
        (Message, Content) = (message, content);
        var outer = new AsnReader(content, AsnEncodingRules.DER);
        var info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (!info.ReadInteger().IsOne) throw new AsnContentException("The version is not 1.");
        Policy = info.ReadObjectIdentifier();
        var imprint = info.ReadSequence();
        Hash = SignatureMethod.HashOf(imprint.ReadSequence().ReadObjectIdentifier());
        Imprint = imprint.ReadOctetString();
        imprint.ThrowIfNotEmpty();
        SerialNumber = Convert.ToHexStringLower(info.ReadIntegerBytes().Span);
        Time = info.ReadGeneralizedTime();
        if (info.HasData && info.PeekTag() == Asn1Tag.Sequence) Accuracy = ReadAccuracy(info.ReadSequence());
        if (info.HasData && info.PeekTag() == Asn1Tag.Boolean) info.ReadBoolean();
        if (info.HasData && info.PeekTag() == Asn1Tag.Integer) Nonce = info.ReadInteger();
        if (info.HasData && info.PeekTag().HasSameClassAndValue(s_zero)) Authority = info.ReadSequence(s_zero).ReadEncodedValue();
        if (info.HasData) RefuseCritical(info.ReadSequence(s_one));
        info.ThrowIfNotEmpty();
    }

    /// <summary>When the authority says that it saw the imprint.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>By how much <see cref="Time"/> may be wrong; zero where nothing is said.</summary>
    public TimeSpan Accuracy { get; }

    /// <summary>What digested the data; default where it is not known here.</summary>
    public HashAlgorithmName Hash { get; }

    /// <summary>Digest of the data.</summary>
    public ReadOnlyMemory<byte> Imprint { get; }

    /// <summary>The authority's policy, an object identifier.</summary>
    public string Policy { get; }

    /// <summary>Hexadecimal, lower case.</summary>
    public string SerialNumber { get; }

    /// <summary>The request's nonce; null where there is none.</summary>
    public BigInteger? Nonce { get; }

    /// <summary>The name that the authority gives itself, a GeneralName, DER; empty where it gives none.</summary>
    internal ReadOnlyMemory<byte> Authority { get; }

    internal CmsMessage Message { get; }

    /// <summary>What the token itself brings along.</summary>
    internal ValidationMaterial Material => field ??= new(
        [.. Message.Certificates], [.. Message.Lists.Select(list => CertificateList.TryRead(list)).OfType<CertificateList>()], [.. Message.Answers.Select(answer => OcspAnswer.TryRead(answer)).OfType<OcspAnswer>()]);

    /// <summary>TSTInfo, DER.</summary>
    internal ReadOnlyMemory<byte> Content { get; }

    /// <summary>Why the authority gave no token, where the octets are a response that says so (section 2.4.2); else null.</summary>
    public static string? TryReadRefusal(ReadOnlyMemory<byte> octets)
    {
        try
        {
            var whole = new AsnReader(Pem.Decoded(octets), AsnEncodingRules.BER).ReadSequence();
            if (whole.PeekTag() != Asn1Tag.Sequence || !whole.ReadSequence().TryReadInt32(out var status) || status is 0 or 1) return null;
            return status switch { 2 => "rejection", 3 => "waiting", 4 => "a revocation is imminent", 5 => "a revocation has been made", _ => "a status that is not known" };
        }
        catch (Exception broken) when (broken is AsnContentException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Reads a token, or a response that grants one (section 2.4.2), DER or PEM; null for anything else.</summary>
    public static TimeStampToken? TryRead(ReadOnlyMemory<byte> octets)
    {
        try
        {
            octets = Pem.Decoded(octets);
            var encoded = new AsnReader(octets, AsnEncodingRules.BER).PeekEncodedValue();
            if (!CmsMessage.IsPadding(octets.Span[encoded.Length..])) return null;
            var whole = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
            if (whole.PeekTag() == Asn1Tag.Sequence)
            {
                // PKIStatus: 0 granted, 1 granted with changes.
                if (!whole.ReadSequence().TryReadInt32(out var status) || status is not (0 or 1) || !whole.HasData) return null;
                octets = whole.ReadEncodedValue();
                whole.ThrowIfNotEmpty();
            }

            return CmsMessage.TryRead(octets) is { ContentType: TstInfo, Content: { } content } message ? new TimeStampToken(message, content) : null;
        }
        catch (Exception broken) when (broken is AsnContentException or FormatException)
        {
            return null;
        }
    }

    // Accuracy ::= SEQUENCE { seconds INTEGER, millis [0], micros [1] }, each optional.
    private static TimeSpan ReadAccuracy(AsnReader accuracy)
    {
        var all = TimeSpan.Zero;
        if (accuracy.HasData && accuracy.PeekTag() == Asn1Tag.Integer) all += TimeSpan.FromSeconds(Number(accuracy, Asn1Tag.Integer));
        if (accuracy.HasData && accuracy.PeekTag().TagValue == 0) all += TimeSpan.FromMilliseconds(Number(accuracy, new Asn1Tag(TagClass.ContextSpecific, 0)));
        if (accuracy.HasData) all += TimeSpan.FromMicroseconds(Number(accuracy, new Asn1Tag(TagClass.ContextSpecific, 1)));
        return all;
    }

    private static int Number(AsnReader reader, Asn1Tag tag) =>
        reader.TryReadInt32(out var number, tag) && number >= 0 ? number : throw new AsnContentException("The accuracy is out of bounds.");

    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            extension.ReadObjectIdentifier();
            if (extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean()) throw new AsnContentException("A critical extension of the token is not understood.");
        }
    }
}
