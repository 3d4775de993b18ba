using Grpc.Core;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>What the service under test does; each test replaces the part it is about.</summary>
internal sealed class Behaviour
{
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

internal sealed class CounterService(Behaviour behaviour) : Counter.CounterBase
{
    public override Task<Answer> One(Ask request, ServerCallContext context) => behaviour.One(request, context);

    public override Task<Answer> Gather(IAsyncStreamReader<Ask> requestStream, ServerCallContext context) => behaviour.Gather(requestStream, context);

    public override Task Spread(Ask request, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        behaviour.Spread(request, responseStream, context);

    public override Task Talk(IAsyncStreamReader<Ask> requestStream, IServerStreamWriter<Answer> responseStream, ServerCallContext context) =>
        behaviour.Talk(requestStream, responseStream, context);
}
