using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.Revocation;

/// <summary>What an answer says of one certificate.</summary>
internal enum OcspStatus
{
    Good,
    Revoked,
    Unknown,
}

/// <summary>A SingleResponse of RFC 6960 section 4.2.1.</summary>
internal sealed record OcspLine(
    HashAlgorithmName Hash, byte[] NameHash, byte[] KeyHash, BigInteger Serial, OcspStatus Status, DateTimeOffset RevokedAt, int Reason, DateTimeOffset ThisUpdate, DateTimeOffset? NextUpdate,
    DateTimeOffset? ArchiveCutoff, bool IsUnusable)
{
    // RFC 6960 section 4.2.2.1: without nextUpdate newer answers are to be had all the time, so one is fresh for as long as asking takes.
    private static readonly TimeSpan s_withoutNextUpdate = TimeSpan.FromHours(1);

    /// <summary>Until when it is good.</summary>
    public DateTimeOffset EndsAt => NextUpdate ?? Times.Plus(ThisUpdate, s_withoutNextUpdate);

    /// <summary>How long ago it ended; zero where it is still good.</summary>
    public TimeSpan StaleBy(DateTimeOffset at) => EndsAt >= at ? TimeSpan.Zero : at - EndsAt;

    /// <summary>Whether it is of this certificate of this issuer.</summary>
    public bool IsOf(PathCertificate certificate, PathCertificate issuer) =>
        Hash.Name is not null
        && Serial == certificate.Serial
        && CryptographicOperations.HashData(Hash, certificate.Certificate.IssuerName.RawData).AsSpan().SequenceEqual(NameHash)
        && CryptographicOperations.HashData(Hash, OcspAnswer.KeyOf(issuer)).AsSpan().SequenceEqual(KeyHash);
}

/// <summary>An OCSP answer: RFC 6960 section 4.2, its lightweight profile RFC 5019 included.</summary>
public sealed class OcspAnswer
{
    private const string Basic = "1.3.6.1.5.5.7.48.1.1";
    private const string CrlReferences = "1.3.6.1.5.5.7.48.1.3";
    private const string Cutoff = "1.3.6.1.5.5.7.48.1.6";
    private static readonly Asn1Tag s_zero = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_one = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag s_two = new(TagClass.ContextSpecific, 2, isConstructed: true);

    private readonly ReadOnlyMemory<byte> _signed;
    private readonly byte[] _signature;
    private long _usedAt;
    private readonly List<OcspLine> _lines = [];

    private OcspAnswer(ReadOnlyMemory<byte> octets, AsnReader basic)
    {
        Der = octets;
        _signed = basic.PeekEncodedValue();
        var data = basic.ReadSequence();
        Method = SignatureMethod.Read(basic.ReadEncodedValue());
        _signature = basic.ReadBitString(out _);
        if (basic.HasData) ReadCertificates(basic.ReadSequence(s_zero).ReadSequence());
        if (data.PeekTag().HasSameClassAndValue(s_zero)) data.ReadSequence(s_zero);
        if (data.PeekTag().HasSameClassAndValue(s_one)) ResponderName = NameForm.Of(data.ReadSequence(s_one).ReadEncodedValue());
        else ResponderKey = data.ReadSequence(s_two).ReadOctetString();
        ProducedAt = data.ReadGeneralizedTime();
        var lines = data.ReadSequence();
        while (lines.HasData) _lines.Add(Line(lines.ReadSequence()));
        if (data.HasData) IsUnusable = !Extensions(data.ReadSequence(s_one).ReadSequence(), (oid, value) => { if (oid == Nonces) Nonce = NonceOf(value); });
    }

    private const string Nonces = "1.3.6.1.5.5.7.48.1.2";

    /// <summary>The answer as it came, DER.</summary>
    public ReadOnlyMemory<byte> Der { get; }

    public DateTimeOffset ProducedAt { get; }

    /// <summary>The nonce of the request that it answers; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; private set; }

    /// <summary>When it last showed that a certificate is not revoked, for whoever keeps those that are used.</summary>
    internal DateTimeOffset UsedAt => new(Volatile.Read(ref _usedAt), TimeSpan.Zero);

    internal SignatureMethod Method { get; }

    internal string? ResponderName { get; }

    internal byte[]? ResponderKey { get; }

    internal IReadOnlyList<OcspLine> Lines => _lines;

    /// <summary>Certificates that came along.</summary>
    internal IReadOnlyList<X509Certificate2> Certificates { get; private set; } = [];

