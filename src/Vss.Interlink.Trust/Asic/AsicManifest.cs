using System.Security.Cryptography;
using System.Xml;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Asic;

/// <summary>What an ASiCManifest says of one data object.</summary>
/// <param name="Uri">Relative to the container's root.</param>
/// <param name="Hash">Default where the algorithm is not known here.</param>
/// <param name="Algorithm">Its identifier.</param>
/// <param name="Digest">Of the object.</param>
internal sealed record ManifestReference(string Uri, HashAlgorithmName Hash, string Algorithm, byte[] Digest);

/// <summary>An ASiCManifest: EN 319 162-1 annex A.4. It names data objects by their digests and the signature that is over itself.</summary>
/// <param name="SignatureUri">The signature, or the time-stamp token.</param>
/// <param name="References">The data objects.</param>
internal sealed record AsicManifest(string SignatureUri, IReadOnlyList<ManifestReference> References)
{
    private const string Namespace = "http://uri.etsi.org/02918/v1.2.1#";
    private const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    private const int MaxReferences = 4096;

    /// <summary>Null for anything else.</summary>
    public static AsicManifest? TryRead(ReadOnlyMemory<byte> octets)
    {
        try
        {
            using var reader = SafeXml.Reader(octets, new XmlLimits());
            if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "ASiCManifest" || reader.NamespaceURI != Namespace) return null;
            string? signature = null;
            List<ManifestReference> references = [];
            while (reader.Read())
            {
                if (reader is not { NodeType: XmlNodeType.Element, Depth: 1, NamespaceURI: Namespace }) continue;
                if (reader.LocalName == "SigReference")
                {
                    if (signature is not null || reader.GetAttribute("URI") is not { Length: > 0 } uri) return null;
                    signature = uri;
                }
                else if (reader.LocalName == "DataObjectReference")
                {
                    if (references.Count == MaxReferences || Reference(reader) is not { } reference) return null;
                    references.Add(reference);
                }
            }

            return signature is null ? null : new AsicManifest(signature, references);
        }
        catch (Exception broken) when (broken is XmlException or FormatException)
        {
            return null;
        }
    }

    // DigestMethod and DigestValue stand in it, each once; extensions say nothing about digests.
    private static ManifestReference? Reference(XmlReader reader)
    {
        if (reader.GetAttribute("URI") is not { Length: > 0 } uri || reader.IsEmptyElement) return null;
        string? algorithm = null;
        byte[]? digest = null;
        while (reader.Read() && reader.Depth > 1)
        {
            if (reader is not { NodeType: XmlNodeType.Element, Depth: 2, NamespaceURI: Dsig }) continue;
            if (reader.LocalName == "DigestMethod")
            {
                if (algorithm is not null || reader.GetAttribute("Algorithm") is not { } named) return null;
                algorithm = named;
            }
            else if (reader.LocalName == "DigestValue")
            {
                if (digest is not null || reader.IsEmptyElement) return null;
                digest = Convert.FromBase64String(Text(reader));
            }
        }

        return algorithm is null || digest is null ? null : new ManifestReference(uri, HashOf(algorithm), algorithm, digest);
    }

    private static string Text(XmlReader reader)
    {
        var text = "";
        while (reader.Read() && reader.NodeType is not XmlNodeType.EndElement)
        {
            if (reader.NodeType is XmlNodeType.Element) throw new XmlException("An element stands in a digest.");
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace) text += reader.Value;
            if (text.Length > 1024) throw new XmlException("A digest is too long.");
        }

        return text;
    }

    private static HashAlgorithmName HashOf(string algorithm) => algorithm switch
    {
        "http://www.w3.org/2001/04/xmlenc#sha256" => HashAlgorithmName.SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => HashAlgorithmName.SHA384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => HashAlgorithmName.SHA512,
        "http://www.w3.org/2000/09/xmldsig#sha1" => HashAlgorithmName.SHA1,
        _ => default,
    };
}
