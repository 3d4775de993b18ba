using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>
/// What makes a repeat "the same", over every protocol: SHA-256 of the dossier as <see cref="DossierXml"/> writes it (UTF-8, no declaration, one default
/// namespace, no white space between elements, fields in the schema's order), with each attachment's size and SHA-256 in place of its content and without the
/// trace entries, which relays add on the way. So neither prefixes nor ids nor time stamps of one attempt count, and everything that a receiver gets does.
/// </summary>
public static class DossierDigest
{
    /// <summary>Names this function in receipts.</summary>
    public const string Algorithm = "urn:vss:interlink:digest:1";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <param name="dossier">Each attachment with size and SHA-256.</param>
    public static ContentDigest Of(Dossier dossier)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var xml = XmlWriter.Create(stream, Settings))
            DossierXml.WriteForDigest(xml, dossier);
        return ContentDigest.Stored(hash.Hash);
    }
}
