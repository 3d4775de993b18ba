namespace Vss.Interlink.Exchange.Evidence;

/// <summary>What an evidence document says, as it stands there; what its type has no element for is empty.</summary>
internal sealed record EvidenceWords
{
    /// <summary>One of <see cref="EvidenceType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Of a refusal.</summary>
    public string Reference { get; init; } = "";

    public string ExchangeId { get; init; } = "";

    public required string Sender { get; init; }

    public required string MessageId { get; init; }

    public required string Kind { get; init; }

    public required string DocumentId { get; init; }

    /// <summary>Digest of the content, base64.</summary>
    public required string Content { get; init; }

    public required IReadOnlyList<AttachmentWords> Attachments { get; init; }

    /// <summary>Of the outcome of a delivery.</summary>
    public string DeliveryId { get; init; } = "";

    public required IReadOnlyList<string> Receivers { get; init; }

    public string Purpose { get; init; } = "";

    public string ExternalId { get; init; } = "";

    /// <summary>Of a receipt.</summary>
    public string Assurance { get; init; } = "";

    /// <summary>Subject of the signer's certificate, in a receipt; null where nothing was signed.</summary>
    public string? SignedBy { get; init; }

    /// <summary>Name of the fault, of a refusal.</summary>
    public string Fault { get; init; } = "";

    /// <summary>As <see cref="VietnamTime"/> writes it.</summary>
    public required string At { get; init; }
}

/// <summary>An attachment in evidence: its id, its octets, and their SHA-256 in base64.</summary>
internal sealed record AttachmentWords(string Id, string Size, string Sha256);
