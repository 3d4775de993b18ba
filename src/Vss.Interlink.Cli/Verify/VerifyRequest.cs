using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

/// <summary>What is to be judged, and by what.</summary>
internal sealed record VerifyRequest
{
    /// <summary>Path, or <c>-</c> for standard input.</summary>
    public required string File { get; init; }

    public required TrustStore Store { get; init; }

    public required ValidationPolicy Policy { get; init; }

    public required SignaturePolicy Algorithms { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>A key that is trusted without a certificate; null to take each signature's own.</summary>
    public SignerKey? Key { get; init; }

    /// <summary>Paths of contents beside the document, by their name.</summary>
    public required IReadOnlyDictionary<string, string> Detached { get; init; }

    /// <summary>Path of the one content beside the document, whatever its name.</summary>
    public string? Content { get; init; }

    /// <summary>What must be signed; empty for what the kind of document asks.</summary>
    public required IReadOnlyList<CoverageRequirement> Required { get; init; }
}
