using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

public sealed partial class DeliveryWorkerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_delivery_is_handed_over_once_with_evidence_that_verifies()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered("ext-7"));
        await using var hub = await StartAsync(null, inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.Equal((DeliveryState.Delivered, "ext-7", 1), (view.Deliveries[0].State, view.Deliveries[0].ExternalId, inside.Calls));
        Assert.Equal([EvidenceType.SubmissionAcceptance, EvidenceType.Delivery], view.Evidence.Select(evidence => evidence.Type));
        foreach (var evidence in view.Evidence) Assert.IsType<VerificationResult.Passed>(hub.Verifier.Verify(evidence.Document.Memory));
        Assert.Equal(accepted.Receipt, view.Evidence[0].Document.ToByteArray());
        var work = Assert.Single(inside.Works);
        Assert.Equal((Dossiers.Small(), Hub.Signer), (work.Dossier, work.SignedBy));
        Assert.Equal(accepted.Receipt, work.Receipt.ToArray());
    }

    [Fact]
    public async Task A_sender_answered_by_statuses_gets_01_then_03_when_the_receiver_took_over()
    {
        var axis = new ScriptedConnector("axis", relays: true, _ => new HandOver.Delivered());
        await using var hub = await StartAsync(null, new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered()), axis);
        var accepted = await hub.AcceptAsync(await hub.FromAxisAsync());

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.Equal(["dossier", "status:01", "status:03"], view.Deliveries.Select(delivery => delivery.Purpose).Order());
        Assert.All(view.Deliveries, delivery => Assert.Equal(DeliveryState.Delivered, delivery.State));
        Assert.Equal(2, view.Evidence.Count(evidence => evidence.Type == EvidenceType.RelayAcceptance));
        var received = Assert.Single(axis.Works, work => work.Purpose.StatusCode == "03").Dossier;
        Assert.Equal((DossierKind.Status, "03", Dossiers.Inside, Dossiers.Axis), (received.Kind, received.Status.Code, received.Sender.Id, received.Receivers[0].Id));
        Assert.Equal("12a/UBND", received.ResponseTo[0].Code);
        Assert.EndsWith("+07:00", received.Status.Timestamp, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_permanent_refusal_goes_back_at_once_with_its_reason_and_negative_evidence()
    {
        var axis = new ScriptedConnector("axis", relays: true, _ => new HandOver.Delivered());
        await using var hub = await StartAsync(null, new ScriptedConnector("inside", relays: false, _ => new HandOver.Refused(Fault.PartnerRefused, "not for us")), axis);
        var accepted = await hub.AcceptAsync(await hub.FromAxisAsync());

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Failed);

        Assert.Equal(["dossier", "status:01", "status:02"], view.Deliveries.Select(delivery => delivery.Purpose).Order());
        Assert.Equal("not for us", Assert.Single(axis.Works, work => work.Purpose.StatusCode == "02").Dossier.Status.Description);
        var evidence = Assert.Single(view.Evidence, evidence => evidence.Type == EvidenceType.NonDelivery);
        Assert.Contains("PARTNER_REFUSED", evidence.Document.ToStringUtf8(), StringComparison.Ordinal);
        Assert.IsType<VerificationResult.Passed>(hub.Verifier.Verify(evidence.Document.Memory));
    }

    [Fact]
    public async Task A_passing_failure_is_tried_again_under_the_same_key_and_with_the_same_seal()
    {
        List<(string Key, string Token, byte[] Seal)> attempts = [];
        var box = new ScriptedConnector("box", relays: false, async (work, cancellation) =>
        {
            var seal = await work.SealAsync(new SealedContent("<h xmlns=\"urn:test\"/>"u8.ToArray(), []), cancellation);
            lock (attempts) attempts.Add((work.IdempotencyKey, work.LeaseToken, seal));
            return work.Attempt < 3 ? new HandOver.NotNow("later", TimeSpan.FromMilliseconds(1)) : new HandOver.Delivered();
        });
        await using var hub = await StartAsync(null, box);
        var accepted = await hub.AcceptAsync(Hub.FromInside(Dossiers.Small(sender: Dossiers.Inside, receiver: Dossiers.Ministry)));

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.Equal(3, view.Deliveries[0].Attempts);
        Assert.Single(attempts.Select(attempt => attempt.Key).Distinct());
        Assert.Equal(3, attempts.Select(attempt => attempt.Token).Distinct().Count());
        Assert.Single(attempts.Select(attempt => Convert.ToHexString(attempt.Seal)).Distinct());
    }

    [Fact]
    public async Task Used_up_attempts_leave_a_dead_letter_that_waits_for_a_person()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.NotNow("down", TimeSpan.FromMilliseconds(1)));
        await using var hub = await StartAsync(Fast(maxAttempts: 3), inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].State == DeliveryState.Dead);

        Assert.Equal((3, "down", ExchangeState.Accepted, 3), (view.Deliveries[0].Attempts, view.Deliveries[0].LastError, view.State, inside.Calls));
        Assert.Null(await hub.Ledger.NextDueAsync("inside", CancellationToken.None));
    }

    [Fact]
    public async Task A_relay_that_took_the_dossier_is_not_yet_its_receiver()
    {
        var axis = new ScriptedConnector("axis", relays: true, _ => new HandOver.Delivered("doc-1"));
        await using var hub = await StartAsync(null, axis);
        var accepted = await hub.AcceptAsync(await hub.FromAxisAsync(receiver: "G22"));

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.Equal(["dossier", "status:01"], view.Deliveries.Select(delivery => delivery.Purpose));
        Assert.DoesNotContain(view.Evidence, evidence => evidence.Type == EvidenceType.Delivery);
    }

    [Fact]
    public async Task A_connector_that_throws_is_tried_again_and_its_words_stay_in_the_log()
    {
        var calls = 0;
        var inside = new ScriptedConnector("inside", relays: false, _ => Interlocked.Increment(ref calls) == 1 ? throw new InvalidOperationException("secret") : new HandOver.NotNow("second", TimeSpan.FromHours(1)));
        await using var hub = await StartAsync(Fast(), inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        var first = await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].LastError.Length > 0);
        await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].LastError == "second");

        Assert.DoesNotContain("secret", first.Deliveries[0].LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.SealingFailed, DeliveryState.Pending)]
    [InlineData(Fault.AttachmentMismatch, DeliveryState.Refused)]
    public async Task A_fault_of_the_catalogue_is_passing_or_permanent_as_its_line_says(Fault fault, DeliveryState state)
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => throw new ExchangeFault(fault, "why"));
        await using var hub = await StartAsync(Fast(firstWait: TimeSpan.FromHours(1)), inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].State == state && view.Deliveries[0].LastError.Contains("why", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hand_over_that_never_ends_is_cut_off_by_its_time_out()
    {
        var inside = new ScriptedConnector("inside", relays: false, async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return new HandOver.Delivered();
        });
        var options = Fast(firstWait: TimeSpan.FromHours(1));
        options.HandOverTimeout = TimeSpan.FromMilliseconds(100);
        await using var hub = await StartAsync(options, inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].LastError.Length > 0);

        Assert.Contains("No answer", view.Deliveries[0].LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partner_that_keeps_failing_is_left_in_peace_and_no_attempt_is_counted()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.NotNow("down", TimeSpan.FromMilliseconds(1)));
        var options = Fast(maxAttempts: 1000);
        options.BreakerFailures = 3;
        options.BreakerRest = TimeSpan.FromHours(1);
        await using var hub = await StartAsync(options, inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0] is { State: DeliveryState.Pending, Attempts: 3 });
        await Task.Delay(TimeSpan.FromMilliseconds(500));

        Assert.Equal(3, inside.Calls);
        Assert.InRange((await hub.Ledger.NextDueAsync("inside", CancellationToken.None))!.Value - hub.Clock.GetUtcNow(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
    }

    [Fact]
    public async Task A_partner_who_is_back_is_found_by_probes_that_use_up_no_attempts_and_gets_what_waited()
    {
        var down = true;
        var inside = new ScriptedConnector("inside", relays: false, _ => Volatile.Read(ref down) ? new HandOver.NotNow("down") : new HandOver.Delivered());
        var options = Fast(maxAttempts: 4, firstWait: TimeSpan.FromMilliseconds(1));
        options.BreakerFailures = 3;
        options.BreakerRest = TimeSpan.FromSeconds(1);
        await using var hub = await StartAsync(options, inside);
        var first = await hub.AcceptAsync(Hub.Signed(Dossiers.Small("m-first")));
        await hub.WhenAsync(first.ExchangeId, view => view.Deliveries[0] is { State: DeliveryState.Pending, Attempts: 3 });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (inside.Calls < 5) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        var waiting = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => hub.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}")))));

        Volatile.Write(ref down, false);

        foreach (var one in waiting.Append(first)) await hub.WhenAsync(one.ExchangeId, view => view.State == ExchangeState.Completed);
        Assert.Equal(4, (await hub.History.FindAsync(first.ExchangeId, CancellationToken.None))!.Deliveries[0].Attempts);
    }

    [Fact]
    public async Task A_slow_partner_holds_his_own_places_and_nobody_elses()
    {
        using var slow = new SemaphoreSlim(0);
        var axis = new ScriptedConnector("axis", relays: true, async (work, cancellation) =>
        {
            if (work.Receiver.ToString() == "G22") await slow.WaitAsync(cancellation);
            return new HandOver.Delivered();
        });
        var options = Fast();
        options.Concurrency = 3;
        options.PartnerConcurrency = 2;
        await using var hub = await StartAsync(options, axis);
        var stuck = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => hub.AcceptAsync(Hub.Signed(Dossiers.Small($"slow-{number}", receiver: "G22")))));
        var others = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => hub.AcceptAsync(Hub.Signed(Dossiers.Small($"fast-{number}", receiver: Dossiers.Axis)))));

        foreach (var one in others) await hub.WhenAsync(one.ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.InRange(axis.Works.Count(work => work.Receiver.ToString() == "G22"), 1, 2);
        slow.Release(6);
        foreach (var one in stuck) await hub.WhenAsync(one.ExchangeId, view => view.State == ExchangeState.Completed);
    }

    [Fact]
    public async Task A_partner_who_asks_for_order_gets_it_also_when_one_in_between_has_to_be_tried_again()
    {
        var inside = new ScriptedConnector("inside", relays: false, work => work is { Attempt: 1, MessageId: var id } && id.ToString() is "m-0" or "m-2" && work.Attempt == 1
            ? new HandOver.NotNow("later", TimeSpan.FromMilliseconds(20))
            : new HandOver.Delivered());
        var options = Fast();
        options.Partners.Add(new PartnerDeliveryOptions { Receiver = Dossiers.Inside, Ordered = true });
        await using var hub = await StartAsync(options, inside);
        List<ExchangeId> accepted = [];
        for (var number = 0; number < 5; number++) accepted.Add((await hub.AcceptAsync(Hub.Signed(Dossiers.Small($"m-{number}")))).ExchangeId);

        foreach (var one in accepted) await hub.WhenAsync(one, view => view.State == ExchangeState.Completed);

        Assert.Equal(["m-0", "m-0", "m-1", "m-2", "m-2", "m-3", "m-4"], inside.Works.Select(work => work.MessageId.ToString()));
    }

    [Fact]
    public async Task A_relay_that_failed_to_the_end_is_proved_once_and_not_once_per_attempt()
    {
        var axis = new ScriptedConnector("axis", relays: true, _ => new HandOver.NotNow("down", TimeSpan.FromMilliseconds(1)));
        await using var hub = await StartAsync(Fast(maxAttempts: 3), axis);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small(receiver: "G22")));

        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].State == DeliveryState.Dead);

        Assert.Equal([EvidenceType.SubmissionAcceptance, EvidenceType.RelayFailure], view.Evidence.Select(one => one.Type));
        Assert.Contains("E404", view.Evidence[1].Document.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_tried_for_longer_than_the_profile_says_is_dead_however_few_attempts_counted()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.NotNow("down", TimeSpan.FromMilliseconds(50)));
        var options = Fast(maxAttempts: 1000);
        options.GiveUpAfter = TimeSpan.FromMilliseconds(300);
        options.BreakerFailures = 1000;
        await using var hub = await StartAsync(options, inside);
        var accepted = await hub.AcceptAsync(Hub.Signed(Dossiers.Small()));

        await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0] is { State: DeliveryState.Dead, LastError: "down" });
    }

    [Fact]
    public async Task Many_exchanges_each_reach_their_receiver_once_with_their_own_content()
    {
        var inside = new ScriptedConnector("inside", relays: false, _ => new HandOver.Delivered());
        await using var hub = await StartAsync(null, inside);
        var accepted = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => Task.Run(() =>
        {
            var dossier = Dossiers.Small($"m-{number}");
            dossier.Subject = $"subject {number}";
            return hub.AcceptAsync(Hub.Signed(dossier));
        })));
        foreach (var one in accepted) await hub.WhenAsync(one.ExchangeId, view => view.State == ExchangeState.Completed);

        Assert.Equal(60, inside.Works.Select(work => work.IdempotencyKey).Distinct().Count());
        Assert.Equal(60, inside.Calls);
        Assert.All(inside.Works, work => Assert.Equal("subject " + work.MessageId.ToString()[2..], work.Dossier.Subject));
    }

    private static DeliveryOptions Fast(int maxAttempts = 12, TimeSpan? firstWait = null) => new()
    {
        Poll = TimeSpan.FromMilliseconds(200),
        MaxAttempts = maxAttempts,
        FirstWait = firstWait ?? TimeSpan.FromMilliseconds(10),
    };

    private async Task<Hub> StartAsync(DeliveryOptions? options, params IPartnerConnector[] connectors)
    {
        var hub = new Hub(_folder.Path, null, options, connectors);
        await hub.Worker.StartAsync(CancellationToken.None);
        return hub;
    }
}
