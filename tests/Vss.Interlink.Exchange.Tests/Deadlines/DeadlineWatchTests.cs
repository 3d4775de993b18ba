using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Postgres;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Deadlines;

public sealed class DeadlineWatchTests(PostgresServer postgres) : IDisposable
{
    // A day of the calendar has a minute that is not worked.
    private static readonly TimeSpan Hour = TimeSpan.FromMinutes(61);

    private readonly TempFolder _folder = new();

    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());   // the keys are valid from today

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_no_worker_could_deliver_expires_with_evidence_that_verifies_after_a_warning()
    {
        await using var hub = Hub(Dossiers.Inside);
        var accepted = await hub.AcceptAsync(await hub.FromAxisAsync());
        Assert.Equal(0, await hub.Deadlines.LookAsync(CancellationToken.None));

        _clock.Advance(Hour);
        Assert.Equal(1, await hub.Deadlines.LookAsync(CancellationToken.None));
        Assert.Equal(0, await hub.Deadlines.LookAsync(CancellationToken.None));
        Assert.True((await ViewAsync(hub, accepted.ExchangeId)).Deliveries.Single(one => one.Purpose == "dossier").ExpiresSoon);

        _clock.Advance(Hour);
        Assert.Equal(1, await hub.Deadlines.LookAsync(CancellationToken.None));
        Assert.Equal(0, await hub.Deadlines.LookAsync(CancellationToken.None));

        var view = await ViewAsync(hub, accepted.ExchangeId);
        var delivery = view.Deliveries.Single(one => one.Purpose == "dossier");
        Assert.Equal((DeliveryState.Expired, EvidenceType.NonDelivery), (delivery.State, delivery.Outcome));
        var proof = view.Evidence.Single(one => one.Type == EvidenceType.NonDelivery);
        Assert.IsType<VerificationResult.Passed>(hub.Verifier.Verify(proof.Document.Memory));
        Assert.Contains("E300", proof.Document.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Contains(view.Deliveries, one => one.Purpose == "status:02");
    }

    [Fact]
    public async Task A_node_whose_clock_has_gone_ahead_of_the_data_base_s_expires_nothing()
    {
        var connection = postgres.NewDatabase();
        var road = new ScriptedConnector("inside", false, _ => new HandOver.NotNow("never called"));
        await using var hub = new Tests.Hub(ExchangeLedger.OpenPostgres(connection, _clock, NullLogger<ExchangeLedger>.Instance), _folder.Path, null, road);
        await hub.AcceptAsync(await hub.FromAxisAsync());
        PostgresServer.Execute(connection, "UPDATE deliveries SET expires_at = created_at + 1, watch_at = created_at + 1");   // passed, by the data base's clock as well
        _clock.Advance(Hour);
        Assert.Equal(0, await hub.Deadlines.LookAsync(CancellationToken.None));
        _clock.Advance(-Hour + TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, await hub.Deadlines.LookAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Over_a_relay_its_failure_is_proved_before_the_non_delivery()
    {
        await using var hub = Hub("G22");
        var accepted = await hub.AcceptAsync(Tests.Hub.Signed(Dossiers.Small(receiver: "G22")));
        _clock.Advance(Hour + Hour);
        await hub.Deadlines.LookAsync(CancellationToken.None);

        var view = await ViewAsync(hub, accepted.ExchangeId);
        Assert.Equal([EvidenceType.SubmissionAcceptance, EvidenceType.RelayFailure, EvidenceType.NonDelivery], view.Evidence.Select(one => one.Type));
        Assert.Equal(ExchangeState.Failed, view.State);
    }

    [Fact]
    public async Task A_box_that_was_not_emptied_in_time_is_proved_as_delivered_and_not_retrieved()
    {
        await using var hub = Hub(Dossiers.Ministry);
        var accepted = await hub.AcceptAsync(Tests.Hub.FromInside(Dossiers.Small(sender: Dossiers.Inside, receiver: Dossiers.Ministry)));
        var lease = Assert.Single(await hub.Ledger.LeaseAsync("box", "x", 1, TimeSpan.FromMinutes(1), CancellationToken.None));
        await hub.Ledger.CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, DeliveryState.Available, _clock.GetUtcNow(), Evidence: new NewEvidence(EvidenceType.Delivery, [1])), CancellationToken.None);
        _clock.Advance(Hour + Hour);

        await hub.Deadlines.LookAsync(CancellationToken.None);

        var view = await ViewAsync(hub, accepted.ExchangeId);
        Assert.Equal([EvidenceType.SubmissionAcceptance, EvidenceType.Delivery, EvidenceType.NonRetrieval], view.Evidence.Select(one => one.Type));
        Assert.Equal((DeliveryState.Expired, EvidenceType.NonRetrieval, ExchangeState.Failed), (view.Deliveries[0].State, view.Deliveries[0].Outcome, view.State));
    }

    [Fact]
    public async Task What_is_damaged_holds_up_no_other_deadline_however_much_of_it_there_is()
    {
        await using var hub = Hub(Dossiers.Inside);
        for (var number = 0; number < 101; number++) await hub.AcceptAsync(Tests.Hub.Signed(Dossiers.Small($"m-{number}")));
        await using (var damage = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "ledger.db")};Pooling=False"))
        {
            damage.Open();
            await using var command = damage.CreateCommand();
            command.CommandText = "UPDATE exchanges SET dossier = x'FF'";
            Assert.Equal(101, command.ExecuteNonQuery());
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        var whole = await hub.AcceptAsync(Tests.Hub.Signed(Dossiers.Small("m-whole")));
        _clock.Advance(Hour + Hour);
        Assert.Equal(1, await hub.Deadlines.LookAsync(CancellationToken.None));
        Assert.Equal(DeliveryState.Expired, (await ViewAsync(hub, whole.ExchangeId)).Deliveries[0].State);
    }

    [Fact]
    public async Task A_partner_without_a_deadline_and_a_status_have_none()
    {
        await using var hub = Hub(Dossiers.Axis);
        var accepted = await hub.AcceptAsync(await hub.FromAxisAsync());
        Assert.All((await ViewAsync(hub, accepted.ExchangeId)).Deliveries, delivery => Assert.Null(delivery.ExpiresAt));
    }

    private Hub Hub(string receiver)
    {
        var options = new DeliveryOptions { Partners = { new PartnerDeliveryOptions { Receiver = receiver, DeadlineHours = 2, WarnHours = 1 } } };
        var connectors = new[] { ("inside", false), ("box", false), ("axis", true) }.Select(one => new ScriptedConnector(one.Item1, one.Item2, _ => new HandOver.NotNow("never called"))).ToArray();
        return new Hub(_folder.Path, _clock, options, connectors);
    }

    private static async Task<ExchangeView> ViewAsync(Hub hub, ExchangeId id) => (await hub.History.FindAsync(id, CancellationToken.None))!;
}
