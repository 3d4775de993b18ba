using System.Security.Cryptography;
using Vss.Interlink.Exchange.Audit;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Evidence of what never became an exchange: SUBMISSION_REJECTION.</summary>
public sealed partial class ExchangeLedger
{
    /// <summary>The evidence of an equal refusal, or null.</summary>
    public Task<byte[]?> FindRejectionAsync(RejectedSubmission rejected, CancellationToken cancellation) => ReadAsync(sql => RejectionAsync(sql, rejected), cancellation);

    /// <summary>Records a refusal with its evidence, in one transaction. The first evidence of a refusal is the one for ever, and is what is returned.</summary>
    /// <param name="line">For the audit.</param>
    /// <param name="rejected">What was refused.</param>
    /// <param name="document">Signed XML.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<byte[]> RejectAsync(AuditLine line, RejectedSubmission rejected, byte[] document, CancellationToken cancellation) =>
        _store.WriteAsync(
            async session =>
            {
                await WriteAsync(session, line);
                await session.Sql.ExecuteAsync(
                    """
                    INSERT INTO rejections (reference, sender, message_id, digest, fault, rule, at, sha256, document)
                    VALUES (@reference, @sender, @message, @digest, @fault, @rule, @at, @sha256, @document)
                    ON CONFLICT (sender, message_id, digest, fault, rule) DO NOTHING
                    """,
                    [("@reference", line.Reference), ("@at", line.At.Column()), ("@sha256", SHA256.HashData(document)), ("@document", document), .. Values(rejected)]);
                return await RejectionAsync(session.Sql, rejected) ?? document;
            },
            cancellation);

    private static async Task<byte[]?> RejectionAsync(Sql sql, RejectedSubmission rejected) =>
        await sql.FirstAsync(
            "SELECT document FROM rejections WHERE sender = @sender AND message_id = @message AND digest = @digest AND fault = @fault AND rule = @rule",
            row => row.Octets(0),
            Values(rejected));

    private static (string Name, object? Value)[] Values(RejectedSubmission rejected) =>
    [
        ("@sender", rejected.Sender.ToString()),
        ("@message", rejected.MessageId.ToString()),
        ("@digest", rejected.Digest.ToArray()),
        ("@fault", (int)rejected.Fault),
        ("@rule", rejected.Rule),
    ];
}
