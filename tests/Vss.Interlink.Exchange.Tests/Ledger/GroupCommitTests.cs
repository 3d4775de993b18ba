using Vss.Interlink.Exchange.Ledger;

namespace Vss.Interlink.Exchange.Tests.Ledger;

public sealed class GroupCommitTests
{
    [Fact]
    public async Task A_store_that_cannot_be_reached_is_tried_once_for_all_that_wait_and_no_action_is_blamed()
    {
        var writer = new UnreachableWriter();
        await using var group = new GroupCommit([writer], new LedgerChanges());
        List<Task<int>> writes = [group.RunAsync(_ => Task.FromResult(0), CancellationToken.None)];
        await writer.Asked;
        for (var number = 1; number < 50; number++) writes.Add(group.RunAsync(_ => Task.FromResult(0), CancellationToken.None));
        writer.GiveUp();

        foreach (var write in writes) Assert.Equal("It is a standby.", (await Assert.ThrowsAsync<InvalidOperationException>(() => write)).Message);
        Assert.InRange(writer.Begun, 2, 4);   // for the first, and for those that waited meanwhile
    }

    /// <summary>Fails to begin, by something that behind the beginning would be an action's fault.</summary>
    private sealed class UnreachableWriter : ILedgerWriter
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _givesUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public int Begun { get; private set; }

        public void GiveUp() => _givesUp.SetResult();

        public async Task<LedgerSession> BeginAsync(bool alone)
        {
            Begun++;
            _asked.TrySetResult();
            await _givesUp.Task;
            throw new InvalidOperationException("It is a standby.");
        }

        public Task CommitAsync(LedgerSession session) => throw new NotSupportedException();

        public Task RollbackAsync() => Task.CompletedTask;

        public WriteFailure Judge(Exception failed, bool committing) => WriteFailure.OfAction;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
