using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.EdXml;
using Vss.Interlink.Sandbox.Office;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Sandbox.Demo;

/// <summary>How a receiver on the axis checks the hub's seal: who signed it, the header as received against the sealed one, and each attachment.</summary>
internal static class SealCheck
{
    public static bool Survives(byte[] packet, string signer)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (OfficeAgency.Read(packet, contents) is not EdXmlReadResult.Document(var document) || !contents.Remove("interlink-seal", out var seal)) return false;
        var request = new VerificationRequest
        {
            Contents = contents.ToDictionary(content => "cid:" + Uri.EscapeDataString(content.Key), content => DetachedContent.Of(content.Value), StringComparer.Ordinal),
            Keep = reference => reference.Uri.StartsWith('#') && !reference.IsToProperties,
        };
        using var report = SignatureVerifier.Verify(seal, request);
        if (report.Signatures is not [{ Integrity: SignatureIntegrity.Intact } signature]) return false;
        using var certificate = X509CertificateLoader.LoadCertificate(signature.SigningCertificate.Span);
        return certificate.Subject == signer && signature.References.Count(reference => reference.Coverage.Kind == CoverageKind.External) == contents.Count
            && signature.References.SingleOrDefault(reference => reference.Octets is not null)?.Octets is { } sealedHeader && HeaderHolds(sealedHeader, document);
    }

    // The one element in the Object, as it was digested.
    private static bool HeaderHolds(SignedOctets sealedHeader, EdXmlPacket received)
    {
        using var holder = sealedHeader.Open();
        using var header = new MemoryStream();
        return Canonicalization.Write(holder, XmlLimits.OwnFiles, CanonicalizationMethod.Exclusive, XmlSelection.Element(2), OctetSink.To(header)) is null
            && header.ToArray().AsSpan().SequenceEqual(HeaderProjection.Of(received));
    }
}
