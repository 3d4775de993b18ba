using System.Collections.Concurrent;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Trust.WsSecurity;

namespace Vss.Interlink.Gateway.Soap.Operations;

/// <summary>
/// Submissions that were accepted here lately, by SHA-256 over all octets of their envelopes. A sender who got no answer sends the same octets again, and all of them do when the hub comes
/// back; what is the same for the same octets is not computed once more. It saves work and decides nothing: without it the repeat is verified, read, and answered alike.
/// </summary>
internal sealed class KnownEnvelopes
{
    private const int MaxKept = 8192;   // of each of two generations; about a kilobyte each

    private readonly Lock _change = new();
    private ConcurrentDictionary<EnvelopeDigest, KnownEnvelope> _young = new();
    private ConcurrentDictionary<EnvelopeDigest, KnownEnvelope> _old = new();
    private int _count;

    public KnownEnvelope? Find(EnvelopeDigest digest) => _young.TryGetValue(digest, out var known) || _old.TryGetValue(digest, out known) ? known : null;

    public void Keep(EnvelopeDigest digest, KnownEnvelope known)
    {
        if (!_young.TryAdd(digest, known) || Interlocked.Increment(ref _count) <= MaxKept) return;
        lock (_change)
        {
            if (Volatile.Read(ref _count) <= MaxKept) return;
            _old = _young;
            _young = new ConcurrentDictionary<EnvelopeDigest, KnownEnvelope>();
            Volatile.Write(ref _count, 0);
        }
    }
}

/// <param name="Message">Is judged again.</param>
/// <param name="Submission">What it holds.</param>
internal sealed record KnownEnvelope(PassedMessage Message, KnownSubmission Submission);
