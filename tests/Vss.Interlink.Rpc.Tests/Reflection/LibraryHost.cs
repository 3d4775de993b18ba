using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Vss.Interlink.Rpc.Tests.Reflection;

/// <summary>A host that serves Counter, Library and reflection.</summary>
internal static class LibraryHost
{
    public static Task<CounterHost> StartAsync(Action<WebApplication>? endpoints = null) => CounterHost.StartAsync(
        services: services => services.AddGrpcReflection(),
        endpoints: app =>
        {
            app.MapGrpcService<LibraryService>();
            app.MapGrpcReflectionService();
            endpoints?.Invoke(app);
        });
}

internal sealed class LibraryService : Library.LibraryBase
{
    /// <summary>Answers with the title as the room.</summary>
    public override Task<Found> Find(Book request, ServerCallContext context) => Task.FromResult(new Found
    {
        Shelf = new Shelf { Room = request.Title, Row = { new Shelf.Types.Row { Length = 90 } } },
        Since = new Timestamp { Seconds = 1_700_000_000 },
    });
}
