using System.Security.Cryptography;
using System.Xml;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Signing;

/// <summary>Makes the hub's own signatures. Each one is verified before it is handed out.</summary>
public sealed class HubSigner(SigningKey key, EnvelopedVerifier enveloped, SealVerifier seals, TimeProvider clock)
{
    private const string SealHeaderId = "interlink-seal-header";

    /// <summary>Signs an XML document enveloped (XAdES B-B). Returns the signed document, UTF-8. Throws <see cref="CryptographicException"/> when the result does not verify.</summary>
    public async Task<byte[]> SignEvidenceAsync(ReadOnlyMemory<byte> xml, CancellationToken cancellation)
    {
        var document = Parsed(xml);
        var signature = SignatureBuilder.Create(document, "interlink-evidence");
        SignatureBuilder.AddX509Data(signature, key);
        document.DocumentElement!.AppendChild(signature);
        var properties = SignatureBuilder.AddSignedProperties(signature, key, clock.GetUtcNow(), [("evidence", "text/xml")]);
        await SignatureBuilder.CompleteAsync(signature,
        [
            new ToSign("", [Dsig.Enveloped, Dsig.ExclusiveC14n], null, document.DocumentElement, Id: "evidence"),
            new ToSign("#" + properties.GetAttribute("Id"), [Dsig.ExclusiveC14n], null, properties, Dsig.SignedPropertiesType),
        ], key, cancellation);
        var octets = Octets(document);
        Prove(enveloped.Verify(octets));
        return octets;
    }

    /// <summary>Makes a detached XAdES B-B seal over a header and attachments. Returns the seal, UTF-8 XML. Throws <see cref="CryptographicException"/> when it does not verify.</summary>
    public async Task<byte[]> SealAsync(SealedContent content, CancellationToken cancellation)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        var signature = SignatureBuilder.Create(document, "interlink-seal");
        document.AppendChild(signature);
        SignatureBuilder.AddX509Data(signature, key);
        var header = SignatureBuilder.Add(signature, "Object", null, ("Id", SealHeaderId), ("MimeType", "text/xml"));
        header.AppendChild(document.ImportNode(Parsed(content.Header).DocumentElement!, deep: true));
        var references = new List<ToSign> { new("#" + SealHeaderId, [Dsig.ExclusiveC14n], null, header, Id: "header") };
        references.AddRange(content.Parts.Select((part, number) => new ToSign(SealVerifier.PartUri(part.Id), [], part.Sha256.ToArray(), null, Id: $"part-{number}")));
        var properties = SignatureBuilder.AddSignedProperties(signature, key, clock.GetUtcNow(), references.Select(reference => (reference.Id!, reference.Target is null ? "application/octet-stream" : "text/xml")).ToList());
        references.Add(new ToSign("#" + properties.GetAttribute("Id"), [Dsig.ExclusiveC14n], null, properties, Dsig.SignedPropertiesType));
        await SignatureBuilder.CompleteAsync(signature, references, key, cancellation);
        var octets = Octets(document);
        Prove(seals.Verify(octets, content.Header, content.Parts.ToDictionary(part => part.Id, part => part.Sha256)));
        return octets;
    }

    private static void Prove(VerificationResult result)
    {
        if (result is VerificationResult.Refused { Verdict.Failure: { } failure }) throw new CryptographicException($"The hub's own signature does not verify: {failure.Rule}, {failure.Detail}.");
    }

    private static XmlDocument Parsed(ReadOnlyMemory<byte> xml) =>
        SafeXml.Load(xml, new XmlLimits()) is { Document: { } document } ? document : throw new ArgumentException("What the hub signs must be well-formed XML.", nameof(xml));

    internal static byte[] Octets(XmlDocument document)
    {
        using var output = new MemoryStream();
        // No declaration and no indentation: what was canonicalised is what is written.
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new System.Text.UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            document.Save(writer);
        }

        return output.ToArray();
    }
}
