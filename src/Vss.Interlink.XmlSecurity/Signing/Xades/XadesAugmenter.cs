using Vss.Interlink.XmlSecurity.Reading;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Opens octets that a signature refers to and that are not in the document; null when there are none by that name.</summary>
public delegate Stream? ExternalOctets(string uri);

/// <summary>Adds to XAdES signatures that are there already: from B-B to B-T, B-LT and B-LTA, and a further archive time stamp to one of B-LTA.</summary>
public static class XadesAugmenter
{
    /// <summary>
    /// Adds the unsigned properties that a signature lacks; a further archive time stamp comes in any case where one is asked for. Validation data for a
    /// signature that has some already goes into <c>xades141:TimeStampValidationData</c>. Every other octet of the document stays. The signature is not verified
    /// here: who augments verifies first. Another signature that covers this one is broken by it.
    /// </summary>
    /// <param name="document">Read once, for an archive time stamp twice, and once more where the signature carries objects; then copied.</param>
    /// <param name="signatureId">Id of the <c>ds:Signature</c>; null for the only one.</param>
    /// <param name="extension">What to add.</param>
    /// <param name="external">For an archive time stamp over octets elsewhere; null when nothing is.</param>
    /// <param name="ids">Which attributes of the document are identifiers.</param>
    /// <param name="limits">What the document is held to.</param>
    /// <param name="output">Gets the document in its own encoding. Stays open.</param>
    /// <param name="cancellation">Ends the work; the output is of no use then.</param>
    /// <returns>Null when the document was written; otherwise why not, and nothing was written.</returns>
    /// <exception cref="IOException">An input or <paramref name="output"/> itself fails.</exception>
    public static async ValueTask<SigningRefusal?> AugmentAsync(
        OctetSource document, string? signatureId, XadesExtension extension, ExternalOctets? external, XmlIdRules ids, XmlLimits limits, Stream output, CancellationToken cancellation)
    {
        using var survey = new SignatureSurvey(signatureId, ids);
        ArchiveImprint? imprint = null;
        try
        {
            if (Survey(document, survey, limits) is { } refusal) return refusal;
            if (extension.IsArchive)
            {
                imprint = new ArchiveImprint(extension.ImprintDigest, survey.References.Count);
                if (Digest(document, survey, imprint, external, limits) is { } fault) return new SigningRefusal(SigningRefusalKind.NoSignature, fault);
            }

            using var text = new XmlText();
            await WriteAsync(text, document, survey, extension, imprint, limits, cancellation);
            await survey.Insertion.CopyAsync(document, output, inserted => inserted.WriteAsync(text.Octets, cancellation), cancellation);
            return null;
        }
        catch (XmlRefusedException refused)
        {
            return SigningRefusal.Of(refused.ToRefusal());
        }
        finally
        {
            imprint?.Dispose();
        }
    }

    private static SigningRefusal? Survey(OctetSource document, SignatureSurvey survey, XmlLimits limits)
    {
        using var xml = document.OpenXml(limits);
        while (xml.Read()) survey.Accept(xml);
        return survey.Judge();
    }

    private static string? Digest(OctetSource document, SignatureSurvey survey, ArchiveImprint imprint, ExternalOctets? external, XmlLimits limits)
    {
        if (ArchivePass.FaultOf(survey) is { } fault) return fault;
        using (var pass = new ArchivePass(survey, imprint))
        using (var xml = document.OpenXml(limits))
        {
            pass.Run(xml);
        }

        for (var index = 0; index < survey.References.Count; index++)
        {
            if (survey.References[index] is not { IsSameDocument: false, Uri: { } uri }) continue;
            using var octets = external?.Invoke(uri);
            if (octets is null) return $"a reference names '{uri}', which is not here";
            OctetSource.Feed(octets, came => imprint.Write(index, came.Span));
            imprint.Complete(index);
        }

        imprint.Rest.Write(survey.SignedInfo.Span);
        imprint.Rest.Write(survey.SignatureValue.Span);
        imprint.Rest.Write(survey.KeyInfo.Span);
        imprint.Rest.Write(survey.UnsignedProperties.Span);
        return null;
    }

    // What is missing around the properties is written with them, in namespaces that it binds itself.
    private static async ValueTask WriteAsync(
        XmlText text, OctetSource document, SignatureSurvey survey, XadesExtension extension, ArchiveImprint? imprint, XmlLimits limits, CancellationToken cancellation)
    {
        var isBare = survey.Missing != SignaturePart.Other;
        var isWhole = survey.Missing == SignaturePart.UnsignedProperties;
        if (isWhole) text.Open("xades:UnsignedProperties"u8).Raw(" xmlns:xades=\""u8).Raw(DsigNames.Xades).Raw("\""u8).Close();
        if (isBare) text.Open("xades:UnsignedSignatureProperties"u8).Raw(" xmlns:xades=\""u8).Raw(DsigNames.Xades).Raw("\""u8).Close();
        await UnsignedProperties.WriteAsync(text, extension, survey.Present, survey.SignatureValue.Memory, imprint, sink => ArchivePass.WriteObjects(document, survey, limits, sink), cancellation);
        if (isBare) text.End("xades:UnsignedSignatureProperties"u8);
        if (isWhole) text.End("xades:UnsignedProperties"u8);
    }
}
