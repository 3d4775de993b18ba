using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Vss.Interlink.Exchange.Bodies;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>One SQLite file: WAL, synchronous=FULL, one writer with group commit, readers on their own connections. Whatever an awaited write has answered is on the disk.</summary>
/// <threadsafety>Safe for any number of threads; several processes may share the file.</threadsafety>
internal sealed class SqliteStore : ILedgerStore
{
    private const int BusySeconds = 30;
    private const int MostIdle = 16;

    private readonly string _readers;
    private readonly ConcurrentStack<SqliteSql> _idle = new();
    private readonly GroupCommit _writer;
    private volatile bool _isClosed;

    /// <summary>Opens the file, making or migrating it.</summary>
    /// <exception cref="InvalidOperationException">A newer hub wrote it.</exception>
    public SqliteStore(string file, TimeProvider clock)
    {
        OwnerOnly.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
        OwnerOnly.MakeFile(file);   // SQLite would make it as the umask says. An empty file is an empty ledger to it, and its log gets the mode of the file
        var writing = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true, DefaultTimeout = BusySeconds, Pooling = false }.ToString();
        _readers = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, DefaultTimeout = BusySeconds, Pooling = false }.ToString();
        using (var first = Open(writing))
        {
            Set(first, "PRAGMA journal_mode = WAL");
            Set(first, "PRAGMA synchronous = FULL");
            SqliteSchema.Migrate(first, clock.GetUtcNow());
        }

        var writer = Open(writing);
        Set(writer, "PRAGMA synchronous = FULL");
        _writer = new GroupCommit([new SqliteWriter(writer)], Changes);
    }

    public LedgerChanges Changes { get; } = new();

    public string SkipLocked => "";

    public string RowLock => "";

    public string BeginSnapshot => "BEGIN DEFERRED";

    public string? ItsTime => null;

    public Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation) => _writer.RunAsync(action, cancellation);

    // SQLite answers from memory or a few pages of the file, on the caller's thread; the task is the shape of a ledger, not this one's need. Parsing and planning a statement
    // takes longer than most of them take to run, so a reader is kept with what it has prepared; one on which something failed is not.
    public async Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_idle.TryPop(out var sql)) sql = new SqliteSql(Open(_readers));
        var isWell = false;
        try
        {
            var answer = await read(sql);
            isWell = true;
            return answer;
        }
        finally
        {
            if (isWell && !_isClosed && _idle.Count < MostIdle) _idle.Push(sql);
            else await sql.DisposeAsync();
        }
    }

    public Task ProveWritableAsync(CancellationToken cancellation) =>
        // Nobody reads this field of the file's header, which is 0 already; writing it costs one page and one flush.
        _writer.RunAsync(session => session.Sql.ExecuteAsync("PRAGMA application_id = 0"), cancellation).WaitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _isClosed = true;
        while (_idle.TryPop(out var sql)) await sql.DisposeAsync();
    }

    private static SqliteConnection Open(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        return connection;
    }

    private static void Set(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this class
        command.CommandText = pragma;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
