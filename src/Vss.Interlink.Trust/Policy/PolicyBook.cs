using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Vss.Interlink.Trust.Policy;

/// <summary>
/// The policies in force: those of the configured file, looked at again now and then and swapped whole. A file with faults changes nothing; each fault is logged, and the last good policies
/// stay in force until it is mended.
/// </summary>
public sealed partial class PolicyBook
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private volatile PartnerPolicies _current;
    private (long Length, DateTime Written) _stamp;
    private long _readAt;

    /// <exception cref="PolicyException">The file has faults.</exception>
    public PolicyBook(IOptions<TrustOptions> options, TimeProvider clock, ILogger<PolicyBook> logger)
    {
        (_path, _clock, _logger) = (options.Value.Policies!, clock, logger);
        _stamp = Stamp();
        _current = PolicyFile.Read(_path).Partners;
        _readAt = clock.GetTimestamp();
    }

    public PartnerPolicies Current
    {
        get
        {
            if (_clock.GetElapsedTime(Volatile.Read(ref _readAt)) > Interval && _reading.TryEnter())
            {
                try
                {
                    ReadAgain();
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

    private void ReadAgain()
    {
        try
        {
            var stamp = Stamp();
            if (stamp == _stamp) return;
            _stamp = stamp;
            var next = PolicyFile.Read(_path).Partners;
            _current = next;
            Swapped(_logger, next.All.Count);
        }
        catch (PolicyException faulty)
        {
            foreach (var fault in faulty.Faults) Faulty(_logger, fault);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Unreadable(_logger, unreadable);
        }
    }

    private (long Length, DateTime Written) Stamp()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
    }

    [LoggerMessage(1111, LogLevel.Information, "Policies were replaced: {Partners} partners.")]
    private static partial void Swapped(ILogger logger, int partners);

    [LoggerMessage(1112, LogLevel.Error, "The policy file has a fault and changes nothing; the last good policies stay in force. {Fault}")]
    private static partial void Faulty(ILogger logger, string fault);

    [LoggerMessage(1113, LogLevel.Error, "The policy file cannot be read; the last good policies stay in force.")]
    private static partial void Unreadable(ILogger logger, Exception exception);
}
