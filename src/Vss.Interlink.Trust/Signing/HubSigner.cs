using System.Security.Cryptography;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Trust.Signing;

/// <summary>Makes the hub's own signatures. Each one is verified before it is handed out.</summary>
public sealed class HubSigner(SigningKey key, EnvelopedVerifier enveloped, SealVerifier seals, TimeProvider clock)
{
    private static readonly XmlLimits Limits = new();

    private readonly SigningCertificate _certificate = key.ForXml();

    /// <summary>Subject of the certificate that it signs with, as .NET writes it.</summary>
    public string Name => key.Certificate.Subject;

    /// <summary>Signs an XML document enveloped (XAdES B-B). Returns the signed document. Throws <see cref="CryptographicException"/> when the result does not verify.</summary>
    public async Task<byte[]> SignEvidenceAsync(ReadOnlyMemory<byte> xml, CancellationToken cancellation)
    {
        using var signed = new MemoryStream();
        Require(await XmlSigner.SignAsync(
            OctetSource.Of(xml), SignaturePlace.InRoot, [new SignatureReference.WholeDocument { Id = "evidence" }], Options("interlink-evidence"), Limits, key.SignXmlAsync, signed, cancellation));
        var octets = signed.ToArray();
        Prove(enveloped.Verify(octets));
        return octets;
    }

    /// <summary>Makes a detached XAdES B-B seal over a header and attachments. Returns the seal, UTF-8 XML. Throws <see cref="CryptographicException"/> when it does not verify.</summary>
    public async Task<byte[]> SealAsync(SealedContent content, CancellationToken cancellation)
    {
        List<SignatureReference> references = [new SignatureReference.XmlObject(OctetSource.Of(content.Header)) { Id = "header", ObjectId = "interlink-seal-header" }];
        references.AddRange(content.Parts.Select((part, number) => new SignatureReference.ExternalDigest(SealVerifier.PartUri(part.Id), part.Sha256) { Id = $"part-{number}" }));
        using var seal = new MemoryStream();
        Require(await XmlSigner.SignAloneAsync(references, Options("interlink-seal"), Limits, key.SignXmlAsync, seal, cancellation));
        var octets = seal.ToArray();
        Prove(seals.Verify(octets, content.Header, content.Parts.ToDictionary(part => part.Id, part => part.Sha256)));
        return octets;
    }

    private SignatureOptions Options(string id) =>
        new() { Certificate = _certificate, Algorithm = SignatureAlgorithm.RsaSha256, Id = id, Xades = new XadesProperties { SigningTime = clock.GetUtcNow() } };

    private static void Require(SigningRefusal? refusal)
    {
        if (refusal is not null) throw new ArgumentException($"What the hub signs must be well-formed XML: {refusal.Detail}.");
    }

    private static void Prove(VerificationResult result)
    {
        if (result is VerificationResult.Refused { Verdict.Failure: { } failure }) throw new CryptographicException($"The hub's own signature does not verify: {failure.Rule}, {failure.Detail}.");
    }
}
