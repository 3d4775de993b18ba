using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Tests.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.V1;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Vss.Interlink.Exchange.Tests.Ledger;

public sealed class PostgresLedgerTests(PostgresServer server) : LedgerContract
{
    private readonly string _database = server.NewDatabase();

    protected override ExchangeLedger Open() => Open(_database);

    [Fact]
    public async Task Nodes_that_start_together_on_an_empty_data_base_migrate_it_once()
    {
        var empty = server.NewDatabase();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Open(empty))));
        Assert.Equal(PostgresSchema.Version, PostgresServer.Number(empty, "SELECT count(*) FROM schema_versions"));
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_migration_takes_as_long_as_it_takes_whatever_a_statement_may_take_otherwise(bool byHand)
    {
        var empty = server.NewDatabase();
        var impatient = empty + ";Command Timeout=1";
        PostgresServer.Execute(
            PostgresServer.AsSuperuser(empty),
            """
            CREATE FUNCTION public.as_of_a_grown_table() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(2); END $$;
            CREATE EVENT TRIGGER slow ON ddl_command_start WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION public.as_of_a_grown_table()
            """);

        // Another node is at it first.
        await using var other = new NpgsqlConnection(empty);
        await other.OpenAsync();
        await using var migrating = await other.BeginTransactionAsync();
        await using (var turn = other.CreateCommand())
        {
            turn.CommandText = $"SELECT pg_advisory_xact_lock({PostgresPartitions.Lock})";
            await turn.ExecuteNonQueryAsync();
        }

        var waiting = Task.Run(async () =>
        {
            if (byHand) LedgerMigration.Postgres(impatient, Clock);
            else await Open(impatient).DisposeAsync();
        });
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(2.5)));
        await migrating.CommitAsync();
        await waiting;
        Assert.Equal(PostgresSchema.Version, PostgresServer.Number(empty, "SELECT count(*) FROM schema_versions"));
    }

    [Fact]
    public async Task A_newer_schema_is_run_on_when_it_says_so_and_refused_when_it_says_not()
    {
        PostgresServer.Execute(_database, $"INSERT INTO schema_versions (version, oldest_hub, applied_at) VALUES ({PostgresSchema.Version + 1}, {PostgresSchema.Version}, 0)");
        await using (var older = Open()) Assert.IsType<Claim.First>(await older.AcceptAsync(Exchange(), CancellationToken.None));

        PostgresServer.Execute(_database, $"INSERT INTO schema_versions (version, oldest_hub, applied_at) VALUES ({PostgresSchema.Version + 2}, {PostgresSchema.Version + 1}, 0)");
        Assert.Contains($"version {PostgresSchema.Version + 2}", Assert.Throws<InvalidOperationException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("synchronous_commit = off", "synchronous_commit is off")]
    [InlineData("synchronous_commit = local", "synchronous_commit is local")]
    public void A_data_base_that_answers_before_it_flushed_is_refused(string setting, string said)
    {
        var loose = server.NewDatabase(setting);
        Assert.Contains(said, Assert.Throws<InvalidOperationException>(() => Open(loose)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_writer_goes_on_flushing_each_commit_whatever_the_server_is_told_later()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        PostgresSettings.Check(connection);
        PostgresSettings.PrepareToWrite(connection);

        // What the session has set for itself stands above the server's files.
        Assert.Equal(1, await CountAsync(connection, "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'on' AND source = 'session'"));
        Assert.Equal(1, await CountAsync(connection, "SELECT count(*) FROM pg_settings WHERE name = 'default_toast_compression' AND (setting = 'lz4' OR 'lz4' <> ALL (enumvals))"));

        static async Task<long> CountAsync(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task A_server_that_comes_back_unfit_is_a_ledger_that_is_away_until_it_is_fit_again()
    {
        var database = server.NewDatabase();
        await using var ledger = Open(database);
        Assert.IsType<Claim.First>(await ledger.AcceptAsync(Exchange("m-1"), CancellationToken.None));
        ComesBackWith("off");
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => ledger.AcceptAsync(Exchange("m-2"), CancellationToken.None));
        Assert.True(LedgerFailure.IsAway(failed), failed.ToString());
        Assert.Contains("synchronous_commit is off", failed.Message, StringComparison.Ordinal);
        ComesBackWith("on");
        Assert.IsType<Claim.First>(await ledger.AcceptAsync(Exchange("m-2"), CancellationToken.None));

        void ComesBackWith(string setting)
        {
            var keeper = PostgresServer.AsSuperuser(database);
            PostgresServer.Execute(keeper, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} SET synchronous_commit = {setting}");
            PostgresServer.Execute(keeper, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }
    }

    [Fact]
    public async Task Who_finds_a_table_locked_waits_for_it_once_and_is_told_that_the_ledger_is_away()
    {
        var database = server.NewDatabase();
        await using var ledger = Open(database);
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync();
        await using (var locking = new NpgsqlCommand("BEGIN; LOCK TABLE deliveries IN SHARE MODE", other)) await locking.ExecuteNonQueryAsync();
        var failed = await Assert.ThrowsAsync<PostgresException>(() => ledger.AcceptAsync(Exchange("m-1"), CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(LedgerFailure.IsAway(failed));
        await using (var ending = new NpgsqlCommand("ROLLBACK", other)) await ending.ExecuteNonQueryAsync();
        Assert.IsType<Claim.First>(await ledger.AcceptAsync(Exchange("m-1"), CancellationToken.None));
    }

    [Fact]
    public async Task No_statement_is_compiled_by_the_server_however_costly_it_is_thought_to_be()
    {
        await using var store = new PostgresStore(server.NewDatabase("jit = on"), TimeProvider.System, NullLogger.Instance);
        const string Setting = "SELECT current_setting('jit')";
        Assert.Equal(["off"], await store.ReadAsync(sql => sql.QueryAsync(Setting, row => row.GetString(0)), CancellationToken.None));
        Assert.Equal(["off"], await store.WriteAsync(session => session.Sql.QueryAsync(Setting, row => row.GetString(0)), CancellationToken.None));
    }

    [Theory]
    [InlineData("UPDATE evidence SET type = 'x'")]
    [InlineData("DELETE FROM evidence")]
    [InlineData("TRUNCATE evidence")]
    [InlineData("TRUNCATE evidence_2026_11")]
    [InlineData("UPDATE audit SET detail = 'x'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("UPDATE stamp_batches SET authority = 'x'")]
    [InlineData("DELETE FROM stamp_batches")]
    [InlineData("UPDATE stamped SET leaf = 1")]
    [InlineData("DELETE FROM stamped")]
    [InlineData("TRUNCATE audit_2026_11")]
    public async Task Evidence_and_audit_can_only_grow(string tampering)
    {
        await using var ledger = Open();
        await ledger.SwitchStampsOnAsync(CancellationToken.None);
        await ledger.AcceptAsync(Exchange(), CancellationToken.None);
        await ledger.RecordStampsAsync(new NewStampBatch(await ledger.ListUnstampedAsync(1, CancellationToken.None), new byte[32], new byte[32], [1], Clock.GetUtcNow(), ""), CancellationToken.None);
        Assert.Contains("append-only", Assert.Throws<PostgresException>(() => PostgresServer.Execute(_database, tampering)).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_and_audit_lie_in_the_month_they_belong_to_and_the_next_months_are_ready()
    {
        await using var ledger = Open();
        await ledger.AcceptAsync(Exchange(), CancellationToken.None);
        Assert.Equal(1, PostgresServer.Number(_database, "SELECT count(*) FROM evidence_2026_11"));
        Assert.Equal(1, PostgresServer.Number(_database, "SELECT count(*) FROM audit_2026_11"));
        foreach (var month in (string[])["2026_12", "2027_01", "2027_02"]) Assert.Equal(0, PostgresServer.Number(_database, $"SELECT count(*) FROM evidence_{month}"));

        Clock.Advance(TimeSpan.FromDays(200));   // beyond what was made ahead, and nobody made more: it is taken all the same
        Assert.IsType<Claim.First>(await ledger.AcceptAsync(Exchange("m-late"), CancellationToken.None));
        Assert.Equal(1, PostgresServer.Number(_database, "SELECT count(*) FROM evidence_rest"));
        await using var next = Open();   // a partition cannot be made over a row that lies in the rest; that keeps no hub from starting
        Assert.IsType<Claim.First>(await next.AcceptAsync(Exchange("m-later"), CancellationToken.None));
    }

    [Fact]
    public async Task A_month_whose_rows_lie_in_the_rest_keeps_no_later_month_from_its_partition()
    {
        await Open().DisposeAsync();
        Clock.Advance(TimeSpan.FromDays(200));
        PostgresServer.Execute(_database, $"INSERT INTO audit (reference, at, event, edge, rule, detail) VALUES ('r-1', {Clock.GetUtcNow().Column()}, 1, '', '', '')");
        await Open().DisposeAsync();
        Assert.Equal(1, PostgresServer.Number(_database, "SELECT count(*) FROM audit_rest"));
        foreach (var partition in (string[])["evidence_2027_06", "evidence_2027_07", "audit_2027_07", "audit_2027_09"]) Assert.Equal(0, PostgresServer.Number(_database, $"SELECT count(*) FROM {partition}"));
    }

    [Fact]
    public async Task A_row_whose_partition_is_made_at_that_moment_goes_into_it()
    {
        await using var ledger = Open();
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var making = await connection.BeginTransactionAsync();
        Clock.Advance(TimeSpan.FromDays(200));
        var (from, to) = (new DateTimeOffset(2027, 6, 1, 0, 0, 0, TimeSpan.Zero).Column(), new DateTimeOffset(2027, 7, 1, 0, 0, 0, TimeSpan.Zero).Column());
        await using (var make = new NpgsqlCommand(
            $"SELECT pg_advisory_xact_lock({PostgresPartitions.Lock}); CREATE TABLE audit_2027_06 (LIKE audit INCLUDING DEFAULTS INCLUDING CONSTRAINTS); ALTER TABLE audit ATTACH PARTITION audit_2027_06 FOR VALUES FROM ({from}) TO ({to})", connection, making))
            await make.ExecuteNonQueryAsync();

        var accepted = ledger.AcceptAsync(Exchange("m-late"), CancellationToken.None);
        while (!accepted.IsCompleted && PostgresServer.Number(_database, "SELECT count(*) FROM pg_locks WHERE relation = 'audit_rest'::regclass AND NOT granted") == 0) await Task.Delay(20);
        await making.CommitAsync();
        Assert.IsType<Claim.First>(await accepted);
        Assert.Equal(1, PostgresServer.Number(_database, "SELECT count(*) FROM audit_2027_06"));
    }

    [Fact]
    public async Task Evidence_that_may_be_given_once_is_given_once_whatever_its_month()
    {
        await using var ledger = Open();
        await ledger.AcceptAsync(Exchange(), CancellationToken.None);
        var twice = "INSERT INTO evidence (exchange_id, delivery_id, type, at, sha256, document) SELECT exchange_id, delivery_id, type, at + 9999999999, sha256, document FROM evidence";
        Assert.Equal(PostgresErrorCodes.UniqueViolation, Assert.Throws<PostgresException>(() => PostgresServer.Execute(_database, twice)).SqlState);
    }

    [Fact]
    public async Task A_watcher_on_another_node_is_woken_by_the_commit_and_not_by_looking_again()
    {
        await using var here = Open();
        await using var there = Open();
        var exchange = Exchange();
        await here.AcceptAsync(exchange, CancellationToken.None);
        using var bell = there.Changes.Subscribe(exchange.Id.ToString());
        using var work = there.Changes.Subscribe(LedgerChanges.WorkFor("axis"));

        // The clock of this test stands still, so nothing but a ring can end the waiting; it may take a moment until the other node listens.
        var rung = Task.WhenAll(bell.WaitAsync(TimeSpan.FromHours(1), Clock, CancellationToken.None), work.WaitAsync(TimeSpan.FromHours(1), Clock, CancellationToken.None));
        for (var number = 0; !rung.IsCompleted && number < 100; number++)
        {
            foreach (var lease in await here.LeaseAsync("axis", "w", 1, TimeSpan.Zero, CancellationToken.None))
                await here.CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Pending, Clock.GetUtcNow(), NotBefore: Clock.GetUtcNow()), CancellationToken.None);
            await Task.WhenAny(rung, Task.Delay(200));
        }

        Assert.True(rung.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Groups_that_wait_for_each_other_are_run_one_by_one_and_all_go_through()
    {
        await using var one = Open();
        await using var two = Open();
        List<NewExchange> exchanges = [.. Enumerable.Range(0, 40).Select(number => Exchange($"m-{number}"))];
        foreach (var exchange in exchanges) await one.AcceptAsync(exchange, CancellationToken.None);
        var leases = await one.LeaseAsync("axis", "w", 100, TimeSpan.FromMinutes(1), CancellationToken.None);
        var watch = Stopwatch.StartNew();

        // The same rows from both sides in opposite order, so that groups lock crosswise.
        var renewed = await Task.WhenAll(leases.Select(lease => one.RenewAsync(lease.Delivery, lease.Fence, TimeSpan.FromMinutes(1), CancellationToken.None))
            .Concat(leases.Reverse().Select(lease => two.RenewAsync(lease.Delivery, lease.Fence, TimeSpan.FromMinutes(2), CancellationToken.None))));

        Assert.All(renewed, until => Assert.NotNull(until));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public async Task A_victim_of_a_deadlock_is_run_again()
    {
        var exchanges = (Exchange("m-1"), Exchange("m-2"));
        await using var ledger = Open();
        await ledger.AcceptAsync(exchanges.Item1, CancellationToken.None);
        await ledger.AcceptAsync(exchanges.Item2, CancellationToken.None);
        await using var here = new PostgresStore(_database, Clock, NullLogger.Instance);
        await using var there = new PostgresStore(_database, Clock, NullLogger.Instance);
        using var bothHoldOne = new Barrier(2);
        var runs = 0;

        async Task<int> CrosswiseAsync(LedgerSession session, NewExchange first, NewExchange second)
        {
            const string touch = "UPDATE exchanges SET subject = subject || '.' WHERE exchange_id = @id";
            await session.Sql.ExecuteAsync(touch, ("@id", first.Id.ToString()));
            if (Interlocked.Increment(ref runs) <= 2) Assert.True(bothHoldOne.SignalAndWait(TimeSpan.FromSeconds(20)));
            return await session.Sql.ExecuteAsync(touch, ("@id", second.Id.ToString()));
        }

        await Task.WhenAll(
            Task.Run(() => here.WriteAsync(session => CrosswiseAsync(session, exchanges.Item1, exchanges.Item2), CancellationToken.None)),
            Task.Run(() => there.WriteAsync(session => CrosswiseAsync(session, exchanges.Item2, exchanges.Item1), CancellationToken.None)));

        Assert.InRange(runs, 3, 10);
        Assert.Equal(2, PostgresServer.Number(_database, "SELECT count(*) FROM exchanges WHERE subject = 's..'"));
    }

    [Fact]
    public async Task Connections_that_the_server_cut_are_opened_again()
    {
        await using var ledger = Open();
        await ledger.AcceptAsync(Exchange("m-1"), CancellationToken.None);
        for (var round = 0; round < 3; round++)
        {
            PostgresServer.Execute(PostgresServer.AsSuperuser(_database), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'interlink' AND datname = current_database()");
            Assert.IsType<Claim.First>(await ledger.AcceptAsync(Exchange($"after-{round}"), CancellationToken.None));
            Assert.NotNull(await ledger.FindClaimAsync(Exchange().Sender, Exchange().MessageId, Exchange().Digest, CancellationToken.None));
        }
    }

    [Fact]
    public async Task An_acceptance_waits_for_the_server_twice()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var sql = new PostgresSql(connection);
        await using var counted = new ExchangeLedger(new OneConnection(sql), Clock);
        Assert.IsType<Claim.First>(await counted.AcceptAsync(Exchange(), CancellationToken.None));
        Assert.Equal(2, sql.RoundTrips);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(9, null)]
    [InlineData(-9, null)]
    [InlineData(11, "11.0 s ahead of")]
    [InlineData(-3600, "3600.0 s behind")]
    public async Task A_clock_that_is_more_than_a_third_of_a_lease_from_the_data_base_s_is_said(int seconds, string? said)
    {
        var clock = new SteppedClock();
        await using var ledger = ExchangeLedger.OpenPostgres(_database, clock, NullLogger<ExchangeLedger>.Instance);
        clock.Step(TimeSpan.FromSeconds(seconds));
        var trouble = await new LedgerClock(ledger, Lease).TroubleAsync(CancellationToken.None);
        if (said is null) Assert.Null(trouble);
        else Assert.Contains(said, trouble, StringComparison.Ordinal);
    }

    internal ExchangeLedger Open(string database) => ExchangeLedger.OpenPostgres(database, Clock, NullLogger<ExchangeLedger>.Instance);

    /// <summary>Begins, acts and commits as the writer does, on a connection whose round trips are counted.</summary>
    private sealed class OneConnection(PostgresSql sql) : ILedgerStore
    {
        public LedgerChanges Changes { get; } = new();

        public string SkipLocked => "FOR UPDATE SKIP LOCKED";

        public string RowLock => "FOR NO KEY UPDATE";

        public string BeginSnapshot => throw new NotSupportedException("It counts what a write costs.");

        public string? ItsTime => null;

        public async Task<T> WriteAsync<T>(Func<LedgerSession, Task<T>> action, CancellationToken cancellation)
        {
            await sql.DeferAsync("BEGIN");
            var result = await action(new LedgerSession(sql));
            await sql.ExecuteAsync("COMMIT");
            return result;
        }

        public Task<T> ReadAsync<T>(Func<Sql, Task<T>> read, CancellationToken cancellation) => read(sql);

        public Task ProveWritableAsync(CancellationToken cancellation) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
