using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Paths;

namespace Vss.Interlink.Trust.Revocation;

/// <summary>One line of a list.</summary>
/// <param name="At">Since when.</param>
/// <param name="Reason">CRLReason of RFC 5280 section 5.3.1; 0 where none is given.</param>
/// <param name="InvalidSince">Since when the key may have been in other hands; null where nothing is said.</param>
internal sealed record RevokedEntry(DateTimeOffset At, int Reason, DateTimeOffset? InvalidSince)
{
    public const int Hold = 6;
    public const int RemoveFromList = 8;
}

/// <summary>
/// A certificate revocation list: RFC 5280 section 5, complete or delta, direct or indirect, whole or of one distribution point.
/// </summary>
public sealed class CertificateList
{
    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly ReadOnlyMemory<byte> _signed;
    private readonly byte[] _signature;
    private long _usedAt;
    private readonly SignatureMethod _method;
    private X509Certificate2? _signer;
    private bool _namesIssuers;
    private readonly Dictionary<(string Issuer, BigInteger Serial), RevokedEntry> _entries = [];

    private CertificateList(ReadOnlyMemory<byte> octets)
    {
        Der = octets;
        var outer = new AsnReader(octets, AsnEncodingRules.BER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        _signed = list.PeekEncodedValue();
        var body = list.ReadSequence();
        var algorithm = list.ReadEncodedValue();
        _method = SignatureMethod.Read(algorithm);
        _signature = list.ReadBitString(out _);
        list.ThrowIfNotEmpty();

        if (body.PeekTag() == Asn1Tag.Integer) body.ReadInteger();
        if (!body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span)) throw new AsnContentException("The two algorithm identifiers differ (RFC 5280 section 5.1.1.2).");
        Issuer = NameForm.Of(body.ReadEncodedValue());
        ThisUpdate = Time(body);
        if (IsTime(body)) NextUpdate = Time(body);
        if (body.HasData && body.PeekTag() == Asn1Tag.Sequence) ReadEntries(body.ReadSequence());
        if (body.HasData) ReadExtensions(body.ReadSequence(s_extensions).ReadSequence());

        // Section 5.3.3: only an indirect list has certificates of others. Whose the entries of this one are, two readers would answer differently.
        IsUnusable |= _namesIssuers && !IsIndirect;
    }

    /// <summary>The whole list, DER.</summary>
    public ReadOnlyMemory<byte> Der { get; }

    public DateTimeOffset ThisUpdate { get; }

    /// <summary>Null in a list that promises none.</summary>
    public DateTimeOffset? NextUpdate { get; }

    /// <summary>By <see cref="NameForm"/>.</summary>
    internal string Issuer { get; }

    internal SignatureMethod Method => _method;

    internal byte[]? AuthorityKeyId { get; private set; }

    internal BigInteger? Number { get; private set; }

    /// <summary>In a delta list the number of the complete list that it builds on.</summary>
    internal BigInteger? BaseNumber { get; private set; }

    /// <summary>IssuingDistributionPoint, DER; empty where there is none.</summary>
    internal ReadOnlyMemory<byte> Scope { get; private set; }

    /// <summary>Names of the distribution point that it is of, as in <see cref="DistributionPoint.Names"/>; empty for all.</summary>
    internal IReadOnlyList<string> PointNames { get; private set; } = [];

    /// <summary>FreshestCRL, DER: where delta lists are; empty where it does not say.</summary>
    internal ReadOnlyMemory<byte> FreshestPoints { get; private set; }

    internal Reasons Reasons { get; private set; } = Reasons.All;

    internal bool IsIndirect { get; private set; }

    internal bool OnlyUsers { get; private set; }

    internal bool OnlyAuthorities { get; private set; }

    internal bool OnlyAttributes { get; private set; }

    /// <summary>expiredCertsOnCRL of X.509: certificates that expired after this time are still on the list.</summary>
    internal DateTimeOffset? KeepsExpiredSince { get; private set; }

