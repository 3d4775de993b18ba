using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Trust.Certificates;

namespace Vss.Interlink.Trust.Online;

/// <summary>
/// Gets answers: from what is known, from the library, from the authority. However many wait for an answer, it is asked for once; who asked does not matter to it, so that it comes
/// to an end although nobody waits any more. A question that failed rests for a while.
/// </summary>
internal sealed partial class AnswerFetcher(
    OnlineOptions options, KnownAnswers known, AuthorityClient client, IRevocationLibrary library, Func<TrustStore> store, TimeProvider clock, ILogger logger) : IDisposable
{
    private const int MaxFailures = 4096;
    private const int IssuersPerMinute = 60;

    private readonly ConcurrentDictionary<string, Lazy<Task<string?>>> _asking = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (long Since, string Why)> _resting = new(StringComparer.Ordinal);
    private readonly MinuteBudget _issuers = new(IssuersPerMinute, clock);
    private readonly SemaphoreSlim _lanes = new(options.MaxParallel);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Sees to it that a good answer is known.</summary>
    /// <returns>Null when it is; else why not.</returns>
    public async Task<string?> AskAsync(Question question)
    {
        var now = clock.GetUtcNow();
        if (known.TryGet(question.Key, out var there) && there.IsFreshAt(now)) return question.Objection(there, new AnswerJudge(store(), now));
        if (_resting.TryGetValue(NameOf(question), out var rest) && IsResting(rest.Since)) return rest.Why;
        return await Joined(question, () => FetchAsync(question));
    }

    /// <summary>Gets an answer that is newer than the known one, where there is one.</summary>
    /// <returns>Null when what is known is now the newest; else why that is not known.</returns>
    public Task<string?> RenewAsync(KnownAnswer answer) => Joined(answer.Question, () => RenewOnceAsync(answer));

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
        _lanes.Dispose();
    }

    private async Task<string?> Joined(Question question, Func<Task<string?>> ask)
    {
        var asking = new Lazy<Task<string?>>(() => Task.Run(ask));
        var shared = _asking.GetOrAdd(NameOf(question), asking);
        try
        {
            return await shared.Value;
        }
        finally
        {
            if (shared == asking) _asking.TryRemove(KeyValuePair.Create(NameOf(question), asking));
        }
    }

    private async Task<string?> FetchAsync(Question question)
    {
        // 1 another node, or this one before a restart
        if (await FindAsync(question) is { } shared && shared.IsFreshAt(clock.GetUtcNow()))
        {
            known.Keep(shared);
            OnlineTelemetry.FoundInLibrary(question.Kind);
            return null;
        }

        // 2 the authority; strangers can make the hub look for issuers, each of them under another address
        if (question.Kind is AnswerKind.Issuer && !_issuers.TryTake()) return "too many issuers were asked for in this minute";
        known.TryGet(question.Key, out var there);
        var why = await FromAuthorityAsync(question, there);
        if (why is not null) Rest(question, why);
        return why;
    }

    private async Task<string?> RenewOnceAsync(KnownAnswer answer)
    {
        if (await FindAsync(answer.Question) is { } shared && shared.Supersedes(answer))
        {
            known.Keep(shared);
            OnlineTelemetry.FoundInLibrary(answer.Question.Kind);
            return null;
        }

        return await FromAuthorityAsync(answer.Question, answer);
    }

    private async Task<string?> FromAuthorityAsync(Question question, KnownAnswer? there)
    {
        await _lanes.WaitAsync(_closing.Token);
        var began = clock.GetTimestamp();
        var (outcome, why) = ("failed", (string?)"asking it broke off");
        try
        {
            var asked = question.Ask(there);
            var reply = await client.AskAsync(asked.Request, _closing.Token);
            (outcome, why) = reply switch
            {
                AuthorityReply.Same => ("same", there!.IsFreshAt(clock.GetUtcNow()) ? null : "the authority has nothing newer, and that has ended"),
                AuthorityReply.Content content => Taken(question, asked, content),
                AuthorityReply.Nothing nothing => ("failed", nothing.Why),
                _ => throw new InvalidOperationException($"{reply.GetType()} is no reply."),
            };
            return why;
        }
        finally
        {
            _lanes.Release();
            OnlineTelemetry.Fetched(question.Kind, question.Address.Authority, outcome, clock.GetElapsedTime(began));
            if (why is not null) Nothing(logger, question.Kind, question.Address, why);
        }
    }

    private (string Outcome, string? Why) Taken(Question question, AskedOnce asked, AuthorityReply.Content content)
    {
        var reading = asked.Read(content, new AnswerJudge(store(), clock.GetUtcNow()));
        if (reading is Reading.Bad(var why)) return ("refused", $"{question.Address.Authority}: {why}");
        var answer = ((Reading.Good)reading).Answer;
        var kept = known.Keep(answer);
        if (kept == answer) _ = ShareAsync(answer);
        if (kept.ThisUpdate <= answer.ThisUpdate) return ("good", null);
        RolledBack(logger, question.Kind, question.Address, answer.ThisUpdate, kept.ThisUpdate);
        return ("refused", $"{question.Address.Authority} answered with an older state than it gave before");
    }

    private async Task<KnownAnswer?> FindAsync(Question question)
    {
        try
        {
            if (await library.FindAsync(question.Key, _closing.Token) is not { } shared) return null;
            return question.Read(shared.Der, new Marks(shared.EntityTag, shared.LastModified), new AnswerJudge(store(), clock.GetUtcNow())) is Reading.Good(var answer) ? answer : null;
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !_closing.IsCancellationRequested)
        {
            LibraryFailed(logger, failed);   // the authority can still be asked
            return null;
        }
    }

    // Nobody waits for this: the answer counts, whether it outlives this process or not.
    private async Task ShareAsync(KnownAnswer answer)
    {
        try
        {
            await library.KeepAsync(answer.ForLibrary(), CancellationToken.None);
        }
        catch (Exception failed)
        {
            if (!_closing.IsCancellationRequested) LibraryFailed(logger, failed);   // a ledger that is closing takes nothing
        }
    }

    private void Rest(Question question, string why)
    {
        if (_resting.Count >= MaxFailures)
        {
            foreach (var (name, rest) in _resting) if (!IsResting(rest.Since)) _resting.TryRemove(name, out _);
            if (_resting.Count >= MaxFailures) return;   // the breaker of the host still holds
        }

        _resting[NameOf(question)] = (clock.GetTimestamp(), why);
    }

    // By the time that passes: a clock that is set back must not lengthen it.
    private bool IsResting(long since) => clock.GetElapsedTime(since) < TimeSpan.FromSeconds(options.RestSeconds);

    private static string NameOf(Question question) => $"{question.Key} {question.Address.AbsoluteUri}";

    [LoggerMessage(1201, LogLevel.Warning, "Nothing usable came for {Kind} from {Address}: {Why}.")]
    private static partial void Nothing(ILogger logger, AnswerKind kind, Uri address, string why);

    [LoggerMessage(1202, LogLevel.Warning, "{Kind} from {Address} is of {Older}, and one of {Newer} is at hand: it is not taken.")]
    private static partial void RolledBack(ILogger logger, AnswerKind kind, Uri address, DateTimeOffset older, DateTimeOffset newer);

    [LoggerMessage(1203, LogLevel.Error, "The library of revocation answers failed; this node goes on with what it has and what it can fetch.")]
    private static partial void LibraryFailed(ILogger logger, Exception exception);
}
