using System.Security.Cryptography.X509Certificates;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>That a certificate is revoked.</summary>
/// <param name="Serial">Its serial number.</param>
/// <param name="At">Since when.</param>
/// <param name="Reason">CRLReason of RFC 5280 section 5.3.1.</param>
internal sealed record RevokedSerial(BigInteger Serial, DateTimeOffset At, X509RevocationReason Reason);

/// <summary>What an authority issued and revoked; thread-safe.</summary>
internal sealed class RevocationRegister
{
    private readonly Lock _lock = new();
    private readonly Dictionary<BigInteger, (CertificateLists Lists, RevokedSerial? Revoked)> _issued = [];

    public void Add(BigInteger serial, CertificateLists lists)
    {
        lock (_lock) _issued.Add(serial, (lists, null));
    }

    /// <summary>Whether the certificate was issued here, and its revocation; that is null where it is good.</summary>
    public (bool IsIssued, RevokedSerial? Revoked) Find(BigInteger serial)
    {
        lock (_lock) return (_issued.TryGetValue(serial, out var found), found.Revoked);
    }

    /// <summary>What is revoked at a time, the oldest first.</summary>
    /// <param name="at">The time.</param>
    /// <param name="lists">Of certificates that name this list; null for all.</param>
    public IReadOnlyList<RevokedSerial> RevokedAt(DateTimeOffset at, CertificateLists? lists = null)
    {
        lock (_lock)
        {
            var entries = from entry in _issued.Values
                          where lists is null || entry.Lists == lists
                          where entry.Revoked?.At <= at
                          orderby entry.Revoked.At
                          select entry.Revoked;
            return [.. entries];
        }
    }

    /// <summary>Revokes or holds; a hold can end by <see cref="X509RevocationReason.RemoveFromCrl"/> or become a revocation, which stays for good (RFC 5280 section 5.3.1).</summary>
    /// <returns>Why it cannot be; null when it is done.</returns>
    public string? Revoke(RevokedSerial revocation)
    {
        lock (_lock)
        {
            if (!_issued.TryGetValue(revocation.Serial, out var entry)) return "no such certificate was issued here";
            var before = entry.Revoked;
            var isHeld = before?.Reason is X509RevocationReason.CertificateHold;
            if (revocation.Reason is X509RevocationReason.RemoveFromCrl)
            {
                if (!isHeld) return "only a certificate on hold can be released";
                _issued[revocation.Serial] = (entry.Lists, null);
                return null;
            }

            if (before is not null && !isHeld) return "the certificate is revoked already";
            _issued[revocation.Serial] = (entry.Lists, revocation);
            return null;
        }
    }
}
