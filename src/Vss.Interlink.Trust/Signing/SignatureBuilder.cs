using System.Security.Cryptography;
using System.Xml;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Signing;

/// <summary>A reference that is to be signed.</summary>
/// <param name="Uri">As it will stand.</param>
/// <param name="Transforms">Algorithm identifiers in order.</param>
/// <param name="Digest">SHA-256, or null when it is computed over <paramref name="Target"/>.</param>
/// <param name="Target">Element of the same document, canonicalised when everything stands in its place.</param>
internal sealed record ToSign(string Uri, IReadOnlyList<string> Transforms, byte[]? Digest, XmlElement? Target, string? Type = null, string? Id = null);

/// <summary>Writes ds:Signature elements: RSA-SHA256, SHA-256, exclusive canonicalisation, nothing else.</summary>
internal static class SignatureBuilder
{
    /// <summary>An empty ds:Signature in the document, to be placed by the caller before <see cref="CompleteAsync"/>.</summary>
    public static XmlElement Create(XmlDocument document, string? id)
    {
        var signature = document.CreateElement("ds", "Signature", Dsig.Namespace);
        if (id is not null) signature.SetAttribute("Id", id);
        return signature;
    }

    public static XmlElement Add(XmlElement parent, string name, string? text = null, params ReadOnlySpan<(string Name, string Value)> attributes) =>
        Add(parent, "ds", name, Dsig.Namespace, text, attributes);

    public static XmlElement Add(XmlElement parent, string prefix, string name, string ns, string? text = null, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var element = parent.OwnerDocument.CreateElement(prefix, name, ns);
        foreach (var (key, value) in attributes) element.SetAttribute(key, value);
        if (text is not null) element.AppendChild(parent.OwnerDocument.CreateTextNode(text));
        parent.AppendChild(element);
        return element;
    }

    /// <summary>Fills SignedInfo and SignatureValue of a signature that already stands in its place with KeyInfo and Objects.</summary>
    public static async Task CompleteAsync(XmlElement signature, IEnumerable<ToSign> references, SigningKey key, CancellationToken cancellation)
    {
        var holder = signature.OwnerDocument.CreateDocumentFragment();
        var info = signature.OwnerDocument.CreateElement("ds", "SignedInfo", Dsig.Namespace);
        holder.AppendChild(info);
        Add(info, "CanonicalizationMethod", null, ("Algorithm", Dsig.ExclusiveC14n));
        Add(info, "SignatureMethod", null, ("Algorithm", Dsig.RsaSha256));
        foreach (var reference in references)
        {
            var element = Add(info, "Reference", null, ("URI", reference.Uri));
            if (reference.Id is not null) element.SetAttribute("Id", reference.Id);
            if (reference.Type is not null) element.SetAttribute("Type", reference.Type);
            if (reference.Transforms.Count > 0)
            {
                var transforms = Add(element, "Transforms");
                foreach (var transform in reference.Transforms) Add(transforms, "Transform", null, ("Algorithm", transform));
            }

            Add(element, "DigestMethod", null, ("Algorithm", Dsig.Sha256));
            var without = reference.Transforms.Contains(Dsig.Enveloped) ? signature : null;
            Add(element, "DigestValue", Convert.ToBase64String(reference.Digest ?? SHA256.HashData(Canonical.Exclusive(reference.Target!, null, without))));
        }

        signature.PrependChild(info);
        var value = await key.SignAsync(SHA256.HashData(Canonical.Exclusive(info)), cancellation);
        var valueElement = signature.OwnerDocument.CreateElement("ds", "SignatureValue", Dsig.Namespace);
        valueElement.AppendChild(signature.OwnerDocument.CreateTextNode(Convert.ToBase64String(value)));
        signature.InsertAfter(valueElement, info);
    }

    /// <summary>KeyInfo with the signer's certificate and its intermediates (xmldsig-core1 §4.5.4).</summary>
    public static void AddX509Data(XmlElement signature, SigningKey key)
    {
        var data = Add(Add(signature, "KeyInfo"), "X509Data");
        Add(data, "X509Certificate", Convert.ToBase64String(key.Certificate.RawDataMemory.Span));
        foreach (var intermediate in key.Intermediates) Add(data, "X509Certificate", Convert.ToBase64String(intermediate.RawDataMemory.Span));
    }

    /// <summary>
    /// XAdES B-B signed properties (ETSI EN 319 132-1 §5.2): signing time, certificate digest, format of each signed data object. Returns the element to be signed.
    /// </summary>
    public static XmlElement AddSignedProperties(XmlElement signature, SigningKey key, DateTimeOffset at, IEnumerable<(string ReferenceId, string MimeType)> formats)
    {
        var id = signature.GetAttribute("Id");
        var qualifying = Add(Add(signature, "Object"), "xades", "QualifyingProperties", Dsig.Xades, null, ("Target", "#" + id));
        var signed = Add(qualifying, "xades", "SignedProperties", Dsig.Xades, null, ("Id", id + "-properties"));
        var own = Add(signed, "xades", "SignedSignatureProperties", Dsig.Xades);
        Add(own, "xades", "SigningTime", Dsig.Xades, at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        var digest = Add(Add(Add(own, "xades", "SigningCertificateV2", Dsig.Xades), "xades", "Cert", Dsig.Xades), "xades", "CertDigest", Dsig.Xades);
        Add(digest, "DigestMethod", null, ("Algorithm", Dsig.Sha256));
        Add(digest, "DigestValue", Convert.ToBase64String(SHA256.HashData(key.Certificate.RawDataMemory.Span)));
        var objects = Add(signed, "xades", "SignedDataObjectProperties", Dsig.Xades);
        foreach (var (reference, mimeType) in formats)
        {
            Add(Add(objects, "xades", "DataObjectFormat", Dsig.Xades, null, ("ObjectReference", "#" + reference)), "xades", "MimeType", Dsig.Xades, mimeType);
        }

        return signed;
    }
}
