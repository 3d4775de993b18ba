namespace Vss.Interlink.Trust.Online;

/// <summary>An answer as it is shared: whoever takes it out judges it again.</summary>
/// <param name="Key">Names the question.</param>
/// <param name="Der">As the authority gave it.</param>
/// <param name="ThisUpdate">Since when it is true.</param>
/// <param name="EndsAt">Until when it is good.</param>
/// <param name="EntityTag">What the server calls it by; null for nothing.</param>
/// <param name="LastModified">Since when the server has it; null where it does not say.</param>
public sealed record LibraryAnswer(string Key, ReadOnlyMemory<byte> Der, DateTimeOffset ThisUpdate, DateTimeOffset EndsAt, string? EntityTag, DateTimeOffset? LastModified);

/// <summary>Where nodes share what authorities answered, and where it outlives a restart.</summary>
public interface IRevocationLibrary
{
    /// <summary>Null where nobody kept one.</summary>
    Task<LibraryAnswer?> FindAsync(string key, CancellationToken cancellation);

    /// <summary>Keeps an answer, unless one that is there is as new or newer.</summary>
    /// <returns>Whether it was kept.</returns>
    Task<bool> KeepAsync(LibraryAnswer answer, CancellationToken cancellation);

    /// <summary>Drops answers that ended before a time.</summary>
    Task ForgetAsync(DateTimeOffset endedBefore, CancellationToken cancellation);
}

/// <summary>The library of a host without a ledger: it lives as long as the process. It keeps some thousand answers; the one that ends first goes first.</summary>
public sealed class MemoryLibrary : IRevocationLibrary
{
    private const int MostKept = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LibraryAnswer> _answers = new(StringComparer.Ordinal);

    public Task<LibraryAnswer?> FindAsync(string key, CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult(_answers.GetValueOrDefault(key));
    }

    public Task<bool> KeepAsync(LibraryAnswer answer, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_answers.TryGetValue(answer.Key, out var there) && (there.ThisUpdate, there.EndsAt).CompareTo((answer.ThisUpdate, answer.EndsAt)) >= 0) return Task.FromResult(false);
            _answers[answer.Key] = answer;
            if (_answers.Count > MostKept) _answers.Remove(_answers.MinBy(kept => kept.Value.EndsAt).Key);
            return Task.FromResult(true);
        }
    }

    public Task ForgetAsync(DateTimeOffset endedBefore, CancellationToken cancellation)
    {
        lock (_gate)
        {
            foreach (var key in _answers.Where(answer => answer.Value.EndsAt < endedBefore).Select(answer => answer.Key).ToList()) _answers.Remove(key);
        }

        return Task.CompletedTask;
    }
}
