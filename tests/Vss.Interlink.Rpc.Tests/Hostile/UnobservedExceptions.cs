using System.Collections.Concurrent;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>Exceptions of tasks nobody looked at. They show when their task is collected, so all that is garbage is collected first.</summary>
public sealed class UnobservedExceptions : IDisposable
{
    private readonly ConcurrentQueue<Exception> _seen = [];

    public UnobservedExceptions()
    {
        Collect(); // what other tests left
        TaskScheduler.UnobservedTaskException += Note;
    }

    public void AssertNone()
    {
        Collect();
        Assert.Empty(_seen);
    }

    public void Dispose()
    {
        try
        {
            AssertNone();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private void Note(object? sender, UnobservedTaskExceptionEventArgs unobserved) => _seen.Enqueue(unobserved.Exception);
}

/// <summary>Alone, because unobserved exceptions and the heap are the whole process's.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class HostileTests : ICollectionFixture<UnobservedExceptions>
{
    public const string Name = "Hostile";
}
