using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>What signed documents say is proved against the rows, whatever became of the delivery.</summary>
public abstract partial class KeepingContract
{
    private bool _axisIsBack;

    [Fact]
    public async Task A_refusal_that_has_lost_its_place_in_the_queue_of_time_stamps_is_found()
    {
        await using var hub = await StartAsync();
        await hub.Ledger.SwitchStampsOnAsync(CancellationToken.None);
        Tamper("UPDATE stamping SET earlier_after = NULL");
        var reference = await RejectAsync(hub);
        Assert.DoesNotContain(await ProveAsync(ProofOf(hub)), finding => finding.Broken);

        Tamper("DELETE FROM unstamped");

        Assert.Equal("ledger.stamp.missing", Assert.Single(await ProveAsync(ProofOf(hub)), finding => finding.Subject == reference).Rule);
    }

    [Fact]
    public async Task Whatever_a_delivery_lives_through_its_evidence_says_what_the_rows_say()
    {
        await using var hub = await StartAsync();
        foreach (var life in (string[])["archived", "delivered", "refused inside", "boxed", "taken", "dead", "discarded", "refused", "relayed", "waiting"]) await LiveAsync(hub, life, 1);
        var statuses = await hub.AcceptAsync(await hub.FromAxisAsync());
        await hub.WhenAsync(statuses.ExchangeId, view => view.State == ExchangeState.Completed);
        var redriven = await LiveAsync(hub, "dead", 2);
        _axisIsBack = true;
        await hub.Letters.RedriveAsync((await hub.History.FindAsync(redriven, CancellationToken.None))!.Deliveries[0].DeliveryId, By, CancellationToken.None);
        await hub.WhenAsync(redriven, view => view.State == ExchangeState.Completed);
        for (var number = 0; number < 5; number++) await RejectAsync(hub, $"refused-{number}");

        Assert.Empty(await ProveAsync(ProofOf(hub)));
    }

    // With every road, and partners that do what a message's id says.
    private protected async Task<Hub> StartAsync()
    {
        HandOver Down(string why) => new HandOver.NotNow(why, TimeSpan.FromMilliseconds(1)) { SaysNothing = true };
        var options = new DeliveryOptions { Poll = TimeSpan.FromMilliseconds(200), MaxAttempts = 2, FirstWait = TimeSpan.FromMilliseconds(10) };
        var hub = new Hub(Open(), _folder.Path, options,
            new ScriptedConnector(Roads.Inside, relays: false, work => work.MessageId.ToString() switch
            {
                var id when id.StartsWith("refused", StringComparison.Ordinal) => new HandOver.Refused(Fault.PartnerRefused, "Not ours."),
                var id when id.StartsWith("waiting", StringComparison.Ordinal) => new HandOver.NotNow("later", TimeSpan.FromHours(1)),
                _ => new HandOver.Delivered("ext-1"),
            }),
            new ScriptedConnector(Roads.Box, relays: false, _ => new HandOver.Available()),
            new ScriptedConnector(Roads.Axis, relays: true, work => work.MessageId.ToString() switch
            {
                var id when id.StartsWith("refused", StringComparison.Ordinal) => new HandOver.Refused(Fault.PartnerRefused, "Not ours."),
                var id when id.StartsWith('d') && !Volatile.Read(ref _axisIsBack) => Down("down"),
                _ => new HandOver.Delivered("doc-1"),
            }));
        await hub.Worker.StartAsync(CancellationToken.None);
        return hub;
    }

    private protected LedgerProof ProofOf(Hub hub) => new(hub.Ledger, hub.Verifier, hub.Stamps, hub.Signers, ArchiveFolder);

    private protected async Task<ExchangeId> LiveAsync(Hub hub, string life, int number)
    {
        var messageId = $"{life.Split(' ')[0]}-{number}{(life.Contains(' ', StringComparison.Ordinal) ? "-inside" : "")}";
        var submission = life switch
        {
            "boxed" or "taken" => Hub.FromInside(Dossiers.Small(messageId, Dossiers.Inside, Dossiers.Ministry)),
            "dead" or "discarded" or "refused" or "relayed" => await SubmissionAsync(messageId, "G22"),
            _ => await SubmissionAsync(messageId),
        };
        var id = (await hub.AcceptAsync(submission)).ExchangeId;
        var reached = life switch
        {
            "boxed" or "taken" => DeliveryState.Available,
            "dead" or "discarded" => DeliveryState.Dead,
            "refused" or "refused inside" => DeliveryState.Refused,
            "waiting" => DeliveryState.Pending,
            _ => DeliveryState.Delivered,
        };
        var delivery = (await hub.WhenAsync(id, view => view.Deliveries[0].State == reached)).Deliveries[0].DeliveryId;
        if (life == "taken") await hub.Box.ConfirmAsync(DeliveryId.Stored(delivery), OrganId.Stored(Dossiers.Ministry), CancellationToken.None);
        if (life == "discarded") await hub.Letters.DiscardAsync(delivery, "wrong office", By, CancellationToken.None);
        if (life == "archived") Assert.Contains(id, (await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Removed);
        return id;
    }

    private protected static async Task<string> RejectAsync(Hub hub, string messageId = "refused-1")
    {
        var refused = await Assert.ThrowsAsync<ExchangeFault>(() => hub.AcceptAsync(Hub.Signed(Dossiers.Small(messageId, receiver: "G99"))));
        Assert.False(refused.Evidence.IsEmpty);
        return refused.Reference!;
    }
}
