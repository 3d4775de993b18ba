using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Something that must be under a signature: <c>--require</c>, or what the kind of document asks by itself.</summary>
/// <param name="Name">As it stands on the command line.</param>
internal sealed record CoverageRequirement(string Name)
{
    /// <summary>The rule of the step that says whether it is kept.</summary>
    public const string Rule = "policy.coverage";

    private const string ById = "id:";
    private const string Base64 = "http://www.w3.org/2000/09/xmldsig#base64";
    private const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    private const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    public static CoverageRequirement WholeDocument { get; } = new("whole-document");

    public static CoverageRequirement SoapBody { get; } = new("soap-body");

    public static CoverageRequirement Timestamp { get; } = new("timestamp");

    /// <summary>Reads a list with commas between.</summary>
    /// <exception cref="UsageException">One of them is not known.</exception>
    public static IReadOnlyList<CoverageRequirement> Parse(string? list) =>
        list is null ? [] : [.. list.Split(',').Select(name => name is "whole-document" or "soap-body" or "timestamp" or "id" || (name.StartsWith(ById, StringComparison.Ordinal) && name.Length > ById.Length)
            ? new CoverageRequirement(name)
            : throw new UsageException($"--require {name} is not known. Choose from whole-document, id, id:VALUE, soap-body and timestamp, with commas between."))];

    /// <summary>
    /// The signatures with what must be signed: what is under no signature breaks each; what is under one is no matter of the others. So too a content that was given and nobody signed.
    /// </summary>
    /// <param name="request">What is required; where nothing is, what the kind of document asks.</param>
    /// <param name="judged">The signatures.</param>
    /// <param name="unsigned">Names of contents that nobody signed.</param>
    public static IReadOnlyList<JudgedSignature> Applied(VerifyRequest request, IReadOnlyList<JudgedSignature> judged, IEnumerable<string> unsigned)
    {
        List<string> left = [.. unsigned];
        return [.. judged.Select(signature => signature with { Verdict = With(signature) })];

        Verdict With(JudgedSignature signature)
        {
            List<Step> steps = [.. signature.Verdict.Ladder];
            foreach (var requirement in request.Required.Count > 0 ? request.Required : Of(signature))
            {
                if (requirement.IsMetBy(signature)) steps.Add(new Step(Rule, true, requirement.Name, "it is signed"));
                else if (!judged.Any(requirement.IsMetBy)) steps.Add(new Step(Rule, false, requirement.Name, "no intact signature covers it where its reader finds it", "Sign what the receiver acts on, at its place."));
            }

            steps.AddRange(left.Select(name => new Step(Rule, false, name, "no signature refers to this content", "Sign every content, or do not hand it over as signed.")));
            if (steps.Count == signature.Verdict.Ladder.Count) return signature.Verdict;
            return signature.Verdict is { Passed: true } && steps.Exists(step => !step.Ok)
                ? new Verdict(Indication.Indeterminate, SubIndication.SigConstraintsFailure, steps, signature.Verdict.Covered)
                : signature.Verdict with { Ladder = steps };
        }
    }

    /// <summary>
    /// A SOAP envelope is read by its Body and, where it has one, by its Timestamp: a signature over something else in it says nothing about what its receiver acts on.
    /// Other documents are read by whoever knows what he needs signed.
    /// </summary>
    public static IReadOnlyList<CoverageRequirement> Of(JudgedSignature signature)
    {
        if (signature is not JudgedXmlSignature { Report: var report } || !IsEnvelope(report)) return [];
        return Timestamps(report).Any() || HasUnsignedSecurity(report) ? [SoapBody, Timestamp] : [SoapBody];
    }

    public static bool IsEnvelope(SignatureReport signature) => signature.Parts is [{ LocalName: "Envelope", NamespaceName: Soap11 or Soap12 }, ..];

    /// <summary>Whether a signature that is intact covers it. The element is found from the root down, where a receiver looks for it, never by its identifier.</summary>
    public bool IsMetBy(JudgedSignature signature) => signature is JudgedXmlSignature { Report: var report }
        ? IsMetBy(report)
        : signature is { Integrity: SignatureIntegrity.Intact, Scope: SignatureScope.Full } && this == WholeDocument;   // what is no XML has no element, no Body and no Timestamp

    private bool IsMetBy(SignatureReport signature)
    {
        if (signature.Integrity != SignatureIntegrity.Intact) return false;
        if (signature.Scope == SignatureScope.Full) return this == WholeDocument || (Name.StartsWith("id", StringComparison.Ordinal) ? IsIdMet(signature) : IsEnvelope(signature));
        return Name switch
        {
            "whole-document" => false,
            "soap-body" => IsBodySigned([.. Children(signature, Root(signature))]),
            "timestamp" => !HasUnsignedSecurity(signature) && Timestamps(signature).ToList() is [{ Standing: PartStanding.Signed }],
            _ => IsIdMet(signature),
        };
    }

    // SOAP 1.2 section 5.1: a Header and then the Body, nothing else; what else stands there somebody may take for the Body.
    private static bool IsBodySigned(IReadOnlyList<DocumentPart> parts) =>
        parts.All(part => part is { LocalName: "Header" or "Body", NamespaceName: Soap11 or Soap12 }) && parts.Where(part => part.LocalName == "Body").ToList() is [{ Standing: PartStanding.Signed }];

    // What the text of an element decodes to is not the element.
    private bool IsIdMet(SignatureReport signature) => signature.References.Any(reference =>
        !reference.Reference.IsToProperties && reference.Ordinal > 0 && !reference.Transforms.Contains(Base64) && (Name == "id" ? reference.Reference.Uri.Length > 1 : reference.Reference.Uri == "#" + Name[ById.Length..]));

    // Of every Security header, for a message may have several: a Timestamp in one that nobody signed is how an old message is made to look fresh.
    private static IEnumerable<DocumentPart> Timestamps(SignatureReport signature) => InSecurity(signature).Where(part => part is { LocalName: "Timestamp", NamespaceName: Wsu });

    // What stands in it is not listed, so there may be a Timestamp in it. A second Header is no SOAP, and another reader may take it for the first.
    private static bool HasUnsignedSecurity(SignatureReport signature) => Headers(signature).Skip(1).Any() || Securities(signature).Any(security => security.Standing == PartStanding.NotSigned);

    private static IEnumerable<DocumentPart> Headers(SignatureReport signature) => Children(signature, Root(signature)).Where(part => part is { LocalName: "Header", NamespaceName: Soap11 or Soap12 });

    private static IEnumerable<DocumentPart> InSecurity(SignatureReport signature) => Securities(signature).SelectMany(security => Children(signature, security));

    private static IEnumerable<DocumentPart> Securities(SignatureReport signature) => Headers(signature)
        .SelectMany(header => Children(signature, header))
        .Where(part => part is { LocalName: "Security", NamespaceName: Wsse });

    private static DocumentPart? Root(SignatureReport signature) => signature.Parts is [var root, ..] ? root : null;

    private static IEnumerable<DocumentPart> Children(SignatureReport signature, DocumentPart? parent) =>
        parent is null || !signature.HasAllParts ? [] : signature.Parts.Where(part => part.Parent == parent.Ordinal);
}
