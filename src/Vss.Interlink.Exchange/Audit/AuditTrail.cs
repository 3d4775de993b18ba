using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Audit;

/// <summary>
/// Records refusals, at whichever edge they happen, and gives the number under which they can be found: in the log each, in the audit within a budget of 120 a minute for each partner, as many for each edge's
/// own callers and as many for all of an edge whom nobody knows. A refusal that is proved to its sender is recorded always.
/// </summary>
/// <param name="ledger">Where the audit is.</param>
/// <param name="policies">The policies at this moment: who is a partner.</param>
/// <param name="clock">The one clock.</param>
/// <param name="logger">Takes every refusal.</param>
public sealed partial class AuditTrail(ExchangeLedger ledger, Func<PartnerPolicies> policies, TimeProvider clock, ILogger<AuditTrail> logger)
{
    private readonly AuditBudget _budget = new(clock);

    /// <summary>Records a refusal of somebody whom the edge itself knows, as a registered inside service or the axis's server, and says what the caller is told. A refusal that is recorded already keeps its number.</summary>
    /// <param name="fault">The refusal.</param>
    /// <param name="edge">Where: <c>soap</c>, <c>edxml</c>, <c>inside</c>.</param>
    /// <param name="sender">The organ that sent it or claims to have; null when not known.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<FaultDetail> RefusedAsync(ExchangeFault fault, string edge, OrganId? sender, CancellationToken cancellation) => RefusedForAsync(edge, fault, edge, sender, cancellation);

    /// <summary>Records a refusal of something that anybody could have sent.</summary>
    /// <param name="fault">The refusal.</param>
    /// <param name="edge">Where.</param>
    /// <param name="sender">The organ that sent it or claims to have; null when not known.</param>
    /// <param name="signedBy">Whose signature over it verified; null where none did.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public Task<FaultDetail> RefusedAsync(ExchangeFault fault, string edge, OrganId? sender, Signatory? signedBy, CancellationToken cancellation) =>
        RefusedForAsync(PartnerOf(signedBy) ?? $"{edge}, unknown", fault, edge, sender, cancellation);

    /// <summary>Records a refusal for good with its evidence, in one transaction; the fault then carries both. The first evidence of equal refusals is that of all.</summary>
    /// <param name="fault">The refusal.</param>
    /// <param name="edge">Where.</param>
    /// <param name="rejected">What was refused.</param>
    /// <param name="prove">Makes the evidence, given the reference number and the time.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public async Task RejectedAsync(ExchangeFault fault, string edge, RejectedSubmission rejected, Func<string, DateTimeOffset, Task<byte[]>> prove, CancellationToken cancellation)
    {
        var line = AuditLine.New(clock.GetUtcNow(), AuditEvent.Refused, edge) with { Sender = rejected.Sender, Fault = fault.Fault, Rule = fault.Rule, Detail = fault.Detail };
        var document = await ledger.FindRejectionAsync(rejected, cancellation) ?? await prove(line.Reference, line.At);
        (fault.Reference, fault.Evidence) = (line.Reference, await ledger.RejectAsync(line, rejected, document, cancellation));
        LogRefused(logger, FaultCatalogue.Name(fault.Fault), fault.Rule, edge, rejected.Sender.ToString(), line.Reference);
    }

    private async Task<FaultDetail> RefusedForAsync(string account, ExchangeFault fault, string edge, OrganId? sender, CancellationToken cancellation)
    {
        if (fault.Reference is null)
        {
            var line = AuditLine.New(clock.GetUtcNow(), AuditEvent.Refused, edge) with { Sender = sender, Fault = fault.Fault, Rule = fault.Rule, Detail = fault.Detail };
            fault.Reference = line.Reference;
            LogRefused(logger, FaultCatalogue.Name(fault.Fault), fault.Rule, edge, sender?.ToString() ?? "", line.Reference);

            // Who is told to come again comes again: a line for each time would fill the disk that is nearly full, and use up the lines of what an auditor asks for.
            if (fault.Fault is not (Fault.Overloaded or Fault.TimeStampsUnavailable or Fault.LedgerUnavailable) && _budget.TryTake(account)) await WriteAsync(line, cancellation);
        }

        return FaultCatalogue.Describe(fault, fault.Reference);
    }

    // Without an audit the refusal still stands, and its caller is told it.
    private async Task WriteAsync(AuditLine line, CancellationToken cancellation)
    {
        try
        {
            await ledger.WriteAuditAsync(line, cancellation);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogNotAudited(logger, error, line.Reference);
        }
    }

    // A signer may be registered for several organs; it is the same one each time.
    private string? PartnerOf(Signatory? signedBy)
    {
        if (signedBy is null) return null;
        var known = policies();
        return known.All.Select(partner => partner.Organ).FirstOrDefault(organ => known.MaySign(organ, signedBy));
    }

    [LoggerMessage(2101, LogLevel.Warning, "Refused: {Fault} by rule '{Rule}' at {Edge}, sender '{Sender}', reference {Reference}")]
    private static partial void LogRefused(ILogger logger, string fault, string rule, string edge, string sender, string reference);

    [LoggerMessage(2103, LogLevel.Error, "A refusal could not be audited; reference {Reference}")]
    private static partial void LogNotAudited(ILogger logger, Exception error, string reference);
}
