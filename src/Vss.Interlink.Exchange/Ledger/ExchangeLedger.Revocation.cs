using Vss.Interlink.Trust.Online;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>What authorities answered: the one table that may be emptied at any time, for each answer can be fetched again.</summary>
public sealed partial class ExchangeLedger
{
    internal Task<LibraryAnswer?> FindAnswerAsync(string question, CancellationToken cancellation) => ReadAsync(sql => sql.FirstAsync(
        "SELECT question, answer, this_update, ends_at, entity_tag, last_modified FROM revocation_answers WHERE question = @question",
        row => new LibraryAnswer(row.GetString(0), row.Octets(1), row.Time(2), row.Time(3), row.TextOrNull(4), row.IsDBNull(5) ? null : row.Time(5)),
        ("@question", question)), cancellation);

    /// <summary>True when it is there now; false when one that was there is as new or newer. One statement decides, so that of two nodes the newer answer wins.</summary>
    internal Task<bool> KeepAnswerAsync(LibraryAnswer answer, CancellationToken cancellation) => _store.WriteAsync(async session => await session.Sql.ExecuteAsync(
        """
        INSERT INTO revocation_answers (question, answer, this_update, ends_at, entity_tag, last_modified) VALUES (@question, @answer, @this_update, @ends_at, @entity_tag, @last_modified)
        ON CONFLICT (question) DO UPDATE SET answer = excluded.answer, this_update = excluded.this_update, ends_at = excluded.ends_at, entity_tag = excluded.entity_tag, last_modified = excluded.last_modified
        WHERE (excluded.this_update, excluded.ends_at) > (revocation_answers.this_update, revocation_answers.ends_at)
        """,
        ("@question", answer.Key), ("@answer", answer.Der.ToArray()), ("@this_update", answer.ThisUpdate.Column()), ("@ends_at", answer.EndsAt.Column()),
        ("@entity_tag", answer.EntityTag), ("@last_modified", answer.LastModified?.Column())) > 0, cancellation);

    internal Task ForgetAnswersAsync(DateTimeOffset endedBefore, CancellationToken cancellation) =>
        _store.WriteAsync(session => session.Sql.ExecuteAsync("DELETE FROM revocation_answers WHERE ends_at < @before", ("@before", endedBefore.Column())), cancellation);
}

/// <summary>The library of revocation answers that all nodes of one ledger share, and that outlives a restart.</summary>
internal sealed class RevocationTable(ExchangeLedger ledger) : IRevocationLibrary
{
    public Task<LibraryAnswer?> FindAsync(string key, CancellationToken cancellation) => ledger.FindAnswerAsync(key, cancellation);

    public Task<bool> KeepAsync(LibraryAnswer answer, CancellationToken cancellation) => ledger.KeepAnswerAsync(answer, cancellation);

    public Task ForgetAsync(DateTimeOffset endedBefore, CancellationToken cancellation) => ledger.ForgetAnswersAsync(endedBefore, cancellation);
}
