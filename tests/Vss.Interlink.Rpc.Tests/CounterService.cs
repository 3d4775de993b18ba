using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>What the service under test does; each test replaces the part it is about.</summary>
internal sealed class Behaviour
{
    /// <summary>How many instances of the service were made, and how many disposed.</summary>
    public int Made;
    public int Disposed;

    public Func<Ask, ServerCallContext, Task<Answer>> One { get; init; } = (ask, _) => Task.FromResult(Echo(ask));

    /// <summary>Answers the number of requests, and their texts joined.</summary>
    public Func<IAsyncStreamReader<Ask>, ServerCallContext, Task<Answer>> Gather { get; init; } = async (asks, context) =>
    {
        var texts = new List<string>();
        await foreach (var ask in asks.ReadAllAsync(context.CancellationToken)) texts.Add(ask.Text);
        return new Answer { Text = string.Join(' ', texts), Count = texts.Count };
    };

    /// <summary>Answers 1 to the number asked for.</summary>
    public Func<Ask, IServerStreamWriter<Answer>, ServerCallContext, Task> Spread { get; init; } = async (ask, answers, _) =>
    {
        for (var i = 1; i <= ask.Count; i++) await answers.WriteAsync(new Answer { Text = ask.Text, Count = i });
    };

    /// <summary>Answers each request at once.</summary>
    public Func<IAsyncStreamReader<Ask>, IServerStreamWriter<Answer>, ServerCallContext, Task> Talk { get; init; } = async (asks, answers, context) =>
    {
        await foreach (var ask in asks.ReadAllAsync(context.CancellationToken)) await answers.WriteAsync(Echo(ask), context.CancellationToken);
    };

    public static Answer Echo(Ask ask) => new() { Text = ask.Text, Count = ask.Count, Payload = ask.Payload };
}

internal sealed class CounterService : Counter.CounterBase, IDisposable
{
    private readonly Behaviour _behaviour;

    public CounterService(Behaviour behaviour)
    {
        _behaviour = behaviour;
        Interlocked.Increment(ref behaviour.Made);
    }

    public override Task<Answer> One(Ask request, ServerCallContext context) => _behaviour.One(request, context);

    public override Task<Answer> Gather(IAsyncStreamReader<Ask> requestStream, ServerCallContext context) => _behaviour.Gather(requestStream, context);

    public override Task Spread(Ask request, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        _behaviour.Spread(request, responseStream, context);

    public override Task Talk(IAsyncStreamReader<Ask> requestStream, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        _behaviour.Talk(requestStream, responseStream, context);

    public void Dispose() => Interlocked.Increment(ref _behaviour.Disposed);
}
