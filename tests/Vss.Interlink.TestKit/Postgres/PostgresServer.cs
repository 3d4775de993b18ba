using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit;

namespace Vss.Interlink.TestKit.Postgres;

/// <summary>
/// A PostgreSQL server of the machine's own binaries, in a folder of its own, reached over a socket in that folder; it flushes as a real one does. As a fixture of an
/// assembly it starts with the first test that asks for it. Each test makes a data base of its own.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Superuser = "keeper";
    private const string Hub = "hub";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly bool _kept;
    private readonly string[] _settings;
    private Process? _server;
    private int _databases;

    public PostgresServer() : this(Directory.CreateTempSubdirectory("interlink-pg-").FullName, kept: false, []) { }

    /// <summary>A server on a folder that stays when it is stopped, with what is in it.</summary>
    /// <param name="folder">Short, for the socket lies in it; the account that the server runs as must reach it.</param>
    /// <param name="settings">More settings of the server, as <c>shared_buffers=1GB</c>.</param>
    public static PostgresServer In(DirectoryInfo folder, params string[] settings) => new(folder.FullName, kept: true, settings);

    private PostgresServer(string folder, bool kept, string[] settings) => (_folder, _kept, _settings) = (folder, kept, settings);

    private string Data => Path.Combine(_folder, "data");

    /// <summary>User and system time of the server's processes that are there now.</summary>
    public TimeSpan Cpu => Processes().Aggregate(TimeSpan.Zero, (sum, process) => sum + process);

    public async ValueTask InitializeAsync()
    {
        if (Directory.Exists(Data))
        {
            await StartAsync();
            return;
        }

        // PostgreSQL refuses to run as root; then it runs as the account that Debian's package makes.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", _folder);
        await RunAsync(Binary("initdb"), "--pgdata", Data, "--username", Superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync");
        await StartAsync();
        Execute(Connection("postgres", Superuser), $"CREATE ROLE {Hub} LOGIN");
    }

    /// <summary>A new data base that belongs to a role without privileges; answers Npgsql's connection string for it.</summary>
    /// <param name="settings">Settings of the data base, as <c>synchronous_commit = off</c>.</param>
    public string NewDatabase(params ReadOnlySpan<string> settings)
    {
        var name = $"ledger_{Interlocked.Increment(ref _databases)}";
        Execute(Connection("postgres", Superuser), $"CREATE DATABASE {name} OWNER {Hub}");
        foreach (var setting in settings) Execute(Connection("postgres", Superuser), $"ALTER DATABASE {name} SET {setting}");
        return Connection(name, Hub);
    }

    /// <summary>The data base that was made first in a folder that was kept.</summary>
    public string FirstDatabase() => Connection("ledger_1", Hub);

    /// <summary>The same data base for a role that may do everything.</summary>
    public static string AsSuperuser(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Username = Superuser }.ConnectionString;

    /// <summary>Runs statements on a connection of its own.</summary>
    public static void Execute(string connectionString, string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of tests
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>One number.</summary>
    public static long Number(string connectionString, string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of tests
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Kills the server and all its processes in the middle of whatever they do: what a power cut leaves, except that the machine stays up.</summary>
    public void Kill()
    {
        _server!.Kill(entireProcessTree: true);
        _server.WaitForExit();
        _server.Dispose();
        _server = null;
    }

    /// <summary>Starts the server on what is in the folder; returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            _server ??= Process.Start(Unprivileged(
                Binary("postgres"),
                ["-D", Data, "-k", _folder, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=32MB", "-c", "logging_collector=on", .. _settings.SelectMany(setting => (string[])["-c", setting])]))!;
            try
            {
                Execute(Connection("postgres", Superuser), "SELECT 1");
                return;
            }
            catch (NpgsqlException) when (waited.Elapsed < s_patience)
            {
                // Recovering, or the processes of the one that was killed are not all gone yet and it gave up.
                if (_server.HasExited) _server = null;
                await Task.Delay(100);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            await RunAsync("kill", _kept ? "-INT" : "-QUIT", _server.Id.ToString(CultureInfo.InvariantCulture));   // QUIT is at once, without a checkpoint: nobody will start it again
            await _server.WaitForExitAsync();
        }

        _server?.Dispose();
        if (!_kept) Directory.Delete(_folder, recursive: true);
    }

    // The fields of proc(5)'s stat behind the name in brackets: the parent is the second, user and system time in ticks the twelfth and thirteenth.
    private IEnumerable<TimeSpan> Processes()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                continue;   // gone since it was listed
            }

            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[1] != _server!.Id.ToString(CultureInfo.InvariantCulture)) continue;
            yield return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
        }
    }

    private string Connection(string database, string user) => new NpgsqlConnectionStringBuilder { Host = _folder, Database = database, Username = user }.ConnectionString;

    private static string Binary(string name) =>
        Directory.Exists("/usr/lib/postgresql")
        && Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", name)).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault() is { } found
            ? found
            : throw new FileNotFoundException($"There is no {name} below /usr/lib/postgresql; install the package postgresql.");

    private static ProcessStartInfo Unprivileged(string file, params ReadOnlySpan<string> arguments) => Environment.IsPrivilegedProcess
        ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", file, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true }
        : new ProcessStartInfo(file, [.. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static async Task RunAsync(string file, params string[] arguments)
    {
        var own = Path.IsPathRooted(file) ? Unprivileged(file, arguments) : new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(own)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{file} ended with {process.ExitCode}: {string.Join("", said)}");
    }
}
