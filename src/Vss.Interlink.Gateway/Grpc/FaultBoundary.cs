using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Grpc;

/// <summary>Where faults become gRPC status. A known fault carries its catalogue line as google.rpc.Status details; an unknown one says nothing but its reference.</summary>
public sealed partial class FaultBoundary(AuditTrail audit, ILogger<FaultBoundary> logger)
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
