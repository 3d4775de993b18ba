using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>A server of its own, for it is killed.</summary>
public sealed class PostgresCrashTests : IAsyncLifetime
{
    private readonly PostgresServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Nothing_that_was_answered_is_lost_when_the_server_is_killed_in_the_middle_of_writes()
    {
        var database = _server.NewDatabase();
        await using var ledger = ExchangeLedger.OpenPostgres(database, TimeProvider.System, NullLogger<ExchangeLedger>.Instance);
        var answered = new ConcurrentDictionary<string, NewExchange>();
        for (var round = 0; round < 2; round++)
        {
            using var stop = new CancellationTokenSource();
            var failed = 0;
            var senders = Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
            {
                for (var number = 0; !stop.IsCancellationRequested; number++)
                {
                    var exchange = Exchange($"{round}-{sender}-{number}");
                    try
                    {
                        if (await ledger.AcceptAsync(exchange, CancellationToken.None) is Claim.First) answered[exchange.MessageId.ToString()] = exchange;
                    }
                    catch (Npgsql.NpgsqlException)
                    {
                        Interlocked.Increment(ref failed);
                        return;
                    }
                }
            })).ToList();
            await Task.Delay(TimeSpan.FromMilliseconds(300 + (round * 170)));
            _server.Kill();
            await Task.Delay(200);
            await stop.CancelAsync();
            await Task.WhenAll(senders);
            Assert.True(failed > 0, "Nobody was in the middle of a write.");
            await _server.StartAsync();

            foreach (var exchange in answered.Values)
            {
                var again = await ledger.FindClaimAsync(exchange.Sender, exchange.MessageId, exchange.Digest, CancellationToken.None);
                Assert.Equal(exchange.Receipt, Assert.IsType<Claim.SameAgain>(again).Earlier.Receipt);
            }

            // Whatever is there is whole, also what nobody was told of; and the ledger goes on by itself.
            Assert.Equal(0, PostgresServer.Number(database, "SELECT count(*) FROM exchanges AS e WHERE NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.exchange_id = e.exchange_id) OR NOT EXISTS (SELECT 1 FROM evidence AS v WHERE v.exchange_id = e.exchange_id)"));
            Assert.IsType<Claim.First>(await ledger.AcceptAsync(Exchange($"after-{round}"), CancellationToken.None));
        }

        Assert.NotEmpty(answered);
    }

    [Fact]
    public async Task While_the_server_is_away_writes_and_reads_fail_and_afterwards_they_go_on()
    {
        await using var ledger = ExchangeLedger.OpenPostgres(_server.NewDatabase(), TimeProvider.System, NullLogger<ExchangeLedger>.Instance);
        var exchange = Exchange("m");
        await ledger.AcceptAsync(exchange, CancellationToken.None);
        _server.Kill();
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => ledger.AcceptAsync(Exchange("n"), CancellationToken.None));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => ledger.ProveWritableAsync(CancellationToken.None));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => ledger.FindIdAsync(exchange.Sender, exchange.MessageId, CancellationToken.None));
        await _server.StartAsync();
        Assert.Equal(exchange.Id, await ledger.FindIdAsync(exchange.Sender, exchange.MessageId, CancellationToken.None));
        Assert.IsType<Claim.First>(await ledger.AcceptAsync(Exchange("n"), CancellationToken.None));
    }

    private static NewExchange Exchange(string id)
    {
        var dossier = Dossiers.Small(id);
        return new NewExchange(
            ExchangeId.New(TimeProvider.System),
            OrganId.Stored(Dossiers.Ministry),
            MessageId.Stored(id),
            DossierDigest.Of(dossier),
            dossier,
            new Dictionary<string, StoredBody>(),
            Assurance.Signed,
            "CN=x",
            AnsweredByStatus: false,
            TimeProvider.System.GetUtcNow().ToTheMillisecond(),
            Guid.NewGuid().ToByteArray(),
            "soap",
            [new NewDelivery(DeliveryId.New(TimeProvider.System), OrganId.Stored(Dossiers.Inside), "axis", DeliveryPurpose.Dossier)]);
    }
}
