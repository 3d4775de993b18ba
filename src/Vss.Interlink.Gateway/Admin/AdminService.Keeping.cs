using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Admin;

/// <summary>Proof, archives and legal holds.</summary>
public sealed partial class AdminService
{
    private const int DefaultPage = 100;
    private const int LargestPage = 500;
    private const int LongestReason = 500;
    private const int BatchesAtOnce = 50;
    private const string AfterBatch = "batch-";
    private const string AfterArchive = "archive-";
    private const string AfterRejection = "rejection-";

    // First pages of exchanges, then of refusals, then of archives, then of batches; where one stands the token tells.
    public override Task<VerifyLedgerResponse> VerifyLedger(VerifyLedgerRequest request, ServerCallContext context) => faults.RunLongAsync(context, async ending =>
    {
        await caller.RequireAsync(context);
        var size = Size("page_size", request.PageSize, DefaultPage, LargestPage);
        var answer = new VerifyLedgerResponse();
        if (request.After.StartsWith(AfterBatch, StringComparison.Ordinal) && long.TryParse(request.After.AsSpan(AfterBatch.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var batch))
        {
            var (found, next) = await proof.CheckStampsAsync(batch, Math.Min(size, BatchesAtOnce), ending);
            answer.Findings.AddRange(found.Select(View));
            answer.Next = next is { } last ? AfterBatch + last.ToString(CultureInfo.InvariantCulture) : "";
        }
        else if (request.After.StartsWith(AfterArchive, StringComparison.Ordinal))
        {
            var (found, next) = await proof.CheckArchivesAsync(request.After[AfterArchive.Length..], size, ending);
            answer.Findings.AddRange(found.Select(View));
            answer.Next = next is not null ? AfterArchive + next : AfterBatch + "0";
        }
        else if (request.After.StartsWith(AfterRejection, StringComparison.Ordinal))
        {
            var (found, next) = await proof.CheckRejectionsAsync(request.After[AfterRejection.Length..], size, ending);
            answer.Findings.AddRange(found.Select(View));
            answer.Next = next is not null ? AfterRejection + next : AfterArchive;
        }
        else
        {
            ExchangeId? after = request.After.Length == 0 ? null : ExchangeId.TryParse(request.After, out var id) ? id : throw Violation("after", "was not given by this hub");
            var page = await proof.CheckAsync(after, size, ending);
            answer.Exchanges = page.Exchanges;
            answer.Findings.AddRange(page.Findings.Select(View));
            answer.Next = page.Next?.ToString() ?? AfterRejection;
        }

        if (answer.Next.Length == 0) answer.TimeStamps = await TimeStampsAsync(ending);
        return answer;
    });

    public override Task<ArchiveLedgerResponse> ArchiveLedger(ArchiveLedgerRequest request, ServerCallContext context) => faults.RunLongAsync(context, async ending =>
    {
        var by = await caller.NameAsync(context);
        var max = Size("max_exchanges", request.MaxExchanges, LedgerArchives.MostExchanges, LedgerArchives.MostExchanges);
        ExchangeId? after = request.After.Length == 0 ? null : ExchangeId.TryParse(request.After, out var id) ? id : throw Violation("after", "was not given by this hub");
        if (!archives.IsAllowed) throw new ExchangeFault(Fault.NotPermitted, "Exchange:Retention:ArchiveAfterDays is not set, so nothing may be archived.", "retention.policy");
        var run = await archives.ArchiveAsync(after, max, by, ending);
        return new ArchiveLedgerResponse
        {
            Archive = run.Archive?.Name ?? "",
            Sha256 = ByteString.CopyFrom(run.Archive?.Sha256 ?? []),
            ExchangeIds = { run.Removed.Select(id => id.ToString()) },
            LeftOut = { run.LeftOut.Select(left => new LedgerFinding { Subject = left.Exchange.ToString(), Rule = "ledger.archive", Detail = left.Why, Broken = false }) },
            Next = run.Next?.ToString() ?? "",
        };
    });

    public override Task<Hold> PlaceHold(PlaceHoldRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        var by = await caller.NameAsync(context);
        var placed = ExchangeId.TryParse(request.ExchangeId, out var id) ? await ledger.PlaceHoldAsync(id, by, Reason(request.Reason), context.CancellationToken) : null;
        if (placed is null) throw new ExchangeFault(Fault.NotFound, "There is no exchange with this id.", "hold.exchange");
        return View(placed, await ledger.FindArchiveAsync(id, context.CancellationToken));
    });

    public override Task<Hold> ReleaseHold(ReleaseHoldRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        var by = await caller.NameAsync(context);
        return await ledger.ReleaseHoldAsync(request.HoldId, by, Reason(request.Reason), context.CancellationToken) is { } released
            ? View(released, null)
            : throw new ExchangeFault(Fault.NotFound, "There is no hold with this id that stands.", "hold.standing");
    });

    public override Task<ListHoldsResponse> ListHolds(ListHoldsRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        return new ListHoldsResponse { Holds = { (await ledger.ListHoldsAsync(request.Released, context.CancellationToken)).Select(hold => View(hold, null)) } };
    });

    private async Task<TimeStamps> TimeStampsAsync(CancellationToken cancellation)
    {
        var (state, counts) = (await stamps.LookAsync(cancellation), await ledger.CountStampsAsync(cancellation));
        return new TimeStamps { Made = state.IsOn, Batches = counts.Batches, Waiting = counts.Waiting, OldestWaiting = (await ledger.OldestUnstampedAsync(cancellation))?.ToTimestamp(), Trouble = state.Trouble ?? "" };
    }

    private static LedgerFinding View(Finding finding) => new() { Subject = finding.Subject, Rule = finding.Rule, Detail = finding.Detail, Broken = finding.Broken };

    private static Hold View(LegalHold hold, ArchiveFile? archive) => new()
    {
        HoldId = hold.Id,
        ExchangeId = hold.Exchange.ToString(),
        PlacedBy = hold.PlacedBy,
        Reason = hold.Reason,
        PlacedAt = hold.PlacedAt.ToTimestamp(),
        ReleasedBy = hold.ReleasedBy ?? "",
        ReleaseReason = hold.ReleaseReason ?? "",
        ReleasedAt = hold.ReleasedAt?.ToTimestamp(),
        Archive = archive?.Name ?? "",
    };

    private static int Size(string field, int given, int unset, int most) => given == 0 ? unset : given < 1 || given > most ? throw Violation(field, $"must be 1 to {most}") : given;

    private static string Reason(string text) =>
        string.IsNullOrWhiteSpace(text) || text.Length > LongestReason || text.Any(char.IsControl) ? throw Violation("reason", $"must be one line of 1 to {LongestReason} characters") : text;

    private static ExchangeFault Violation(string field, string what) => new(Fault.SchemaViolation, $"{field} {what}.", "schema." + field);
}
