using System.Text;
using System.Xml;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Translation;

/// <summary>What a seal over a dossier in its XML form covers: every field as <see cref="DossierXml"/> writes it, attachments by their digest.</summary>
public static class DossierSeal
{
    public static SealedContent Of(Dossier dossier)
    {
        using var header = new MemoryStream();
        using (var xml = XmlWriter.Create(header, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
        {
            DossierXml.WriteForDigest(xml, dossier);
        }

        return new SealedContent(header.ToArray(), [.. dossier.Attachments.Select(attachment => new SealedPart(attachment.Id, attachment.Sha256.Memory))]);
    }
}
