using Microsoft.Extensions.Logging;
using Npgsql;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>
/// Hears what other nodes committed and wakes whoever waits for it here; keeps partitions made ahead. A lost connection is opened again, and then everybody is
/// woken once, because nobody knows what was said meanwhile. Whoever must not miss anything polls as well.
/// </summary>
internal sealed partial class PostgresListener : IAsyncDisposable
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    // Making partitions locks tables and may fail for months: rows that lie in the rest stay there.
    private static readonly TimeSpan s_pauseOfPartitions = TimeSpan.FromMinutes(10);

    private readonly string _connectionString;
    private readonly string _node;
    private readonly LedgerChanges _changes;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private string _madeFor = "";
    private long? _notMadeAt;

    public PostgresListener(string connectionString, string node, LedgerChanges changes, TimeProvider clock, ILogger logger)
    {
        (_connectionString, _node, _changes, _clock, _logger) = (connectionString, node, changes, clock, logger);
        _loop = ListenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            try
            {
                await ListenOnceAsync(_stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception lost)
            {
                // Not only what the driver wraps: a certificate that is just being replaced is thrown as it is. Whatever it was, nobody else opens the connection again.
                LogLost(_logger, lost);
            }

            await Task.Delay(s_pause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenOnceAsync(CancellationToken stopping)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(stopping);
        connection.Notification += (_, said) => Heard(said.Payload);
        await using (var listen = connection.CreateCommand())
        {
            listen.CommandText = "LISTEN " + PostgresWriter.Channel;
            await listen.ExecuteNonQueryAsync(stopping);
        }

        _changes.PublishAll();
        LogListening(_logger);
        while (true)
        {
            MakePartitions(connection);
            await connection.WaitAsync(s_longestWait, stopping);
        }
    }

    // Looked at after each notice, and they may come by the hundred a second.
    private void MakePartitions(NpgsqlConnection connection)
    {
        var now = _clock.GetUtcNow();
        if (PostgresPartitions.Month(now) == _madeFor || (_notMadeAt is { } failed && _clock.GetElapsedTime(failed) < s_pauseOfPartitions)) return;
        _notMadeAt = _clock.GetTimestamp();   // before, for the connection may be lost over it
        if (!PostgresPartitions.TryMakeAhead(connection, now, _logger)) return;
        (_madeFor, _notMadeAt) = (PostgresPartitions.Month(now), null);
    }

    private void Heard(string notice)
    {
        var parts = notice.Split('\n');
        if (parts[0] != _node) _changes.Publish(parts[1..]);   // this node's own were published at the commit
    }

    [LoggerMessage(2401, LogLevel.Warning, "The connection that listens to other nodes was lost; until it is back they are heard by polling")]
    private static partial void LogLost(ILogger logger, Exception lost);

    [LoggerMessage(2402, LogLevel.Information, "Listening to the ledger's other nodes")]
    private static partial void LogListening(ILogger logger);
}
