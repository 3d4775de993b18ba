using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>What a proof says of deliveries whose deadline passed, whatever they had come to until then.</summary>
public sealed class ExpiredProofTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());   // the keys are valid from today
    private Hub _hub = null!;

    public ValueTask InitializeAsync()
    {
        var options = new DeliveryOptions();
        foreach (var receiver in (string[])[Dossiers.Inside, Dossiers.Ministry, "G22"]) options.Partners.Add(new PartnerDeliveryOptions { Receiver = receiver, DeadlineHours = 2, WarnHours = 1 });
        var connectors = new[] { (Roads.Inside, false), (Roads.Box, false), (Roads.Axis, true) }.Select(one => new ScriptedConnector(one.Item1, one.Item2, _ => new HandOver.NotNow("never called"))).ToArray();
        _hub = new Hub(_folder.Path, _clock, options, connectors);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Dossiers.Inside, Roads.Inside, DeliveryState.Pending, null, EvidenceType.NonDelivery)]
    [InlineData(Dossiers.Inside, Roads.Inside, DeliveryState.Dead, null, EvidenceType.NonDelivery)]
    [InlineData("G22", Roads.Axis, DeliveryState.Pending, null, EvidenceType.NonDelivery)]
    [InlineData("G22", Roads.Axis, DeliveryState.Dead, EvidenceType.RelayFailure, EvidenceType.NonDelivery)]
    [InlineData(Dossiers.Ministry, Roads.Box, DeliveryState.Pending, null, EvidenceType.NonDelivery)]
    [InlineData(Dossiers.Ministry, Roads.Box, DeliveryState.Available, EvidenceType.Delivery, EvidenceType.NonRetrieval)]
    public async Task An_expired_delivery_is_proved_and_is_not_without_the_evidence_of_it(string receiver, string road, DeliveryState until, string? before, string last)
    {
        var id = (await _hub.AcceptAsync(Hub.FromInside(Dossiers.Small(sender: Dossiers.Inside, receiver: receiver)))).ExchangeId;
        if (until != DeliveryState.Pending) await ReachAsync(id, road, until, before);
        Assert.Empty(await ProveAsync());
        _clock.Advance(TimeSpan.FromMinutes(122));   // a day of the calendar has a minute that is not worked
        await _hub.Deadlines.LookAsync(CancellationToken.None);
        var view = (await _hub.History.FindAsync(id, CancellationToken.None))!;
        Assert.Equal((DeliveryState.Expired, last), (view.Deliveries[0].State, view.Evidence[^1].Type));
        Assert.Empty(await ProveAsync());

        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder["ledger.db"]};Pooling=False"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TRIGGER evidence_never_goes; DELETE FROM evidence WHERE type IN ('NON_DELIVERY', 'NON_RETRIEVAL')";
            command.ExecuteNonQuery();
        }

        var finding = Assert.Single(await ProveAsync());
        Assert.Equal((true, "ledger.evidence.missing", id.ToString()), (finding.Broken, finding.Rule, finding.Subject));
    }

    // As a worker would; there is none, for the clock stands.
    private async Task ReachAsync(ExchangeId id, string road, DeliveryState state, string? type)
    {
        var (lease, at) = (Assert.Single(await _hub.Ledger.LeaseAsync(road, "x", 1, TimeSpan.FromMinutes(1), CancellationToken.None)), _clock.GetUtcNow().ToTheMillisecond());
        var about = new EvidenceSubject((await _hub.Ledger.FindRecordAsync(id, CancellationToken.None))!, lease.Delivery, lease.Receiver, lease.Purpose);
        var reason = state == DeliveryState.Dead ? new EvidenceReason(EvidenceReason.Unreachable, "down") : null;
        var evidence = type is null ? null : await _hub.Evidence.OutcomeAsync(type, about, at, CancellationToken.None, reason);
        Assert.True(await _hub.Ledger.CompleteAsync(new DeliveryOutcome(lease.Delivery, lease.Fence, state, at, Evidence: evidence), CancellationToken.None));
    }

    private async Task<IReadOnlyList<Finding>> ProveAsync() => (await new LedgerProof(_hub.Ledger, _hub.Verifier, _hub.Stamps, _hub.Signers, _folder["archive"]).CheckAsync(null, 10, CancellationToken.None)).Findings;
}
