using System.Security.Cryptography;
using System.Xml;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>
/// Makes signatures by XML-DSig and XAdES baseline (ETSI EN 319 132-1) in two readings of what is signed: the first digests it, the second copies it, with the
/// signature at its place. The key is elsewhere: between the two stands the value that it computes.
/// </summary>
public static class XmlSigner
{
    /// <summary>Reads a document that the signature comes to stand in.</summary>
    /// <param name="document">UTF-8 or UTF-16. Every octet of it is kept.</param>
    /// <param name="place">Where the signature goes.</param>
    /// <param name="references">What is signed, in the order of the references.</param>
    /// <param name="options">How.</param>
    /// <param name="limits">What the document is held to.</param>
    /// <returns>What waits for the signature value, or why the document cannot be signed.</returns>
    /// <exception cref="ArgumentException">What is asked for does not fit together.</exception>
    /// <exception cref="IOException">An input itself fails.</exception>
    public static SigningPreparation Prepare(OctetSource document, SignaturePlace place, IReadOnlyList<SignatureReference> references, SignatureOptions options, XmlLimits limits)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(place);
        return PrepareIn(document, place, references, options, limits);
    }

    /// <summary>Prepares a signature that is a document of its own, over what is elsewhere or what it carries.</summary>
    /// <inheritdoc cref="Prepare"/>
    public static SigningPreparation PrepareAlone(IReadOnlyList<SignatureReference> references, SignatureOptions options, XmlLimits limits) =>
        references.Any(reference => reference is SignatureReference.WholeDocument or SignatureReference.Element)
            ? throw new ArgumentException("A signature that stands alone has no document around it to refer to.", nameof(references))
            : PrepareIn(null, null, references, options, limits);

    /// <summary>Signs a document: <see cref="Prepare"/>, the key, <see cref="PreparedSignature.FinishAsync"/>.</summary>
    /// <returns>Null when the signed document was written; otherwise why not, and nothing was written.</returns>
    /// <inheritdoc cref="Prepare"/>
    public static async ValueTask<SigningRefusal?> SignAsync(
        OctetSource document, SignaturePlace place, IReadOnlyList<SignatureReference> references, SignatureOptions options, XmlLimits limits,
        DigestSigner key, Stream output, CancellationToken cancellation)
    {
        return await SignAsync(Prepare(document, place, references, options, limits), key, output, cancellation);
    }

    /// <summary>Makes a signature that is a document of its own: <see cref="PrepareAlone"/>, the key, <see cref="PreparedSignature.FinishAsync"/>.</summary>
    /// <inheritdoc cref="SignAsync(OctetSource, SignaturePlace, IReadOnlyList{SignatureReference}, SignatureOptions, XmlLimits, DigestSigner, Stream, CancellationToken)"/>
    public static async ValueTask<SigningRefusal?> SignAloneAsync(
        IReadOnlyList<SignatureReference> references, SignatureOptions options, XmlLimits limits, DigestSigner key, Stream output, CancellationToken cancellation)
    {
        return await SignAsync(PrepareAlone(references, options, limits), key, output, cancellation);
    }

    private static async ValueTask<SigningRefusal?> SignAsync(SigningPreparation preparation, DigestSigner key, Stream output, CancellationToken cancellation)
    {
        using var signature = preparation.Signature;
        if (signature is null) return preparation.Refusal;
        await signature.FinishAsync(await key(signature.Digest, signature.Hash, cancellation), output, cancellation);
        return null;
    }

    private static SigningPreparation PrepareIn(OctetSource? document, SignaturePlace? place, IReadOnlyList<SignatureReference> references, SignatureOptions options, XmlLimits limits)
    {
        Check(references, options);
        var signature = new PreparedSignature(document, place, references, options);
        try
        {
            var refusal = document is null ? null : signature.Read(document, place!, limits);
            refusal ??= signature.DigestRest(limits);
            if (refusal is null) return SigningPreparation.Of(signature);

            signature.Dispose();
            return SigningPreparation.Of(refusal);
        }
        catch (XmlRefusedException refused)
        {
            signature.Dispose();
            return SigningPreparation.Of(SigningRefusal.Of(refused.ToRefusal()));
        }
        catch
        {
            signature.Dispose();
            throw;
        }
    }

    private static void Check(IReadOnlyList<SignatureReference> references, SignatureOptions options)
    {
        options.Certificate.ThrowIfUnfit(options.Algorithm);
        if (references.Count == 0) throw new ArgumentException("A signature signs something.", nameof(references));
        foreach (var id in references.Select(reference => reference.Id).Append(options.Id).OfType<string>()) ThrowIfNoName(id);
        foreach (var reference in references)
        {
            if (reference is not SignatureReference.ExternalDigest external) continue;
            if (options.Digest.Hash([]).Length != external.Digest.Length) throw new ArgumentException($"The digest of '{external.Uri}' is not as long as those of {options.Digest}.", nameof(references));
            if (options.Xades?.Extension?.IsArchive == true) throw new ArgumentException("An archive time stamp needs the octets of everything that is signed.", nameof(references));
        }
    }

    private static void ThrowIfNoName(string id)
    {
        try
        {
            XmlConvert.VerifyNCName(id);
        }
        catch (XmlException)
        {
            throw new ArgumentException("An identifier must be a name without a colon (Namespaces in XML 1.0, production [4]).", nameof(id));
        }
    }
}