    /// <summary>Reads DER or PEM; null when it is no list that can be judged.</summary>
    public static CertificateList? TryRead(ReadOnlyMemory<byte> octets)
    {
        try
        {
            return new CertificateList(Pem.Decoded(octets));
        }
        catch (Exception broken) when (broken is AsnContentException or FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>How long ago it ended; zero where it is still good, the largest value where it promises no end.</summary>
    public TimeSpan StaleBy(DateTimeOffset at) => NextUpdate is not { } end ? TimeSpan.MaxValue : end >= at ? TimeSpan.Zero : at - end;

    /// <summary>When it last showed that a certificate is not revoked, for whoever keeps those that are used.</summary>
    internal DateTimeOffset UsedAt => new(Volatile.Read(ref _usedAt), TimeSpan.Zero);

    internal void Use(DateTimeOffset at) => Volatile.Write(ref _usedAt, at.UtcTicks);

    /// <summary>Whether a critical extension of it or of an entry is not understood: then it shows nothing of any certificate (RFC 5280 sections 5.2 and 5.3).</summary>
    internal bool IsUnusable { get; private set; }

    public bool IsFreshAt(DateTimeOffset at) => ThisUpdate <= at && NextUpdate >= at;

    /// <summary>Whether it is a complete list that this authority issued and signed itself.</summary>
    public bool IsCompleteOf(X509Certificate2 authority) => BaseNumber is null && !IsUnusable && Issuer == NameForm.Of(authority.SubjectName.RawData) && IsSignedBy(authority);

    /// <summary>What it says of a certificate; null where it does not list it.</summary>
    internal RevokedEntry? Find(PathCertificate certificate) =>
        _entries.GetValueOrDefault((certificate.Issuer, certificate.Serial));

    internal bool IsSignedBy(X509Certificate2 signer)
    {
        // A list is asked about as long as it lives, and its signer stays the same.
        if (ReferenceEquals(_signer, signer)) return true;
        if (!_method.Verifies(signer, _signed.Span, _signature)) return false;
        _signer = signer;
        return true;
    }

    private static bool IsTime(AsnReader reader) => reader.HasData && (reader.PeekTag() == Asn1Tag.UtcTime || reader.PeekTag() == Asn1Tag.GeneralizedTime);

    private static DateTimeOffset Time(AsnReader reader) => reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    // Section 5.3.3: in an indirect list an entry that names no issuer is of the one before.
    private void ReadEntries(AsnReader entries)
    {
        var issuer = Issuer;
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            var serial = entry.ReadInteger();
            var (at, reason, since) = (Time(entry), 0, (DateTimeOffset?)null);
            var extensions = entry.HasData ? entry.ReadSequence() : null;
            while (extensions?.HasData == true)
            {
                var (oid, isCritical, value) = Extension(extensions);
                switch (oid)
                {
                    case "2.5.29.21": reason = (int)value.ReadEnumeratedValue<ReasonCode>(); break;
                    case "2.5.29.24": since = value.ReadGeneralizedTime(); break;
                    case "2.5.29.29":
                        issuer = DirectoryName(value.ReadSequence());
                        _namesIssuers = true;
                        break;
                    default: Refuse(isCritical); break;
                }
            }

            // One that is there twice is revoked by the worse of the two, whichever stands first.
            var found = new RevokedEntry(at, reason, since);
            if (!_entries.TryGetValue((issuer, serial), out var other) || other.Reason == RevokedEntry.RemoveFromList || (reason != RevokedEntry.RemoveFromList && at < other.At)) _entries[(issuer, serial)] = found;
        }
    }

    private static string DirectoryName(AsnReader names)
    {
        while (names.HasData)
        {
            if (names.PeekTag() is { TagClass: TagClass.ContextSpecific, TagValue: 4 } tag) return NameForm.Of(names.ReadSequence(tag).ReadEncodedValue());
            names.ReadEncodedValue();
        }

        throw new AsnContentException("An entry's certificate issuer has no directory name.");
    }

    private void ReadExtensions(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var (oid, isCritical, value) = Extension(extensions);
            switch (oid)
            {
                case "2.5.29.20": Number = value.ReadInteger(); break;
                case "2.5.29.27": BaseNumber = value.ReadInteger(); break;
                case "2.5.29.28":
                    Scope = value.PeekEncodedValue();
                    ReadScope(value.ReadSequence());
                    break;
                case "2.5.29.35":
                    var authority = value.ReadSequence();
                    var keyId = new Asn1Tag(TagClass.ContextSpecific, 0);
                    if (DistributionPoint.Has(authority, keyId)) AuthorityKeyId = authority.ReadOctetString(keyId);
                    break;
                case "2.5.29.46": FreshestPoints = value.PeekEncodedValue(); break;
                case "2.5.29.60": KeepsExpiredSince = value.ReadGeneralizedTime(); break;
                case "2.5.29.18" or "1.3.6.1.5.5.7.1.1": break;   // other names of the issuer, where its certificate is
                default: Refuse(isCritical); break;
            }
        }
    }

    // Section 5.2.5.
    private void ReadScope(AsnReader scope)
    {
        if (DistributionPoint.Has(scope, Tag(0))) PointNames = DistributionPoint.ReadName(scope.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true)), Issuer);
        OnlyUsers = Flag(1);
        OnlyAuthorities = Flag(2);
        if (DistributionPoint.Has(scope, Tag(3))) Reasons = DistributionPoint.ReadReasons(scope, Tag(3));
        IsIndirect = Flag(4);
        OnlyAttributes = Flag(5);
        scope.ThrowIfNotEmpty();

        bool Flag(int number) => DistributionPoint.Has(scope, Tag(number)) && scope.ReadBoolean(Tag(number));
        static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number);
    }

    private static (string Oid, bool IsCritical, AsnReader Value) Extension(AsnReader extensions)
    {
        var extension = extensions.ReadSequence();
        var oid = extension.ReadObjectIdentifier();
        var isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
        return (oid, isCritical, new AsnReader(extension.ReadOctetString(), AsnEncodingRules.BER));
    }

    private void Refuse(bool isCritical) => IsUnusable |= isCritical;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"the list of {Times.Iso(ThisUpdate)}");

    private enum ReasonCode
    {
        Unspecified = 0,
        KeyCompromise = 1,
        CACompromise = 2,
        AffiliationChanged = 3,
        Superseded = 4,
        CessationOfOperation = 5,
        CertificateHold = 6,
        RemoveFromList = 8,
        PrivilegeWithdrawn = 9,
        AACompromise = 10,
    }
}
