using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>
/// grpc.health.v1 by the host's health checks: healthy and degraded serve, unhealthy does not. Check, and a Watch when it begins, run the checks, as the official
/// package does; a Watch then follows the host's publisher. From the moment the host begins to stop, nothing serves and each Watch ends, so that none holds up the stop.
/// </summary>
internal sealed class HealthService(HealthResults results, IHostApplicationLifetime lifetime) : Health.V1.Health.HealthBase
{
    // health.proto, List: beyond that, RESOURCE_EXHAUSTED.
    private const int LongestList = 100;

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        var status = await StatusAsync(request.Service, context.CancellationToken);
        return status != ServingStatus.ServiceUnknown ? Response(status)
            : throw new RpcException(new Status(StatusCode.NotFound, "The service is not known here."));
    }

    public override async Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        if (results.Services.Count > LongestList)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"There are more than {LongestList} services; check them one by one."));
        var response = new HealthListResponse();
        var statuses = await Task.WhenAll(results.Services.Select(service => StatusAsync(service, context.CancellationToken)));
        foreach (var (service, status) in results.Services.Zip(statuses)) response.Statuses[service] = Response(status);
        return response;
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ServingStatus? told = null;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            var changed = results.Changed;
            var status = await results.CheckAsync(request.Service, ending.Token);
            while (true)
            {
                await TellAsync(status);
                await changed.WaitAsync(ending.Token);
                changed = results.Changed;
                status = results.StatusOf(request.Service);
            }
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            await TellAsync(ServingStatus.NotServing);
        }

        // A client that reads slowly misses what came and went meanwhile: there is no queue to grow.
        async Task TellAsync(ServingStatus status)
        {
            if (status == told) return;
            await responseStream.WriteAsync(Response(status));
            told = status;
        }
    }

    private async Task<ServingStatus> StatusAsync(string service, CancellationToken cancellationToken)
    {
        var stopping = lifetime.ApplicationStopping.IsCancellationRequested;
        var status = stopping ? results.StatusOf(service) : await results.CheckAsync(service, cancellationToken);
        return stopping && status != ServingStatus.ServiceUnknown ? ServingStatus.NotServing : status;
    }

    private static HealthCheckResponse Response(ServingStatus status) => new() { Status = status };
}
