using System.Security.Cryptography;

namespace Vss.Interlink.XmlSecurity.Signing;

/// <summary>Gets a time stamp for a digest. The network and the choice of the authority are the caller's.</summary>
/// <returns>The token, DER: RFC 3161's TimeStampToken, a ContentInfo, without the response around it.</returns>
public delegate ValueTask<byte[]> TimeStampSource(ReadOnlyMemory<byte> imprint, HashAlgorithmName hash, CancellationToken cancellation);

/// <summary>Gets what a validation needs, of the signer's certificate and of the time stamps' that were made until then.</summary>
/// <param name="tokens">Time-stamp tokens, DER, in the order in which they were made; one for each that this signing or augmentation made.</param>
/// <param name="cancellation">Ends the wait.</param>
public delegate ValueTask<ValidationData> ValidationDataSource(IReadOnlyList<ReadOnlyMemory<byte>> tokens, CancellationToken cancellation);

/// <summary>What a validation needs, each DER: the values of ETSI EN 319 132-1 section 5.4.</summary>
/// <param name="Certificates">X.509 certificates.</param>
/// <param name="Crls">X.509 certificate revocation lists.</param>
/// <param name="OcspResponses">OCSPResponse of RFC 6960.</param>
public sealed record ValidationData(IReadOnlyList<ReadOnlyMemory<byte>> Certificates, IReadOnlyList<ReadOnlyMemory<byte>> Crls, IReadOnlyList<ReadOnlyMemory<byte>> OcspResponses);

/// <summary>What a signature gets beyond XAdES B-B: ETSI EN 319 132-1 section 6, levels B-T, B-LT and B-LTA. Each is contained in the next.</summary>
public sealed record XadesExtension
{
    private XadesExtension(TimeStampSource timeStamp, ValidationDataSource? validationData, bool isArchive) =>
        (TimeStamp, ValidationData, IsArchive) = (timeStamp, validationData, isArchive);

    /// <summary>Digest that the time stamps are made over.</summary>
    public DigestAlgorithm ImprintDigest { get; init; } = DigestAlgorithm.Sha256;

    internal TimeStampSource TimeStamp { get; }

    internal ValidationDataSource? ValidationData { get; }

    internal bool IsArchive { get; }

    /// <summary>B-T: a time stamp over the signature value.</summary>
    public static XadesExtension ToT(TimeStampSource timeStamp) => new(timeStamp, null, false);

    /// <summary>B-LT: and the certificates and revocation data.</summary>
    public static XadesExtension ToLT(TimeStampSource timeStamp, ValidationDataSource validationData) => new(timeStamp, validationData, false);

    /// <summary>B-LTA: and a time stamp over everything that is signed and everything in the signature.</summary>
    public static XadesExtension ToLTA(TimeStampSource timeStamp, ValidationDataSource validationData) => new(timeStamp, validationData, true);
}
