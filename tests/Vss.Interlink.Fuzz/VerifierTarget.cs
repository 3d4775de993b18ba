using System.Text.RegularExpressions;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Fuzz;

/// <summary>The verifier answers, the same however the octets arrive, and never has a receiver believe what is not signed in the corpus: <see cref="SignedForms"/>.</summary>
internal sealed partial class VerifierTarget
{
    private static readonly byte[] s_outside = "a content beside the document"u8.ToArray();
    private readonly HashSet<string> _signed = new(StringComparer.Ordinal);
    private readonly Features _features;

    public VerifierTarget(IReadOnlyList<byte[]> corpus, Features features)
    {
        _features = features;
        foreach (var document in corpus)
        {
            using var report = SignatureVerifier.Verify(document, Request());
            foreach (var signature in report.Signatures) _signed.UnionWith(SignedForms.Of(document, signature));
        }
    }

    /// <summary>By name, what some documents of the corpus refer to.</summary>
    public static (string Uri, ReadOnlyMemory<byte> Octets) Outside => ("urn:vss:outside", s_outside);

    public static XmlLimits Limits { get; } = new() { MaxDepth = 10_000 };

    public int Intact { get; private set; }

    public int Broken { get; private set; }

    public void Check(byte[] input)
    {
        using var report = SignatureVerifier.Verify(input, Request());
        using (var slow = SignatureVerifier.Verify(new SlowStream(input, 1 + (input.Length % 5)), Request()))
        {
            var (one, other) = (Summary(report), Summary(slow));
            if (one != other) throw new FuzzFailure($"two verdicts:\n{one}\nand, when it arrives slowly:\n{other}");
        }

        if (report.Refusal is { } refusal) _features.Reach($"refused {refusal.Kind}", refusal.Detail);
        var ids = report.Signatures.Any(signature => signature.Integrity == SignatureIntegrity.Intact) ? Identifiers.Of(input) : null;
        foreach (var signature in report.Signatures)
        {
            Note(signature);
            if (signature.Integrity == SignatureIntegrity.Intact) Intact++;
            else Broken++;
            if (signature.Integrity != SignatureIntegrity.Intact && signature.Scope != SignatureScope.None) throw new FuzzFailure("a signature that is not intact covers something");
            if (signature.Verdict.Passed) throw new FuzzFailure("a signature passed without a key that is trusted");
            if (signature.Verdict.Ladder.Any(step => step.Ok != (step.Remedy.Length == 0))) throw new FuzzFailure("a broken rule without a remedy, or a remedy for one that was kept");
            if (SignedForms.Of(input, signature).FirstOrDefault(form => !_signed.Contains(form)) is { } forged) throw new FuzzFailure($"forged, for an intact signature says: {forged}");
            if (signature.Integrity == SignatureIntegrity.Intact && signature.References.Select(reference => Identifiers.In(reference.Reference.Uri)).FirstOrDefault(id => id is not null && ids!.GetValueOrDefault(id) != 1) is { } id)
                throw new FuzzFailure($"forged: an intact signature refers to '{id}', which {ids!.GetValueOrDefault(id)} elements have");
        }
    }

    private static VerificationRequest Request() => new()
    {
        Xml = Limits, Keep = _ => true, Contents = new Dictionary<string, DetachedContent> { [Outside.Uri] = DetachedContent.Of(Outside.Octets) },
    };

    // Without places: text comes in pieces, and the piece that breaks a rule may end elsewhere.
    private static string Summary(DocumentReport report) => Place().Replace(Told(report), "");

    private static string Told(DocumentReport report) => report.Refusal is { } refusal
        ? $"{refusal.Kind}: {refusal.Detail}"
        : string.Join('\n', report.Signatures.Select(signature => $"{signature.Id} {signature.Integrity} {signature.Scope} {string.Join(' ', signature.Verdict.Ladder.Select(step => $"{step.Rule} {step.Ok} {step.Detail}"))}"));

    [GeneratedRegex(@" \(line \d+, column \d+, octet \d+\)")]
    private static partial Regex Place();

    private void Note(SignatureReport signature)
    {
        foreach (var step in signature.Verdict.Ladder) _features.Reach($"{step.Rule} {step.Ok}", step.Detail);
        _features.Reach("broken", string.Join(' ', signature.Verdict.Ladder.Where(step => !step.Ok).Select(step => step.Rule).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(4)));
        _features.Reach("form", $"{signature.Format} {signature.Level} {signature.Integrity} {signature.Scope} {signature.KeyOrigin} {signature.CounterSigns > 0} {signature.Manifests.Count > 0} {string.Join(' ', signature.TimeStamps.Select(stamp => stamp.IsOverThis).Distinct())}");
        _features.Reach("parts", string.Join(' ', signature.Parts.Select(part => part.Standing).Distinct()));
        foreach (var reference in signature.References) _features.Reach("reference", $"{reference.Integrity} {reference.Coverage.Kind} {string.Join(' ', reference.Transforms.Select(transform => transform[(transform.LastIndexOf('/') + 1)..]))}");
    }
}
