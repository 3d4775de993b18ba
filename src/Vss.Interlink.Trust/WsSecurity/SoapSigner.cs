using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Trust.WsSecurity;

/// <summary>Signs the hub's answers and faults the way requests are signed: Timestamp, BinarySecurityToken, signature over Body, Timestamp and WS-Addressing blocks.</summary>
/// <remarks>
/// An answer is proved less than a document is: the key's answer verifies under its certificate (<see cref="SigningKey"/>), and the certificate is good at this moment. What outlives the
/// connection, a receipt, is inside and was verified whole when it was made.
/// </remarks>
public sealed class SoapSigner(SigningKey key, Func<TrustStore> store, TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly UTF8Encoding Utf8 = new(false);

    private readonly SigningCertificate _certificate = key.ForXml();

    /// <summary>Adds the Security header to an envelope of the hub's own making.</summary>
    /// <param name="envelope">An Envelope with a Body and, before it, at most one Header.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The message, UTF-8 without a declaration.</returns>
    /// <exception cref="CryptographicException">The hub's certificate is not good, or the key fails.</exception>
    /// <exception cref="ArgumentException">The envelope is none.</exception>
    public async Task<byte[]> SignAsync(ReadOnlyMemory<byte> envelope, CancellationToken cancellation)
    {
        RequireGoodCertificate();

        // Nobody outside can foresee the identifiers, so nothing in a Body can be made to have one of them.
        var id = "id-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        var (secured, references) = Prepared(envelope, id);
        var options = new SignatureOptions
        {
            Certificate = _certificate,
            Algorithm = key.AlgorithmForXml(),
            Id = id,
            Ids = XmlIdRules.WsSecurity,
            KeyInfo = KeyInformation.Token($"#{id}-token", Wss.X509v3),
        };
        using var message = new MemoryStream(secured.Length + 4096);
        var place = SignaturePlace.InElement($"{id}-security");
        if (await XmlSigner.SignAsync(OctetSource.Of(secured), place, references, options, XmlLimits.None, key.SignXmlAsync, message, cancellation) is { } refusal)
            throw new ArgumentException($"What the hub signs must be a SOAP envelope: {refusal.Detail}.", nameof(envelope));

        return message.ToArray();
    }

    // The envelope with all of the Security header but the signature, and what is to be signed of it.
    private (ReadOnlyMemory<byte> Envelope, IReadOnlyList<SignatureReference> References) Prepared(ReadOnlyMemory<byte> envelope, string id)
    {
        List<SignatureReference> references = [new SignatureReference.Element($"{id}-body"), new SignatureReference.Element($"{id}-timestamp")];
        using var reader = SafeXml.Reader(envelope, XmlLimits.None);
        var output = new MemoryStream(envelope.Length + 4096);
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Encoding = Utf8, OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            reader.MoveToContent();
            Open(writer, reader, null);
            var soap = reader.NamespaceURI;
            var hasHeader = false;
            reader.Read();
            while (reader.MoveToContent() == XmlNodeType.Element)
            {
                var isBody = reader.LocalName == "Body" && reader.NamespaceURI == soap;
                if (isBody && !hasHeader)
                {
                    writer.WriteStartElement(writer.LookupPrefix(soap), "Header", soap);
                    WriteSecurity(writer, id);
                    writer.WriteEndElement();
                }

                Open(writer, reader, isBody ? $"{id}-body" : null);
                if (isBody) CopyContent(writer, reader);
                else CopyHeader(writer, reader, id, references);
                writer.WriteEndElement();
                hasHeader = true;
            }

            writer.WriteEndElement();
        }

        return (output.GetBuffer().AsMemory(0, (int)output.Length), references);
    }

    private void CopyHeader(XmlWriter writer, XmlReader reader, string id, List<SignatureReference> references)
    {
        var isEmpty = reader.IsEmptyElement;
        reader.Read();
        while (!isEmpty && reader.MoveToContent() == XmlNodeType.Element)
        {
            var name = reader.NamespaceURI == Wss.Addressing ? $"{id}-header-{references.Count}" : null;
            if (name is not null) references.Add(new SignatureReference.Element(name));
            Open(writer, reader, name);
            CopyContent(writer, reader);
            writer.WriteEndElement();
        }

        WriteSecurity(writer, id);
        if (!isEmpty) reader.ReadEndElement();
    }

    private void WriteSecurity(XmlWriter writer, string id)
    {
        var now = clock.GetUtcNow();
        writer.WriteStartElement("wsse", "Security", Wss.Security);
        writer.WriteAttributeString("wsu", "Id", Wss.Utility, $"{id}-security");
        writer.WriteStartElement("wsu", "Timestamp", Wss.Utility);
        writer.WriteAttributeString("wsu", "Id", Wss.Utility, $"{id}-timestamp");
        writer.WriteElementString("wsu", "Created", Wss.Utility, Stamp(now));
        writer.WriteElementString("wsu", "Expires", Wss.Utility, Stamp(now + Life));
        writer.WriteEndElement();
        writer.WriteStartElement("wsse", "BinarySecurityToken", Wss.Security);
        writer.WriteAttributeString("wsu", "Id", Wss.Utility, $"{id}-token");
        writer.WriteAttributeString("ValueType", Wss.X509v3);
        writer.WriteAttributeString("EncodingType", Wss.Base64);
        writer.WriteBase64(key.Certificate.RawData, 0, key.Certificate.RawData.Length);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    // The start tag that the reader stands on, which it stays on, with an identifier of ours.
    private static void Open(XmlWriter writer, XmlReader reader, string? id)
    {
        writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        writer.WriteAttributes(reader, defattr: false);
        if (id is not null) writer.WriteAttributeString("wsu", "Id", Wss.Utility, id);
    }

    // Everything inside the element that the reader stands on, which it leaves behind.
    private static void CopyContent(XmlWriter writer, XmlReader reader)
    {
        if (!reader.IsEmptyElement)
        {
            reader.Read();
            while (reader.NodeType != XmlNodeType.EndElement) writer.WriteNode(reader, defattr: false);
        }

        reader.Read();
    }

    // What every partner would refuse must not leave.
    private void RequireGoodCertificate()
    {
        var ladder = new Ladder();
        if (!CertificateJudge.Judge(key.Certificate, [.. key.Intermediates], store(), clock.GetUtcNow(), forClientAuthentication: false, ValidationPolicy.Strict, ladder))
        {
            var failure = ladder.Refused().Failure;
            throw new CryptographicException($"The certificate of the hub's answers is not good: {failure?.Rule}, {failure?.Detail}.");
        }
    }

    private static string Stamp(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
