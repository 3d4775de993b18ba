using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Pdf;

/// <summary>
/// Judges every signature and document time stamp of a PDF: ISO 32000-1 and -2 section 12.8, PAdES by EN 319 142-1, with the indications of EN 319 102-1. The file is read once for all digests,
/// and beside that only where it must be.
/// </summary>
/// <param name="store">Anchors, and what is at hand beside what the file carries.</param>
/// <param name="policy">Whether revocation is asked for.</param>
/// <param name="algorithms">Digests and key lengths.</param>
/// <param name="at">The time to judge at.</param>
public sealed class PdfVerifier(TrustStore store, ValidationPolicy policy, SignaturePolicy algorithms, DateTimeOffset at)
{
    /// <summary>A key that the caller vouches for as every signer's; null to judge each signer's certificate.</summary>
    public SignerKey? Key { get; init; }

    /// <summary>Judges a file. Whatever a stranger wrote into it gives a report.</summary>
    /// <param name="file">Can seek; read from its beginning.</param>
    /// <exception cref="IOException">The file cannot be read, or changed while it was.</exception>
    public PdfReport Judge(Stream file)
    {
        try
        {
            return Judge(PdfFile.Read(file));
        }
        catch (PdfFault fault)
        {
            return new PdfReport(new PdfRefusal(fault.Kind, fault.At, fault.Message), [], []);
        }
    }

    private PdfReport Judge(PdfFile file)
    {
        var found = PdfSignature.FindAll(file.Latest);
        if (found.Count == 0) file.ThrowIfCutShort();
        var trials = found.Select(signature => new PdfSignatureTrial(file, signature, algorithms)).ToList();
        var places = new ObjectPlaces(file);
        using var digests = RangeDigests.Compute(file.Octets, [.. trials.SelectMany(trial => trial.Digests)], places);
        if (places.Fault is { } misplaced) trials.ForEach(trial => trial.Misplaced(misplaced));

        var stored = new SecurityStore(file);
        var material = stored.Material;
        var judge = new PdfSignatureJudge(store.With(material.Certificates, material.Lists, material.Answers), policy, algorithms, at) { Key = CmsVerifier.KeyOf(Key) };
        new PdfTimeline(trials, stored, material).Judge((trial, around) => judge.Judge(trial, digests, around));
        new PdfCoverage(file, trials).Judge();

        var keys = digests.Keys.Where(key => !trials.Exists(trial => trial.Spans(key))).ToList();
        return new PdfReport(null, [.. trials.Select(trial => trial.Finished())], keys);
    }
}
