using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Vss.Interlink.Exchange.Tests;

/// <summary>The numbers of what was logged, for tests that wait for one or count it.</summary>
public sealed class KeptLog<T> : ILogger<T>
{
    private readonly ConcurrentQueue<int> _numbers = new();

    public int CountOf(int number) => _numbers.Count(one => one == number);

    /// <summary>Returns once an event was logged so many times; fails after some seconds.</summary>
    public async Task WhenAsync(int number, int times)
    {
        for (var patience = 0; CountOf(number) < times; patience++)
        {
            Assert.True(patience < 200, $"{number} was logged {CountOf(number)} times.");
            await Task.Delay(100);
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _numbers.Enqueue(eventId.Id);
}