    /// <summary>Reads an OCSPResponse that is successful, or a BasicOCSPResponse, DER or PEM; null for anything else.</summary>
    public static OcspAnswer? TryRead(ReadOnlyMemory<byte> octets)
    {
        try
        {
            octets = Pem.Decoded(octets);
            var whole = new AsnReader(octets, AsnEncodingRules.BER).ReadSequence();
            if (whole.PeekTag() != Asn1Tag.Enumerated) return new OcspAnswer(octets, whole);
            if (whole.ReadEnumeratedBytes().Span is not [0] || !whole.HasData) return null;
            var inner = whole.ReadSequence(s_zero).ReadSequence();
            return inner.ReadObjectIdentifier() == Basic ? new OcspAnswer(octets, new AsnReader(inner.ReadOctetString(), AsnEncodingRules.BER).ReadSequence()) : null;
        }
        catch (Exception broken) when (broken is AsnContentException or FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether the octets are a response that gives no answer, as tryLater: RFC 6960 section 4.2.1.</summary>
    public static bool IsRefusal(ReadOnlyMemory<byte> octets)
    {
        try
        {
            var whole = new AsnReader(Pem.Decoded(octets), AsnEncodingRules.BER).ReadSequence();
            return whole.PeekTag() == Asn1Tag.Enumerated && whole.ReadEnumeratedBytes().Span is [> 0 and < 8] && !whole.HasData;
        }
        catch (Exception broken) when (broken is AsnContentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Whether the answer names this certificate as its responder's and its key signed it.</summary>
    internal bool IsSignedBy(PathCertificate responder) => IsNamedAs(responder) && Method.Verifies(responder.Certificate, _signed.Span, _signature);

    /// <summary>Whether the answer names this certificate as its responder's; that proves nothing.</summary>
    internal bool IsNamedAs(PathCertificate responder) => ResponderName is not null ? ResponderName == responder.Subject : SHA1OfKey(responder).AsSpan().SequenceEqual(ResponderKey);

    /// <summary>Whether a critical extension of the whole answer is not understood: then it shows nothing.</summary>
    internal bool IsUnusable { get; }

    /// <summary>The subjectPublicKey's bits without tag, length and count of unused bits: what CertID and ResponderID hash.</summary>
    internal static byte[] KeyOf(PathCertificate certificate)
    {
        var info = new AsnReader(certificate.KeyInfo, AsnEncodingRules.BER).ReadSequence();
        info.ReadEncodedValue();
        return info.ReadBitString(out _);
    }

    // Names a key, proves nothing (RFC 6960 section 4.2.1 has it so).
    private static byte[] SHA1OfKey(PathCertificate certificate) => CryptographicOperations.HashData(HashAlgorithmName.SHA1, KeyOf(certificate));

    internal void Use(DateTimeOffset at) => Volatile.Write(ref _usedAt, at.UtcTicks);

    private void ReadCertificates(AsnReader certificates)
    {
        List<X509Certificate2> all = [];
        while (certificates.HasData) all.Add(X509CertificateLoader.LoadCertificate(certificates.ReadEncodedValue().Span));
        Certificates = all;
    }

    private static OcspLine Line(AsnReader line)
    {
        var id = line.ReadSequence();
        var hash = SignatureMethod.HashOf(id.ReadSequence().ReadObjectIdentifier());
        var (nameHash, keyHash, serial) = (id.ReadOctetString(), id.ReadOctetString(), id.ReadInteger());
        var status = line.PeekTag().TagValue switch { 0 => OcspStatus.Good, 1 => OcspStatus.Revoked, _ => OcspStatus.Unknown };
        var (revokedAt, reason) = (default(DateTimeOffset), 0);
        if (status == OcspStatus.Revoked)
        {
            var revoked = line.ReadSequence(s_one);
            revokedAt = revoked.ReadGeneralizedTime();
            if (revoked.HasData) reason = revoked.ReadSequence(s_zero).ReadEnumeratedBytes().Span[0];
        }
        else
        {
            line.ReadEncodedValue();
        }

        var thisUpdate = line.ReadGeneralizedTime();
        var nextUpdate = DistributionPoint.Has(line, s_zero) ? line.ReadSequence(s_zero).ReadGeneralizedTime() : (DateTimeOffset?)null;
        DateTimeOffset? cutoff = null;
        var isUnderstood = true;
        if (DistributionPoint.Has(line, s_one)) isUnderstood = Extensions(line.ReadSequence(s_one).ReadSequence(), (oid, value) => { if (oid == Cutoff) cutoff = new AsnReader(value, AsnEncodingRules.BER).ReadGeneralizedTime(); });
        return new OcspLine(hash, nameHash, keyHash, serial, status, revokedAt, reason, thisUpdate, nextUpdate, cutoff, !isUnderstood);
    }

    // RFC 8954 has an OCTET STRING in it; older responders put the octets there bare.
    private static ReadOnlyMemory<byte> NonceOf(byte[] value)
    {
        try
        {
            return new AsnReader(value, AsnEncodingRules.BER).ReadOctetString();
        }
        catch (AsnContentException)
        {
            return value;
        }
    }

    // False where a critical one is not understood. CrlReferences (RFC 6960 section 4.4.2) tells only where else the same is said.
    private static bool Extensions(AsnReader extensions, Action<string, byte[]> read)
    {
        var isUnderstood = true;
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            isUnderstood &= !isCritical || oid is Cutoff or Nonces or CrlReferences;
            read(oid, extension.ReadOctetString());
        }

        return isUnderstood;
    }
}
