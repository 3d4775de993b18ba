using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Ledger;

/// <summary>A proof that runs beside the hub.</summary>
public abstract partial class KeepingContract
{
    [Fact]
    public Task A_delivery_that_ends_between_any_two_statements_of_a_proof_is_no_fault() => ProveBetweenStatementsAsync(async messageId =>
    {
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiverAnswers = answers.Task;
        var accepted = await _hub.AcceptAsync(await SubmissionAsync(messageId));
        return async () =>
        {
            answers.SetResult();
            await _hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
        };
    });

    [Fact]
    public Task An_exchange_that_is_archived_between_any_two_statements_of_a_proof_is_no_fault() => ProveBetweenStatementsAsync(async messageId =>
    {
        var finished = await FinishedAsync(messageId);
        return async () => Assert.Equal([finished.ExchangeId], (await Archives().ArchiveAsync(null, 10, By, CancellationToken.None)).Removed);
    });

    [Fact]
    public async Task A_row_that_cannot_be_read_keeps_nothing_of_its_moment_from_the_next_proof()
    {
        await FinishedAsync("m-1");
        Tamper("UPDATE exchanges SET assurance = 'sworn'");
        Assert.Contains(await ProveAsync(), finding => finding.Rule == "ledger.exchange");
        Tamper("UPDATE exchanges SET assurance = 'signed'");
        Assert.Empty(await ProveAsync());
    }

    [Fact]
    public async Task A_message_id_that_was_claimed_twice_past_the_index_is_found()
    {
        var first = await FinishedAsync("m-1");
        var second = ExchangeId.New(TimeProvider.System);
        const string columns = "sender, message_id, kind, document_id, subject, state, accepted_at, digest, assurance, signed_by, answered_by_status, edge, dossier, receipt";
        Tamper($"{UnguardedClaims} INSERT INTO exchanges (exchange_id, {columns}) SELECT '{second}', {columns} FROM exchanges WHERE exchange_id = '{first.ExchangeId}'");
        Assert.Contains(await ProveAsync(), finding => finding.Broken && finding.Rule == "ledger.claims" && finding.Subject == second.ToString() && finding.Detail.Contains(first.ExchangeId.ToString(), StringComparison.Ordinal));
    }

    // For each statement of the proof an exchange of its own, with which something happens just before it.
    private async Task ProveBetweenStatementsAsync(Func<string, Task<Func<Task>>> prepareAsync)
    {
        if (_hub.Worker.ExecuteTask is null) await _hub.Worker.StartAsync(CancellationToken.None);
        ExchangeId? after = null;
        for (var stop = 0; ; stop++)
        {
            var happens = await prepareAsync($"between-{stop}");
            var store = new InterleavingStore(OpenStore(), stop, happens);
            await using var watched = new ExchangeLedger(store, TimeProvider.System);
            var page = await new LedgerProof(watched, _hub.Verifier, _hub.Stamps, _hub.Signers, ArchiveFolder).CheckAsync(after, 10, CancellationToken.None);
            Assert.Equal((1, ""), (page.Exchanges, string.Join('\n', page.Findings.Select(finding => $"before statement {stop}: {finding.Rule}: {finding.Detail}"))));
            if (!store.Happened)
            {
                Assert.InRange(stop, 8, 20);
                await happens();
                return;
            }

            after = Assert.Single(await Ledger.ListIdsAsync(after, 10, CancellationToken.None));
        }
    }
}
