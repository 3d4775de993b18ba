using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Gateway.Grpc;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Admin;

/// <summary>What the hub's own staff may see and do.</summary>
public sealed partial class AdminService(
    ExchangeLedger ledger, ExchangeHistory history, DeadLetters letters, BodyUpkeep bodies, LedgerArchives archives, LedgerProof proof, EvidenceStamps stamps, InsideCaller caller, FaultBoundary faults)
    : Vss.Interlink.Admin.V1.Admin.AdminBase
{
    public override Task<TraceResponse> Trace(TraceRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        var cancellation = context.CancellationToken;
        if (ExchangeId.TryParse(request.Id, out var id) && await history.FindAsync(id, cancellation) is { } exchange)
        {
            var lines = (await history.AuditAsync(id, cancellation)).Select(Line)
                .Concat(exchange.Evidence.Select(evidence => new TraceLine { At = evidence.At, Event = "Evidence", DeliveryId = evidence.DeliveryId, Detail = $"{evidence.Type}, SHA-256 {Convert.ToHexStringLower(evidence.Sha256.Span)}; {Words(evidence.Stamp)}" }))
                .OrderBy(line => line.At.ToDateTimeOffset());
            return new TraceResponse { Exchange = exchange, Lines = { lines } };
        }

        return await ledger.FindAuditAsync(request.Id, cancellation) is { } refusal
            ? new TraceResponse { Lines = { Line(refusal) } }
            : throw new ExchangeFault(Fault.NotFound, "There is no exchange with this id and no refusal with this reference number.", "trace.found");
    });

    public override Task ScrubBodies(BodiesRequest request, IServerStreamWriter<BodiesProgress> responseStream, ServerCallContext context) => RunAsync(bodies.ScrubAsync, responseStream, context);

    public override Task RekeyBodies(BodiesRequest request, IServerStreamWriter<BodiesProgress> responseStream, ServerCallContext context) => RunAsync(bodies.RekeyAsync, responseStream, context);

    public override Task CollectBodies(BodiesRequest request, IServerStreamWriter<BodiesProgress> responseStream, ServerCallContext context) => RunAsync(bodies.CollectAsync, responseStream, context);

    // The run ends with the call: whoever no longer listens has no need of it. A hub that stops does not wait for it either: run again, it does the rest.
    private Task RunAsync(Func<string, CancellationToken, IAsyncEnumerable<BodyProgress>> run, IServerStreamWriter<BodiesProgress> progress, ServerCallContext context) => faults.RunLongAsync(context, async ending =>
    {
        await foreach (var report in run(await caller.NameAsync(context), ending))
            await progress.WriteAsync(new BodiesProgress
            {
                Seen = report.Seen, Octets = report.Octets, Changed = report.Changed, Faults = report.Faults, Done = report.Done,
                Findings = { report.Findings.Select(found => new BodyFinding { Rule = found.Rule, Detail = found.Detail }) },
            }, ending);
    });

    public override Task<ListDeliveriesResponse> ListDeliveries(ListDeliveriesRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        return await letters.ListAsync(request, context.CancellationToken);
    });

    public override Task<DeliveryEntry> RetryDelivery(RetryDeliveryRequest request, ServerCallContext context) => faults.RunAsync(async () =>
        await letters.RedriveAsync(request.DeliveryId, await caller.NameAsync(context), context.CancellationToken));

    public override Task<DeliveryEntry> DiscardDelivery(DiscardDeliveryRequest request, ServerCallContext context) => faults.RunAsync(async () =>
        await letters.DiscardAsync(request.DeliveryId, request.Reason, await caller.NameAsync(context), context.CancellationToken));

    private static string Words(EvidenceStamp? stamp) => stamp is null
        ? "no time stamp"
        : $"time-stamped at {VietnamTime.Format(stamp.Time.ToDateTimeOffset())} by {stamp.Authority}, batch {stamp.Batch}, leaf {stamp.Leaf} of {stamp.Leaves}";

    private static TraceLine Line(AuditLine line) => new()
    {
        At = line.At.ToTimestamp(),
        Event = line.Fault is { } fault ? $"{line.Event} {FaultCatalogue.Name(fault)}" : line.Event.ToString(),
        DeliveryId = line.Delivery?.ToString() ?? "",
        Rule = line.Rule,
        Detail = line.Detail,
        Place = line.Edge,
    };
}
