namespace Vss.Interlink.Exchange.Simulation.Engine;

/// <summary>
/// Runs a simulation on the process's only pool thread. Libraries put continuations on the pool (channels, semaphores, cancellation, everything that awaits without a context); with one thread they
/// run one after another in the order in which they were put there, and never beside a step. Between two steps the pool is emptied, so nothing is left to chance, and no code had to change for it.
/// </summary>
internal static class OnlyThread
{
    /// <summary>Takes steps until one returns false.</summary>
    /// <exception cref="InvalidOperationException">The process has more than one pool thread.</exception>
    public static void Run(Func<bool> step)
    {
        ThreadPool.GetMaxThreads(out var workers, out _);
        if (workers != 1) throw new InvalidOperationException("The runtime's configuration must give the pool one thread, or a seed would not replay.");
        using var loop = new Loop(step);
        loop.Run();
    }

    private sealed class Loop(Func<bool> step) : IThreadPoolWorkItem, IDisposable
    {
        private readonly ManualResetEventSlim _ended = new();
        private Exception? _failed;

        public void Run()
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            _ended.Wait();
            if (_failed is not null) throw new InvalidOperationException("The simulation itself failed.", _failed);
        }

        public void Execute()
        {
            try
            {
                do
                {
                    if (ThreadPool.PendingWorkItemCount > 0)
                    {
                        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                        return;
                    }
                }
                while (step());
            }
            catch (Exception failed)
            {
                _failed = failed;
            }

            _ended.Set();
        }

        public void Dispose() => _ended.Dispose();
    }
}
