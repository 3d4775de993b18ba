using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Cli.Verify;

/// <summary>What is to be judged, and by what.</summary>
internal sealed record VerifyRequest
{
    /// <summary>Path, or <c>-</c> for standard input.</summary>
    public required string File { get; init; }

    public required TrustStore Store { get; init; }

    public required ValidationPolicy Policy { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>SHA-256 of the attachments at hand, by id.</summary>
    public required IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Parts { get; init; }

    /// <summary>Header projection to compare with, well-formed XML; null to take the seal's.</summary>
    public required byte[]? Header { get; init; }
}
