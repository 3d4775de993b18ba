using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Vss.Interlink.Trust.Certificates;

/// <summary>
/// The trust store of the configured folders, read again now and then so that a new revocation list needs no restart; as long as no file changes it stays the same, with all that was
/// found over it. A store that cannot be read any more leaves the last good one in force; its lists grow stale and then refuse.
/// </summary>
public sealed partial class TrustFolder
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly TrustOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private volatile TrustStore _current;
    private string _stamp;
    private long _readAt;

    public TrustFolder(IOptions<TrustOptions> options, TimeProvider clock, ILogger<TrustFolder> logger)
    {
        (_options, _clock, _logger) = (options.Value, clock, logger);
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
                    if (stamp != _stamp) _current = NotOlder(Read());
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

    private TrustStore Read() => TrustStore.Load(_options.Anchors!, _options.Intermediates, _options.RevocationLists);

    // Whoever puts an old list back would bring back what was taken off it.
    private TrustStore NotOlder(TrustStore next)
    {
        var older = next.TrustLists.FirstOrDefault(list => _current.TrustLists.Any(known => known.Identifier == list.Identifier && known.SequenceNumber > list.SequenceNumber));
        return older is null ? next : throw new InvalidDataException($"The trust {older} is older than the one in force.");
    }

    [LoggerMessage(1101, LogLevel.Error, "The trust store cannot be read; the last good one stays in force.")]
    private static partial void Unreadable(ILogger logger, Exception exception);
}
