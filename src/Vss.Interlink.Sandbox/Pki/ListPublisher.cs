using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.X509;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>A revocation list as it is served.</summary>
internal sealed record PublishedList(byte[] Octets, DateTimeOffset ThisUpdate, DateTimeOffset NextUpdate);

/// <summary>
/// Publishes the lists of one authority: complete, delta, of one distribution point, indirect (RFC 5280 section 5). What is revoked stands on no list until the next is
/// published; a list that ended is followed by the next when it is asked for, unless publication has stopped. Thread-safe.
/// </summary>
internal sealed class ListPublisher
{
    private readonly CertificationAuthority _authority;
    private readonly Keyed? _listIssuer;
    private readonly AuthorityOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PublishedList> _files = new(StringComparer.Ordinal);
    private (BigInteger Number, IReadOnlyList<RevokedSerial> Entries) _base = (BigInteger.Zero, []);
    private BigInteger _number = BigInteger.Zero;
    private bool _hasStopped;

    /// <param name="authority">Whose lists.</param>
    /// <param name="listIssuer">Signs the indirect list; null for an authority that has none.</param>
    /// <param name="options">Lives of lists, and the clock.</param>
    public ListPublisher(CertificationAuthority authority, Keyed? listIssuer, AuthorityOptions options)
    {
        (_authority, _listIssuer, _options) = (authority, listIssuer, options);
        Publish();
    }

    private string Delta => $"{_authority.Name}-delta.crl";

    private IEnumerable<CertificateLists> Complete => Enum.GetValues<CertificateLists>().Where(lists => lists is not CertificateLists.Indirect || _listIssuer is not null);

    /// <summary>Every list anew, and from now on.</summary>
    public void Publish()
    {
        lock (_lock)
        {
            _hasStopped = false;
            Begin();

            // Section 5.2.4: lists that are issued together have one number; the delta leads from the complete list before to this one.
            _files[Delta] = Make(Delta, Now, _authority.Self, _number);
            foreach (var lists in Complete) _files[_authority.ListFile(lists)] = Make(_authority.ListFile(lists), Now, SignerOf(lists), _number);
            _base = (_number, _authority.Register.RevokedAt(Now));
        }
    }

    /// <summary>What changed since the last complete list.</summary>
    public void PublishDelta()
    {
        lock (_lock)
        {
            Begin();
            _files[Delta] = Make(Delta, Now, _authority.Self, _number);
        }
    }

