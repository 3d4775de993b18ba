using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Gateway.Grpc;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Admin;

/// <summary>What the hub's own staff may see and do.</summary>
public sealed class AdminService(ExchangeLedger ledger, ExchangeHistory history, DeadLetters letters, InsideCaller caller, FaultBoundary faults) : Vss.Interlink.Admin.V1.Admin.AdminBase
{
    public override Task<TraceResponse> Trace(TraceRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        caller.Require(context);
        var cancellation = context.CancellationToken;
        if (ExchangeId.TryParse(request.Id, out var id) && await history.FindAsync(id, cancellation) is { } exchange)
        {
            var lines = (await history.AuditAsync(id, cancellation)).Select(Line)
                .Concat(exchange.Evidence.Select(evidence => new TraceLine { At = evidence.At, Event = "Evidence", DeliveryId = evidence.DeliveryId, Detail = $"{evidence.Type}, SHA-256 {Convert.ToHexStringLower(evidence.Sha256.Span)}" }))
                .OrderBy(line => line.At.ToDateTimeOffset());
            return new TraceResponse { Exchange = exchange, Lines = { lines } };
        }

        return await ledger.FindAuditAsync(request.Id, cancellation) is { } refusal
            ? new TraceResponse { Lines = { Line(refusal) } }
            : throw new ExchangeFault(Fault.NotFound, "There is no exchange with this id and no refusal with this reference number.", "trace.found");
    });

    public override Task<ListDeliveriesResponse> ListDeliveries(ListDeliveriesRequest request, ServerCallContext context) => faults.RunAsync(() =>
    {
        caller.Require(context);
        return letters.ListAsync(request, context.CancellationToken);
    });

    public override Task<DeliveryEntry> RetryDelivery(RetryDeliveryRequest request, ServerCallContext context) => faults.RunAsync(() =>
        letters.RedriveAsync(request.DeliveryId, caller.Require(context), context.CancellationToken));

    public override Task<DeliveryEntry> DiscardDelivery(DiscardDeliveryRequest request, ServerCallContext context) => faults.RunAsync(() =>
        letters.DiscardAsync(request.DeliveryId, request.Reason, caller.Require(context), context.CancellationToken));

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
