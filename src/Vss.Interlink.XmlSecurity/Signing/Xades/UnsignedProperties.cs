using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Which unsigned properties a signature has already.</summary>
internal readonly record struct PresentProperties(bool TimeStamp, bool Certificates, bool Revocations)
{
    public static PresentProperties None => default;
}

/// <summary>
/// Writes unsigned properties: ETSI EN 319 132-1 sections 5.3 to 5.5. Each one declares the namespaces that it uses, so that it stands alike in any signature
/// and its exclusive canonical form, which the time stamps are made over, is the same everywhere.
/// </summary>
internal static class UnsignedProperties
{
    /// <param name="output">Gets the properties that the signature lacks, in the order in which the levels add them.</param>
    /// <param name="extension">What is to be added.</param>
    /// <param name="present">What is there.</param>
    /// <param name="signatureValue">Exclusive canonical form of the <c>ds:SignatureValue</c>.</param>
    /// <param name="imprint">Imprint of the archive time stamp up to here; null when there is to be none.</param>
    /// <param name="objects">Writes what the imprint ends with: the exclusive canonical form of each <c>ds:Object</c> but that of the properties.</param>
    /// <param name="cancellation">Ends the wait for time stamps.</param>
    public static async ValueTask WriteAsync(
        XmlText output, XadesExtension extension, PresentProperties present, ReadOnlyMemory<byte> signatureValue, ArchiveImprint? imprint, Action<OctetSink> objects, CancellationToken cancellation)
    {
        List<ReadOnlyMemory<byte>> tokens = [];
        if (!present.TimeStamp)
        {
            var token = await extension.TimeStamp(extension.ImprintDigest.Hash(signatureValue.Span), extension.ImprintDigest.Name, cancellation);
            tokens.Add(token);
            Add(output, imprint, property => WriteTimeStamp(property, "xades:SignatureTimeStamp"u8, token));
        }

        if (extension.ValidationData is { } source)
        {
            var data = await source(tokens, cancellation);
            if (present.Certificates || present.Revocations) AddLater(output, imprint, data);
            else AddFirst(output, imprint, data);
        }

        if (imprint is null) return;
        objects(imprint.Rest);
        var archive = await extension.TimeStamp(imprint.Finish(), extension.ImprintDigest.Name, cancellation);
        Add(output, null, property => WriteTimeStamp(property, "xades141:ArchiveTimeStamp"u8, archive));
    }

    private static void AddFirst(XmlText output, ArchiveImprint? imprint, ValidationData data)
    {
        if (data.Certificates.Count > 0) Add(output, imprint, property => WriteCertificates(property, data));
        if (data.Crls.Count + data.OcspResponses.Count > 0) Add(output, imprint, property => WriteRevocations(property, data));
    }

    // Section 5.5.1: what time stamps need that were made after the values were collected.
    private static void AddLater(XmlText output, ArchiveImprint? imprint, ValidationData data)
    {
        if (data.Certificates.Count + data.Crls.Count + data.OcspResponses.Count == 0) return;
        Add(output, imprint, property =>
        {
            Start(property, "xades141:TimeStampValidationData"u8);
            if (data.Certificates.Count > 0) WriteCertificates(property, data);
            if (data.Crls.Count + data.OcspResponses.Count > 0) WriteRevocations(property, data);
            property.End("xades141:TimeStampValidationData"u8);
        });
    }

    private static void Add(XmlText output, ArchiveImprint? imprint, Action<XmlText> write)
    {
        using var property = new XmlText(output.Base64InLines);
        write(property);
        output.Raw(property.Octets.Span);
        if (imprint is null) return;
        var refusal = Canonicalization.Write(property.Octets, XmlLimits.None, CanonicalizationMethod.Exclusive, XmlSelection.Element(1), imprint.Rest);
        if (refusal is not null) throw new InvalidOperationException($"What was written of the signature is no XML: {refusal.Detail}.");
    }

    // Section 5.1.4.3, XAdESTimeStampType.
    private static void WriteTimeStamp(XmlText text, ReadOnlySpan<byte> name, byte[] token)
    {
        Start(text, name).Algorithm("ds:CanonicalizationMethod"u8, CanonicalizationMethod.Exclusive.Uri);
        text.Base64Element("xades:EncapsulatedTimeStamp"u8, token).End(name);
    }

    // Section 5.4.1.
    private static void WriteCertificates(XmlText text, ValidationData data)
    {
        Start(text, "xades:CertificateValues"u8);
        foreach (var certificate in data.Certificates) text.Base64Element("xades:EncapsulatedX509Certificate"u8, certificate.Span);
        text.End("xades:CertificateValues"u8);
    }

    // Section 5.4.2.
    private static void WriteRevocations(XmlText text, ValidationData data)
    {
        Start(text, "xades:RevocationValues"u8);
        if (data.Crls.Count > 0)
        {
            text.Start("xades:CRLValues"u8);
            foreach (var crl in data.Crls) text.Base64Element("xades:EncapsulatedCRLValue"u8, crl.Span);
            text.End("xades:CRLValues"u8);
        }

        if (data.OcspResponses.Count > 0)
        {
            text.Start("xades:OCSPValues"u8);
            foreach (var response in data.OcspResponses) text.Base64Element("xades:EncapsulatedOCSPValue"u8, response.Span);
            text.End("xades:OCSPValues"u8);
        }

        text.End("xades:RevocationValues"u8);
    }

    private static XmlText Start(XmlText text, ReadOnlySpan<byte> name) => text.Open(name)
        .Raw(" xmlns:ds=\""u8).Raw(DsigNames.Dsig).Raw("\" xmlns:xades=\""u8).Raw(DsigNames.Xades).Raw("\" xmlns:xades141=\""u8).Raw(DsigNames.Xades141).Raw("\""u8).Close();
}
