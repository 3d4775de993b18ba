using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Grpc;

/// <summary>Where faults become gRPC status. A known fault carries its catalogue line as google.rpc.Status details; an unknown one says nothing but its reference.</summary>
public sealed partial class FaultBoundary(AuditTrail audit, IHostApplicationLifetime lifetime, ILogger<FaultBoundary> logger)
{
    private const string DetailsTrailer = "grpc-status-details-bin";

    public async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ExchangeFault fault)
        {
            throw Status(await audit.RefusedAsync(fault, "inside", null, CancellationToken.None), fault.RetryAfter);
        }
        catch (Exception unknown) when (unknown is not (RpcException or OperationCanceledException))
        {
            var reference = "r-" + Guid.CreateVersion7().ToString("N");
            Failed(logger, reference, unknown);
            throw Status(FaultCatalogue.Describe(Fault.Internal, "The hub failed.", "", reference));
        }
    }

    public Task RunAsync(Func<Task> call) => RunAsync(async () =>
    {
        await call();
        return true;
    });

    /// <summary>A call that lasts as long as its caller likes. When the hub stops it ends, so that the caller goes to another node.</summary>
    /// <param name="context">The call.</param>
    /// <param name="call">Given what ends with the call or with the hub, whichever is first.</param>
    public Task<T> RunLongAsync<T>(ServerCallContext context, Func<CancellationToken, Task<T>> call) => RunAsync(async () =>
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            return await call(ending.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw HubStops();
        }
    });

    /// <inheritdoc cref="RunLongAsync{T}"/>
    public Task RunLongAsync(ServerCallContext context, Func<CancellationToken, Task> call) => RunLongAsync(context, async ending =>
    {
        await call(ending);
        return true;
    });

    /// <summary>UNAVAILABLE, which every gRPC client takes as "call again".</summary>
    public static RpcException HubStops() => new(new Status(StatusCode.Unavailable, "This hub stops. Call again: another one, or this one when it is back."));

    private static RpcException Status(FaultDetail fault, TimeSpan? retryAfter = null)
    {
        var code = (StatusCode)FaultCatalogue.Meaning(fault.Fault).Grpc;
        var message = $"{fault.Name}: {fault.Detail} {fault.Remedy} (reference {fault.Reference})";
        var details = new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(fault) } };
        if ((retryAfter ?? FaultCatalogue.RetryAfter(fault)) is { } wait) details.Details.Add(Any.Pack(new Google.Rpc.RetryInfo { RetryDelay = wait.ToDuration() }));
        return new RpcException(new Status(code, message), new Metadata { { DetailsTrailer, details.ToByteArray() } });
    }

    [LoggerMessage(3101, LogLevel.Error, "A call failed; reference {Reference}")]
    private static partial void Failed(ILogger logger, string reference, Exception exception);
}
