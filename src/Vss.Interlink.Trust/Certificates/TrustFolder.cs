using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>
/// The trust store of the configured folders, read again now and then so that a new revocation list needs no restart; as long as no file changes it stays the same, with all that was
/// found over it. A store that cannot be read any more leaves the last good one in force; its lists grow stale and then refuse.
/// </summary>
public sealed partial class TrustFolder
{
    private readonly RecordAnchors? _record;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly TrustOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private volatile TrustStore _current;
    private string _stamp;
    private long _readAt;

    /// <param name="options">Where the files are.</param>
    /// <param name="clock">The one clock.</param>
    /// <param name="logger">Takes what cannot be read.</param>
    /// <param name="record">Records the anchors of a store before it comes into force; null where there is no audit.</param>
    public TrustFolder(IOptions<TrustOptions> options, TimeProvider clock, ILogger<TrustFolder> logger, RecordAnchors? record = null)
    {
        (_options, _clock, _logger, _record) = (options.Value, clock, logger, record);
        _stamp = Stamp();
        _current = Read();
        _readAt = clock.GetTimestamp();
    }

    public TrustStore Current
    {
        get
        {
            if (_clock.GetElapsedTime(Volatile.Read(ref _readAt)) > Interval && _reading.TryEnter())
            {
                try
                {
                    var stamp = Stamp();   // before: what changes while it is read is read once more
                    if (stamp != _stamp) _current = Read();
                    _stamp = stamp;
                }
                catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or UnauthorizedAccessException)
                {
                    Unreadable(_logger, unreadable);
                }
                finally
                {
                    Volatile.Write(ref _readAt, _clock.GetTimestamp());
                    _reading.Exit();
                }
            }

            return _current;
        }
    }

    private string Stamp() => TrustStore.StampOf(_options.Anchors, _options.Intermediates, _options.RevocationLists);

    private TrustStore Read()
    {
        var store = TrustStore.Load(_options.Anchors!, _options.Intermediates, _options.RevocationLists);
        if (_current is { } current) ThrowIfOlder(store, current);
        _record?.Invoke(store.TrustAnchors);
        return store;
    }

    // Whoever puts an old list back would bring back what was taken off it.
    private static void ThrowIfOlder(TrustStore next, TrustStore current)
    {
        var older = next.TrustLists.FirstOrDefault(list => current.TrustLists.Any(known => known.Identifier == list.Identifier && known.SequenceNumber > list.SequenceNumber));
        if (older is not null) throw new InvalidDataException($"The trust {older} is older than the one in force.");
    }

    [LoggerMessage(1101, LogLevel.Error, "The trust store cannot be read; the last good one stays in force.")]
    private static partial void Unreadable(ILogger logger, Exception exception);
}

/// <summary>Records which anchors are about to come into force; what cannot be recorded does not.</summary>
/// <param name="anchors">All of them.</param>
/// <exception cref="IOException">They could not be recorded.</exception>
public delegate void RecordAnchors(IReadOnlyList<TrustAnchor> anchors);
