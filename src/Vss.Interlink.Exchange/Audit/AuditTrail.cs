using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Audit;

/// <summary>Records refusals, at whichever edge they happen, and gives the number under which they can be found.</summary>
public sealed partial class AuditTrail(ExchangeLedger ledger, TimeProvider clock, ILogger<AuditTrail> logger)
{
    /// <summary>Records a refusal (OVERLOADED and TIME_STAMPS_UNAVAILABLE in the log only) and says what the caller is told. A refusal that is recorded already keeps its number.</summary>
    /// <param name="fault">The refusal.</param>
    /// <param name="edge">Where: <c>soap</c>, <c>edxml</c>, <c>inside</c>.</param>
    /// <param name="sender">The organ that sent it or claims to have; null when not known.</param>
    /// <param name="cancellation">Counts until the write begins.</param>
    public async Task<FaultDetail> RefusedAsync(ExchangeFault fault, string edge, OrganId? sender, CancellationToken cancellation)
    {
        if (fault.Reference is null)
        {
            var line = AuditLine.New(clock.GetUtcNow(), AuditEvent.Refused, edge) with { Sender = sender, Fault = fault.Fault, Rule = fault.Rule, Detail = fault.Detail };
            fault.Reference = line.Reference;
            LogRefused(logger, FaultCatalogue.Name(fault.Fault), fault.Rule, edge, sender?.ToString() ?? "", line.Reference);
            if (fault.Fault is not (Fault.Overloaded or Fault.TimeStampsUnavailable)) await ledger.WriteAuditAsync(line, cancellation);   // who is told to come again comes again: a line for each time would fill the disk that is nearly full
        }

        return FaultCatalogue.Describe(fault, fault.Reference);
    }

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

    [LoggerMessage(2101, LogLevel.Warning, "Refused: {Fault} by rule '{Rule}' at {Edge}, sender '{Sender}', reference {Reference}")]
    private static partial void LogRefused(ILogger logger, string fault, string rule, string edge, string sender, string reference);
}
