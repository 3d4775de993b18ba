using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Trust.Online;

/// <summary>
/// The answers that this node has at hand, bounded in number and octets, the least recently used going first. Together with the configured folders they make the trust store that
/// judges see; a new one is made only when an answer came, changed or went.
/// </summary>
internal sealed class KnownAnswers(OnlineOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KnownAnswer> _answers = new(StringComparer.Ordinal);
    private long _octets;
    private volatile Merged? _merged;

    public int Count
    {
        get { lock (_gate) return _answers.Count; }
    }

    public IReadOnlyList<KnownAnswer> All
    {
        get { lock (_gate) return [.. _answers.Values]; }
    }

    public bool TryGet(string key, [NotNullWhen(true)] out KnownAnswer? answer)
    {
        lock (_gate) return _answers.TryGetValue(key, out answer);
    }

    /// <summary>Takes an answer in, unless the one that is there is as new or newer.</summary>
    /// <returns>The one that is there now.</returns>
    public KnownAnswer Keep(KnownAnswer answer)
    {
        lock (_gate)
        {
            if (_answers.TryGetValue(answer.Question.Key, out var there))
            {
                if (!answer.Supersedes(there)) return there;
                Remove(there);
            }

            _answers[answer.Question.Key] = answer;
            _octets += answer.Der.Length;
            while (_answers.Count > 1 && (_answers.Count > options.MaxAnswers || _octets > options.MaxHeldOctets)) Remove(_answers.Values.Where(other => other != answer).MinBy(other => other.UsedAt)!);
            _merged = null;
            return answer;
        }
    }

    public void Drop(KnownAnswer answer)
    {
        lock (_gate)
        {
            if (!_answers.TryGetValue(answer.Question.Key, out var there) || there != answer) return;
            Remove(answer);
            _merged = null;
        }
    }

    /// <summary>The folders' store and what is known beyond it. The same instance as long as neither changes.</summary>
    public TrustStore Over(TrustStore folders)
    {
        if (_merged is { } current && current.Folders == folders) return current.Store;
        lock (_gate)
        {
            var store = _answers.Count == 0
                ? folders
                : folders.With(
                    [.. _answers.Values.Select(answer => answer.Issuer).OfType<X509Certificate2>()],
                    [.. _answers.Values.Select(answer => answer.List).OfType<CertificateList>()],
                    [.. _answers.Values.Select(answer => answer.Ocsp).OfType<OcspAnswer>()]);
            _merged = new Merged(folders, store);
            return store;
        }
    }

    private void Remove(KnownAnswer answer)
    {
        _answers.Remove(answer.Question.Key);
        _octets -= answer.Der.Length;
    }

    private sealed record Merged(TrustStore Folders, TrustStore Store);
}
