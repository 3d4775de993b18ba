using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>
/// The one class that knows the client library. Runs scripts with a time-out. When errors last for some seconds it makes all connections anew: after a fail-over this library keeps asking servers
/// that are gone until it happens to look at the cluster again.
/// </summary>
internal sealed partial class RedisLink : IAsyncDisposable
{
    private readonly RedisOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<RedisLink> _logger;
    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _connection;
    private long? _failingSince;

    public RedisLink(RedisOptions options, TimeProvider clock, ILogger<RedisLink> logger) => (_options, _clock, _logger) = (options, clock, logger);

    /// <summary>How often connections were made anew.</summary>
    public int Rebuilds { get; private set; }

    /// <summary>Runs a script at the master that has its keys.</summary>
    /// <exception cref="GuardAwayException">No answer within the time-out, or an error.</exception>
    public async Task<string?[]> RunAsync(string script, IReadOnlyList<string> keys, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var since = _clock.GetTimestamp();
        try
        {
            var connection = await Connection().WaitAsync(_options.Timeout, _clock, cancellation);
            var left = _options.Timeout - _clock.GetElapsedTime(since);
            var result = await Evaluate(connection, script, keys, arguments, CommandFlags.DemandMaster).WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _clock, cancellation);
            lock (_lock) _failingSince = null;
            return [.. ((RedisValue[])result).Select(value => (string?)value)];
        }
        catch (Exception failed) when (IsTrouble(failed))
        {
            Failed(since);
            throw new GuardAwayException(failed is TimeoutException ? $"Redis did not answer within {_options.Timeout.TotalMilliseconds:0} ms." : $"Redis: {failed.Message}", failed);
        }
    }

    /// <summary>Sends a script behind what was sent before, when there is a connection, and asks for no answer.</summary>
    public void Send(string script, IReadOnlyList<string> keys, IReadOnlyList<string> arguments)
    {
        Task<ConnectionMultiplexer>? connection;
        lock (_lock) connection = _connection;
        if (connection is not { IsCompletedSuccessfully: true }) return;
        try
        {
            _ = Evaluate(connection.Result, script, keys, arguments, CommandFlags.DemandMaster | CommandFlags.FireAndForget);
        }
        catch (Exception failed) when (IsTrouble(failed))
        {
            // Then it was not sent; whoever depends on it has a lease that ends.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? last;
        lock (_lock) (last, _connection) = (_connection, Task.FromException<ConnectionMultiplexer>(new ObjectDisposedException(nameof(RedisLink))));
        await CloseAsync(last);
    }

    private static Task<RedisResult> Evaluate(ConnectionMultiplexer connection, string script, IReadOnlyList<string> keys, IReadOnlyList<string> arguments, CommandFlags flags) =>
        connection.GetDatabase().ScriptEvaluateAsync(script, [.. keys.Select(key => (RedisKey)key)], [.. arguments.Select(argument => (RedisValue)argument)], flags);

    private static bool IsTrouble(Exception failed) =>
        failed is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException or SocketException or IOException or InvalidOperationException or InvalidCastException or AggregateException;

    private Task<ConnectionMultiplexer> Connection()
    {
        lock (_lock) return _connection ??= ConnectAsync();
    }

    // Errors that last: since the first one after the last good answer.
    private void Failed(long at)
    {
        Task<ConnectionMultiplexer>? old;
        lock (_lock)
        {
            _failingSince ??= at;
            if (_clock.GetElapsedTime(_failingSince.Value) < _options.RebuildAfter || _connection is { IsCompleted: false }) return;
            _failingSince = null;
            old = _connection;
            _connection = ConnectAsync();
            Rebuilds++;
        }

        Rebuilt(_logger, _options.RebuildAfter.TotalSeconds);
        _ = CloseAsync(old);
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        try
        {
            var connection = await ConnectionMultiplexer.ConnectAsync(Configuration());
            connection.IncludeDetailInExceptions = false;   // the client's name is among the details
            return connection;
        }
        catch (Exception failed) when (IsTrouble(failed) || failed is InvalidDataException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new IOException(failed.Message, failed);
        }
    }

    // What is asked of a server before the first script, is what an ACL must permit (docs/operations.md).
    private ConfigurationOptions Configuration()
    {
        var password = _options.Authentication == RedisAuthentication.Password ? File.ReadAllText(_options.PasswordFile!).TrimEnd('\r', '\n') : null;
        var isNamed = _options.User == RedisOptions.NamedUser;
        if (isNamed && password!.Any(letter => letter is < '!' or > '~')) throw new InvalidDataException($"The password of {RedisOptions.NamedUser} must be printable ASCII without blanks.");   // the library would leave the others out
        var commands = new Dictionary<string, string?> { ["CONFIG"] = null, ["SUBSCRIBE"] = null, ["PSUBSCRIBE"] = null, ["PUBLISH"] = null };

        // The library knows AUTH with a password alone, and sends CLIENT SETNAME with the client's name before it asks anything. Under another word that is a login by name.
        if (isNamed) commands["CLIENT"] = "AUTH";
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ConnectTimeout = (int)Math.Max(1000, _options.Timeout.TotalMilliseconds * 4),
            SyncTimeout = (int)_options.Timeout.TotalMilliseconds,
            ConnectRetry = 1,
            KeepAlive = 5,
            ConfigCheckSeconds = 5,
            ClientName = isNamed ? password : "interlink",
            TieBreaker = "",
            ConfigurationChannel = "",
            CommandMap = CommandMap.Create(commands),
            Password = isNamed ? null : password,
        };
        foreach (var endpoint in _options.Endpoints) configuration.EndPoints.Add(endpoint);
        if (_options.Tls == RedisTls.Required) RedisTlsPeer.Apply(configuration, _options);
        return configuration;
    }

    private static async Task CloseAsync(Task<ConnectionMultiplexer>? connection)
    {
        try
        {
            if (connection is not null) await (await connection).CloseAsync(allowCommandsToComplete: false);
        }
        catch (Exception failed) when (IsTrouble(failed))
        {
            // It was never open, or is closed by now.
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "Redis kept failing for {Seconds} s; all connections to it are made anew")]
    private static partial void Rebuilt(ILogger logger, double seconds);
}
