using System.Runtime.CompilerServices;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Ledger;

/// <summary>Exchanges, for those who ask about them. Who may ask is the edge's business.</summary>
public sealed class ExchangeHistory(ExchangeLedger ledger)
{
    private const int DefaultPage = 100;
    private const int LargestPage = 500;

    // Changes are announced within a process; another node's are found by looking.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <summary>The exchange with deliveries and evidence, or null. The receipt is <see cref="FindReceiptAsync"/>.</summary>
    public Task<ExchangeView?> FindAsync(ExchangeId id, CancellationToken cancellation) => ledger.FindViewAsync(id, cancellation);

    /// <summary>By the sender's own id.</summary>
    public async Task<ExchangeView?> FindAsync(OrganId sender, MessageId messageId, CancellationToken cancellation) =>
        await ledger.FindIdAsync(sender, messageId, cancellation) is { } id ? await ledger.FindViewAsync(id, cancellation) : null;

    /// <summary>The receipt as it was given, or null.</summary>
    public async Task<byte[]?> FindReceiptAsync(ExchangeId id, CancellationToken cancellation) => (await ledger.FindRecordAsync(id, cancellation))?.Receipt;

    /// <summary>One page, the newest first; the evidence without its documents.</summary>
    /// <exception cref="ExchangeFault">SCHEMA_VIOLATION naming the field.</exception>
    public async Task<ListResponse> ListAsync(ListRequest request, CancellationToken cancellation)
    {
        var size = request.PageSize == 0 ? DefaultPage : request.PageSize;
        if (size is < 1 or > LargestPage) throw Violation("page_size", $"must be 1 to {LargestPage}");
        ExchangeId? before = null;
        if (request.PageToken.Length > 0) before = ExchangeId.TryParse(request.PageToken, out var id) ? id : throw Violation("page_token", "was not given by this hub");
        var page = await ledger.ListViewsAsync(size + 1, before, Organ("sender", request.Sender), Organ("receiver", request.Receiver), cancellation);
        return new ListResponse
        {
            Exchanges = { page.Take(size) },
            NextPageToken = page.Count > size ? page[size - 1].ExchangeId : "",
        };
    }

    /// <summary>The exchange at once and on each change until it is finished; nothing when it does not exist.</summary>
    public async IAsyncEnumerable<ExchangeView> WatchAsync(ExchangeId id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var bell = ledger.Changes.Subscribe(id.ToString());
        ExchangeView? last = null;
        while (await ledger.FindViewAsync(id, cancellation) is { } view)
        {
            if (!view.Equals(last)) yield return last = view;
            if (ExchangeStates.IsFinished(view.State)) yield break;
            await bell.WaitAsync(LookAgain, ledger.Clock, cancellation);
        }
    }

    /// <summary>The audit of one exchange, in order.</summary>
    public Task<IReadOnlyList<AuditLine>> AuditAsync(ExchangeId id, CancellationToken cancellation) => ledger.ListAuditAsync(id, cancellation);

    private static OrganId? Organ(string field, string text)
    {
        if (text.Length == 0) return null;
        return OrganId.TryParse(text, out var organ) ? organ : throw Violation(field, "is no organ code");
    }

    private static ExchangeFault Violation(string field, string what) => new(Fault.SchemaViolation, $"{field} {what}.", "schema." + field);
}
