using System.Net;
using System.Net.Sockets;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;

namespace Vss.Interlink.Exchange.Tests.Ledger;

public sealed class PostgresListenerTests(PostgresServer server) : IDisposable
{
    private const int Lost = 2401;
    private const int NotMade = 2403;

    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));
    private readonly KeptLog<PostgresListener> _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Whatever_a_connection_fails_by_it_is_tried_again_and_stopping_is_no_failure()
    {
        // A certificate that is being replaced is read when the server has agreed to TLS, and what is wrong with it is no exception of the driver.
        using var listening = new TcpListener(IPAddress.Loopback, 0);
        listening.Start();
        var agreeing = AgreeToTlsAsync(listening);
        var half = Path.Combine(_folder.Path, "half.pem");
        await File.WriteAllTextAsync(half, "-----BEGIN CERT");
        var listener = new PostgresListener(
            $"Host=127.0.0.1;Port={((IPEndPoint)listening.LocalEndpoint).Port};Username=x;SSL Mode=Require;SSL Certificate={half};Pooling=false", "node", new LedgerChanges(), TimeProvider.System, _log);
        await _log.WhenAsync(Lost, times: 2);
        await listener.DisposeAsync();
        listening.Stop();
        await agreeing;
    }

    [Fact]
    public async Task A_partition_that_cannot_be_made_is_tried_again_after_a_while_and_not_at_each_notice()
    {
        var database = server.NewDatabase();
        await using (var store = new PostgresStore(database, _clock, new KeptLog<PostgresStore>())) await store.ProveWritableAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromDays(200));
        PostgresServer.Execute(database, $"INSERT INTO audit (reference, at, event, edge, rule, detail) VALUES ('r-1', {_clock.GetUtcNow().Column()}, 1, 'x', 'x', 'x')");

        LedgerChanges changes = new();
        await using var listener = new PostgresListener(database, "node", changes, _clock, _log);
        await NoticeAsync(database, changes);
        for (var number = 0; number < 20; number++) await NoticeAsync(database, changes);
        Assert.Equal(1, _log.CountOf(NotMade));

        _clock.Advance(TimeSpan.FromMinutes(11));
        await NoticeAsync(database, changes);
        await _log.WhenAsync(NotMade, times: 2);
    }

    // Returns when it was heard.
    private static async Task NoticeAsync(string database, LedgerChanges changes)
    {
        using var bell = changes.Subscribe("x");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var heard = bell.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, patience.Token);
        while (!heard.IsCompleted)
        {
            PostgresServer.Execute(database, $"SELECT pg_notify('{PostgresWriter.Channel}', E'another\\nx')");
            await Task.WhenAny(heard, Task.Delay(200));
        }

        await heard;
    }

    // The answer to SSLRequest (PostgreSQL 15, section 55.2.10).
    private static async Task AgreeToTlsAsync(TcpListener listening)
    {
        try
        {
            while (true)
            {
                using var client = await listening.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                await stream.ReadExactlyAsync(new byte[8]);
                await stream.WriteAsync("S"u8.ToArray());
            }
        }
        catch (Exception ended) when (ended is SocketException or IOException or ObjectDisposedException)
        {
            // The test has.
        }
    }
}
