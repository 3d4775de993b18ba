using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>Signs the hub's answers and faults the way requests are signed: Timestamp, BinarySecurityToken, signature over Body, Timestamp and WS-Addressing blocks.</summary>
public sealed class SoapSigner(SigningKey key, SoapVerifier verifier, TimeProvider clock)
{
    private static readonly XmlLimits OwnLimits = new() { MaxBytes = long.MaxValue };
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Adds the Security header to an envelope of the hub's own making and returns the message, UTF-8. Throws <see cref="CryptographicException"/> when it does not verify.</summary>
    public async Task<byte[]> SignAsync(XmlDocument envelope, CancellationToken cancellation)
    {
        var root = envelope.DocumentElement!;
        var body = SignatureElement.Elements(root).Single(child => child.LocalName == "Body" && child.NamespaceURI == root.NamespaceURI);
        var header = SignatureElement.Elements(root).SingleOrDefault(child => child.LocalName == "Header" && child.NamespaceURI == root.NamespaceURI);
        if (header is null)
        {
            header = envelope.CreateElement(root.Prefix, "Header", root.NamespaceURI);
            root.InsertBefore(header, body);
        }

        var security = SignatureBuilder.Add(header, "wsse", "Security", Wss.Security);
        var timestamp = SignatureBuilder.Add(security, "wsu", "Timestamp", Wss.Utility);
        var now = clock.GetUtcNow();
        SignatureBuilder.Add(timestamp, "wsu", "Created", Wss.Utility, Stamp(now));
        SignatureBuilder.Add(timestamp, "wsu", "Expires", Wss.Utility, Stamp(now + Life));
        var token = SignatureBuilder.Add(security, "wsse", "BinarySecurityToken", Wss.Security, Convert.ToBase64String(key.Certificate.RawDataMemory.Span), ("ValueType", Wss.X509v3), ("EncodingType", Wss.Base64));
        Identify(token, "x509");
        var signature = SignatureBuilder.Create(envelope, null);
        security.AppendChild(signature);
        var reference = SignatureBuilder.Add(SignatureBuilder.Add(SignatureBuilder.Add(signature, "KeyInfo"), "wsse", "SecurityTokenReference", Wss.Security), "wsse", "Reference", Wss.Security);
        reference.SetAttribute("URI", "#x509");
        reference.SetAttribute("ValueType", Wss.X509v3);

        var signed = SignatureElement.Elements(header).Where(block => block.NamespaceURI == Wss.Addressing).Prepend(timestamp).Prepend(body).ToList();
        var references = signed.Select((element, number) => new ToSign("#" + Identify(element, $"signed-{number}"), [Dsig.ExclusiveC14n], null, element)).ToList();
        await SignatureBuilder.CompleteAsync(signature, references, key, cancellation);
        var octets = Octets(envelope);
        Prove(octets);
        return octets;
    }

    private static byte[] Octets(XmlDocument document)
    {
        using var output = new MemoryStream();
        // No declaration and no indentation: what was canonicalised is what is written.
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            document.Save(writer);
        }

        return output.ToArray();
    }

    private void Prove(byte[] octets)
    {
        var failure = SafeXml.Load(octets, OwnLimits) is { Document: { } written }
            ? verifier.Verify(written) is VerificationResult.Refused refused ? refused.Verdict.Failure : null
            : new Step(Rules.Structure, false, "", "the message cannot be read back");
        if (failure is not null) throw new CryptographicException($"The hub's own signature does not verify: {failure.Rule}, {failure.Detail}.");
    }

    private static string Identify(XmlElement element, string id)
    {
        // The declaration must stand in the tree before the canonicaliser looks for it; the writer would add it only afterwards.
        element.SetAttribute("xmlns:wsu", Wss.Utility);
        var attribute = element.OwnerDocument.CreateAttribute("wsu", "Id", Wss.Utility);
        attribute.Value = id;
        element.SetAttributeNode(attribute);
        return id;
    }

    private static string Stamp(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
