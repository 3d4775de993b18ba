using System.Xml;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli.Verify;

/// <summary>Judges the signatures of a document. Every outcome is a report; what a stranger wrote never makes it throw.</summary>
internal static class SignedDocument
{
    private const string Xop = "http://www.w3.org/2004/08/xop/include";

    /// <exception cref="UsageException">The request gives contents that the document has no use for.</exception>
    public static VerifyReport Judge(VerifyRequest request)
    {
        try
        {
            using var document = SpooledInput.Open(request.File);
            return Judge(request, document);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return VerifyReport.NotReadable(new ReportError("input.readable", "", unreadable.Message, "Name a file that can be read, or - for standard input."));
        }
        catch (OutOfMemoryException)
        {
            return VerifyReport.NotReadable(new ReportError("xml.limit", "", "judging the document takes more memory than there is", "Judge it where there is more memory."));
        }
        catch (Exception failed) when (failed is not UsageException)
        {
            // Neither passed nor failed is known: EN 319 102-1 has INDETERMINATE without a more exact reason for that.
            return VerifyReport.NotJudged(new ReportError("verify.completed", "", $"the validation broke off: {failed.GetType().Name}", "Report this document to the makers of interlink."));
        }
    }

    private static VerifyReport Judge(VerifyRequest request, SpooledInput document)
    {
        using var report = Verify(request, document);
        if (report.Refusal is { } refusal) return VerifyReport.NotReadable(Error(refusal));
        if (report.Signatures.Count == 0) return VerifyReport.NotSigned;
        if (LacksItsParts(report, document))
            return VerifyReport.NotReadable(new ReportError("soap.inline", "xop:Include", "the envelope refers to MTOM parts that are not in this file", "Give the envelope with its content inline."));

        var judged = new DocumentVerifier(request.Store, request.Policy, request.At).Judge(report, request.Algorithms);
        return VerifyReport.Of([.. judged.Select(signature => signature with { Verdict = Required(request, report, signature) })], request.At);
    }

    private static DocumentReport Verify(VerifyRequest request, SpooledInput document)
    {
        var contents = GivenContents.ByUri(request.Detached);
        var verification = new VerificationRequest { Policy = request.Algorithms, Xml = XmlLimits.OwnFiles, Key = request.Key, Contents = contents };
        if (request.Content is not { } only) return SignatureVerifier.Verify(document.Read(), verification);

        // The name of the one content is the document's affair: read it off the references first.
        using (var first = SignatureVerifier.Verify(document.Read(), verification))
        {
            var missing = first.Signatures.SelectMany(signature => signature.References).Where(reference => reference.Coverage.Kind == CoverageKind.External && !contents.ContainsKey(reference.Reference.Uri))
                .Select(reference => reference.Reference.Uri).Distinct(StringComparer.Ordinal).ToList();
            if (first.Signatures.Count > 0 && missing is not [_]) throw new UsageException($"--content is for one content beside the document, and it refers to {missing.Count}; name them by --detached NAME=FILE.");
            foreach (var uri in missing) contents[uri] = DetachedContent.Of(() => File.OpenRead(only));
        }

        return SignatureVerifier.Verify(document.Read(), verification);
    }

    // What must be signed and is under no signature breaks each; what is under one is no matter of the others. So too a content that was given and nobody signed.
    private static Verdict Required(VerifyRequest request, DocumentReport report, JudgedXmlSignature signature)
    {
        var requirements = request.Required.Count > 0 ? request.Required : CoverageRequirement.Of(signature.Report);
        List<Step> steps = [.. signature.Verdict.Ladder];
        foreach (var requirement in requirements)
        {
            if (requirement.IsMetBy(signature.Report)) steps.Add(new Step(CoverageRequirement.Rule, true, requirement.Name, "it is signed"));
            else if (!report.Signatures.Any(requirement.IsMetBy))
                steps.Add(new Step(CoverageRequirement.Rule, false, requirement.Name, "no intact signature covers it where its reader finds it", "Sign what the receiver acts on, at its place."));
        }

        foreach (var name in request.Detached.Keys.Where(name => !report.Signatures.SelectMany(one => one.References).Any(reference => IsOf(reference, name))))
            steps.Add(new Step(CoverageRequirement.Rule, false, name, "no signature refers to this content", "Sign every content, or do not hand it over as signed."));
        if (steps.Count == signature.Verdict.Ladder.Count) return signature.Verdict;
        return signature.Verdict is { Passed: true } && steps.Exists(step => !step.Ok)
            ? new Verdict(Indication.Indeterminate, SubIndication.SigConstraintsFailure, steps, signature.Verdict.Covered)
            : signature.Verdict with { Ladder = steps };
    }

    private static bool IsOf(ReferenceReport reference, string name) => reference.Reference.Uri == name || reference.Reference.Uri == SealVerifier.PartUri(name);

    // The signature covers the content, not the xop:Include that stands for it: without the MIME parts every digest looks wrong.
    private static bool LacksItsParts(DocumentReport report, SpooledInput document)
    {
        if (!report.Signatures.Any(signature => signature.Integrity == SignatureIntegrity.Broken && CoverageRequirement.IsEnvelope(signature))) return false;
        using var reader = SafeXml.Reader(document.Read(), XmlLimits.OwnFiles);
        while (reader.Read())
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "Include", NamespaceURI: Xop }) return true;
        }

        return false;
    }

    private static ReportError Error(XmlRefusal refusal)
    {
        var (rule, remedy) = refusal.Kind switch
        {
            XmlRefusalKind.ForbiddenConstruct => ("xml.forbidden", "Remove the document type declaration, and give each signed element an identifier of its own."),
            XmlRefusalKind.LimitExceeded => ("xml.limit", "Keep below the limit that is named."),
            XmlRefusalKind.UnsupportedEncoding => ("xml.encoding", "Give UTF-8 or UTF-16."),
            XmlRefusalKind.Truncated => ("xml.truncated", "Give the whole document."),
            _ => ("xml.well-formed", "Give well-formed XML 1.0."),
        };
        return new ReportError(rule, refusal.At, refusal.Detail, remedy);
    }
}
