using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Vss.Interlink.Trust.Policy;

/// <summary>
/// The policies in force: those of the configured file, read again now and then and swapped whole. A file with faults changes nothing; each fault is logged, and the last good policies
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
    private byte[] _octets;
    private bool _isAway;
    private long _readAt;

    /// <exception cref="PolicyException">The file has faults.</exception>
    /// <exception cref="IOException">It cannot be read; also UnauthorizedAccessException.</exception>
    public PolicyBook(IOptions<TrustOptions> options, TimeProvider clock, ILogger<PolicyBook> logger)
    {
        (_path, _clock, _logger) = (options.Value.Policies!, clock, logger);
        _octets = File.ReadAllBytes(_path);
        _current = PolicyFile.Parse(_octets).Partners;
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
            // Read, and not looked at from outside: neither a new mode nor a link that leads elsewhere changes the time or the length that the path has, and files of one image all have the same time.
            var octets = File.ReadAllBytes(_path);
            _isAway = false;
            if (octets.AsSpan().SequenceEqual(_octets)) return;
            _octets = octets;   // before it is judged: what is faulty is told once
            var next = PolicyFile.Parse(octets).Partners;
            _current = next;
            Swapped(_logger, next.All.Count);
        }
        catch (PolicyException faulty)
        {
            foreach (var fault in faulty.Faults) Faulty(_logger, fault);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            if (!_isAway) Unreadable(_logger, unreadable);
            _isAway = true;
        }
    }

    [LoggerMessage(1111, LogLevel.Information, "Policies were replaced: {Partners} partners.")]
    private static partial void Swapped(ILogger logger, int partners);

    [LoggerMessage(1112, LogLevel.Error, "The policy file has a fault and changes nothing; the last good policies stay in force. {Fault}")]
    private static partial void Faulty(ILogger logger, string fault);

    [LoggerMessage(1113, LogLevel.Error, "The policy file cannot be read; the last good policies stay in force.")]
    private static partial void Unreadable(ILogger logger, Exception exception);
}