    /// <summary>Puts lists that have ended in the place of all, until <see cref="Publish"/>.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            _hasStopped = true;
            foreach (var file in _files.Keys) _files[file] = Ended(file);
        }
    }

    /// <summary>The list of a file; null where there is none.</summary>
    /// <param name="file">E.g. <c>issuing.crl</c>.</param>
    /// <param name="fault">What is to be wrong with it.</param>
    /// <param name="stranger">Signs in the authority's place where the fault is that.</param>
    public PublishedList? Find(string file, AuthorityFault? fault, Func<Keyed> stranger)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(file, out var list)) return null;
            if (fault is AuthorityFault.Expired) return Ended(file);
            if (fault is AuthorityFault.WrongSigner) return Make(file, Now, stranger(), _number);
            if (list.NextUpdate > Now || _hasStopped) return list;
            if (file == Delta) PublishDelta();
            else Publish();
            return _files[file];
        }
    }

    private DateTimeOffset Now => _options.Clock.GetUtcNow();

    private Keyed SignerOf(CertificateLists lists) => lists is CertificateLists.Indirect ? _listIssuer! : _authority.Self;

    private TimeSpan LifeOf(string file) => file == Delta ? _options.DeltaLife : _options.ListLife;

    // Numbers follow the clock, so that a list of the past has a number of the past.
    private void Begin() => _number = _number.Add(BigInteger.One).Max(NumberAt(Now));

    private static BigInteger NumberAt(DateTimeOffset at) => BigInteger.ValueOf(at.ToUnixTimeMilliseconds());

    private PublishedList Ended(string file)
    {
        var thisUpdate = Now - LifeOf(file) - TimeSpan.FromMinutes(10);
        var lists = Complete.FirstOrDefault(lists => _authority.ListFile(lists) == file);
        return Make(file, thisUpdate, SignerOf(lists), NumberAt(thisUpdate));
    }

    private PublishedList Make(string file, DateTimeOffset thisUpdate, Keyed signer, BigInteger number)
    {
        var nextUpdate = thisUpdate + LifeOf(file);
        var maker = new X509V2CrlGenerator();
        maker.SetIssuerDN(signer.Certificate.SubjectDN);
        maker.SetThisUpdate(thisUpdate.UtcDateTime);
        maker.SetNextUpdate(nextUpdate.UtcDateTime);
        foreach (var entry in Entries(file, thisUpdate)) maker.AddCrlEntry(entry.Serial, entry.At.UtcDateTime, ExtensionsOf(entry, file));
        foreach (var extension in (CertificateExtension[])[CertificationAuthority.KeyIdOf(signer.Certificate), new(X509Extensions.CrlNumber, false, new CrlNumber(number)), .. Kept(thisUpdate), .. Scope(file)])
            maker.AddExtension(extension.Oid, extension.IsCritical, extension.Value);
        return new PublishedList(maker.Generate(signer.Signature).GetEncoded(), thisUpdate, nextUpdate);
    }

    private IEnumerable<RevokedSerial> Entries(string file, DateTimeOffset thisUpdate)
    {
        if (file == _authority.ListFile(CertificateLists.Partition)) return _authority.Register.RevokedAt(thisUpdate, CertificateLists.Partition);
        if (file == _authority.ListFile(CertificateLists.Indirect)) return _authority.Register.RevokedAt(thisUpdate, CertificateLists.Indirect);
        var all = _authority.Register.RevokedAt(thisUpdate);
        if (file != Delta) return all;
        var released = _base.Entries.Where(before => _authority.Register.Find(before.Serial).Revoked is null);
        return [.. all.Except(_base.Entries), .. released.Select(before => before with { Reason = X509RevocationReason.RemoveFromCrl })];
    }

    // expiredCertsOnCRL of X.509: nothing is ever taken off a list here, as the responder's archive cutoff says of answers.
    private IEnumerable<CertificateExtension> Kept(DateTimeOffset thisUpdate) =>
        _options.ArchiveCutoff is { } kept ? [new(new DerObjectIdentifier("2.5.29.60"), false, new DerGeneralizedTime((thisUpdate - kept).UtcDateTime))] : [];

    private IEnumerable<CertificateExtension> Scope(string file)
    {
        if (file == Delta) return [new(X509Extensions.DeltaCrlIndicator, true, new CrlNumber(_base.Number))];
        if (file == _authority.ListFile(CertificateLists.Whole)) return [_authority.Point(X509Extensions.FreshestCrl, Delta)];
        var isIndirect = file == _authority.ListFile(CertificateLists.Indirect);
        return [new(X509Extensions.IssuingDistributionPoint, true, new IssuingDistributionPoint(_authority.PointName(file), false, false, null, isIndirect, false))];
    }

    // An entry without a reason has none rather than unspecified (section 5.3.1); one of an indirect list names the certificate's issuer (section 5.3.3).
    private X509Extensions? ExtensionsOf(RevokedSerial entry, string file)
    {
        var maker = new X509ExtensionsGenerator();
        if (entry.Reason is not X509RevocationReason.Unspecified) maker.AddExtension(X509Extensions.ReasonCode, false, new CrlReason((int)entry.Reason));
        if (file == _authority.ListFile(CertificateLists.Indirect)) maker.AddExtension(X509Extensions.CertificateIssuer, true, new GeneralNames(new GeneralName(_authority.Self.Certificate.SubjectDN)));
        return maker.IsEmpty ? null : maker.Generate();
    }
}
