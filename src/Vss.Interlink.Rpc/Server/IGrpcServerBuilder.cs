using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>What AddGrpc returns, as in the official package, for registrations that follow it.</summary>
public interface IGrpcServerBuilder
{
    IServiceCollection Services { get; }
}
