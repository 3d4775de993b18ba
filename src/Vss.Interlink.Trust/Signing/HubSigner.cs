namespace Vss.Interlink.Trust.Signing;

/// <summary>Makes the hub's own signatures. Each one is verified before it is handed out.</summary>
public sealed class HubSigner
{
    /// <summary>Signs an XML document enveloped (XAdES B-B). Returns the signed document, UTF-8.</summary>
    public Task<byte[]> SignEvidenceAsync(ReadOnlyMemory<byte> xml, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Makes a detached XAdES B-B seal over a header and attachments. Returns the seal, UTF-8 XML.</summary>
    public Task<byte[]> SealAsync(SealedContent content, CancellationToken cancellation) => throw new NotSupportedException();
}
