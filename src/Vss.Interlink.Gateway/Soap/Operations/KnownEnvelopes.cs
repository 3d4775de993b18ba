using System.Collections.Concurrent;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Trust.WsSecurity;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>
/// Submissions that were accepted here lately, by SHA-256 over all octets of their envelopes. A sender who got no answer sends the same octets again, and all of them do when the hub comes
/// back; what is the same for the same octets is not computed once more. It saves work and decides nothing: without it the repeat is verified, read, and answered alike.
/// </summary>
/// <remarks>What stays of a submission is half a kilobyte. The certificates that came with it are kept once for all by the same signer; these are the senders' choice, so they are counted.</remarks>
internal sealed class KnownEnvelopes
{
    private const int MaxKept = 32 * 1024;                      // of each of two generations
    private const long MaxCertificateOctets = 8 * 1024 * 1024;  // of each; the platform holds a certificate in some four times its octets
    private const long MaxOctetsOfOne = 32 * 1024;              // a signer and his authorities have five

    private readonly Lock _change = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    /// <summary>Octets of all certificates that are kept, each counted once of a signer and generation.</summary>
    public long CertificateOctets => _young.CertificateOctets + _old.CertificateOctets;

    public KnownEnvelope? Find(EnvelopeDigest digest) => _young.Kept.TryGetValue(digest, out var known) || _old.Kept.TryGetValue(digest, out known) ? known : null;

    public void Keep(EnvelopeDigest digest, KnownEnvelope known)
    {
        var octets = known.Message.CertificateOctets;
        if (octets > MaxOctetsOfOne) return;
        var signer = known.Message.SignerDigest();
        lock (_change)
        {
            if (_young.Kept.ContainsKey(digest)) return;
            if (_young.Count >= MaxKept || (!_young.Signers.ContainsKey(signer) && _young.CertificateOctets + octets > MaxCertificateOctets)) (_old, _young) = (_young, new Generation());
            if (_young.Signers.TryAdd(signer, known)) _young.CertificateOctets += octets;
            _young.Kept[digest] = known.Sharing(_young.Signers[signer]);
            _young.Count++;
        }
    }

    private sealed class Generation
    {
        public ConcurrentDictionary<EnvelopeDigest, KnownEnvelope> Kept { get; } = new();

        public Dictionary<string, KnownEnvelope> Signers { get; } = new(StringComparer.Ordinal);   // under the lock

        public int Count { get; set; }   // the dictionary's own takes all its locks

        public long CertificateOctets { get; set; }
    }
}

/// <param name="Message">Is judged again.</param>
/// <param name="Submission">What it holds.</param>
internal sealed record KnownEnvelope(PassedMessage Message, KnownSubmission Submission)
{
    /// <summary>The same, holding what another one by the same signer holds of him.</summary>
    public KnownEnvelope Sharing(KnownEnvelope other) => new(Message.Sharing(other.Message), Submission with { SignedBy = other.Submission.SignedBy });
}
