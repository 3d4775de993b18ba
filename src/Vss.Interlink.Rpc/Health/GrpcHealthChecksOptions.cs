namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which of the host's health checks speak for which gRPC service.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>At first the empty name alone, the whole server, for which every check speaks.</summary>
    public ServiceMappingCollection Services { get; } = new();
}

/// <summary>Service names ("package.Service") and the checks that speak for each.</summary>
public sealed class ServiceMappingCollection
{
    private readonly Dictionary<string, Func<HealthCheckMapContext, bool>> _mappings = new(StringComparer.Ordinal) { [""] = _ => true };

    internal IReadOnlyDictionary<string, Func<HealthCheckMapContext, bool>> All => _mappings;

    /// <summary>The service serves while no check that the predicate picks is unhealthy. Replaces what was said of this name before.</summary>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate) => _mappings[name] = predicate;
}

/// <summary>A registered health check, for the predicates.</summary>
public sealed class HealthCheckMapContext(string name, IEnumerable<string> tags)
{
    public string Name { get; } = name;

    public IEnumerable<string> Tags { get; } = tags;
}
