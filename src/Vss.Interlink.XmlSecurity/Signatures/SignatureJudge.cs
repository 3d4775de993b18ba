using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Judges one signature: before the second pass it says what is to be digested, after it what that means.</summary>
internal sealed class SignatureJudge(SignatureModel signature, SignatureScanner scanner, VerificationRequest request, DocumentKeys keys, HeldByReport held)
{
    // Each archive time stamp has what stands before it wait for the last of the references: so many of them a document may have that is nothing but evidence.
    private const int MaxWaitingPerOctet = 16;

    private readonly Ladder _ladder = new();
    private readonly List<ReferencePlan> _plans = [];
    private readonly List<(ManifestModel Manifest, bool IsSigned, List<ReferencePlan> Plans)> _manifests = [];
    private DigestJob? _signedInfo;
    private PartsOutline? _outline;
    private TimeStampImprints? _imprints;

    /// <summary>Structure, algorithms and references; asks for what is to be digested.</summary>
    public void Plan(DigestPass pass, OutsideContents outside)
    {
        if (!signature.IsWhole)
        {
            _ladder.Add(signature.Broken!);
            return;
        }

        var info = signature.SignedInfo;
        _ladder.Pass(SignatureRules.Structure, signature.At, $"well formed, {info.References.Count} references");
        PlanSignedInfo(info, pass);
        PlanReferences(info.References, "ds:Reference", _plans, pass, outside);
        foreach (var manifest in signature.Manifests)
        {
            var isSigned = _plans.Exists(plan => plan is { Broken: null, Target: { } target, Source.IsBase64: false } && (target == manifest.Ordinal || target == manifest.ObjectOrdinal));
            var plans = new List<ReferencePlan>(manifest.References.Count);
            PlanReferences(manifest.References, "ds:Manifest/ds:Reference", plans, pass, outside);
            _manifests.Add((manifest, isSigned, plans));
        }

        _outline = new PartsOutline(signature.Ordinal, Targets(), request.Limits.MaxParts, scanner.ElementNames);
        pass.Watch(_outline);
        if (signature.Xades is { TimeStamps.Count: > 0 } xades) _imprints = TimeStampImprints.Plan(signature, xades, _plans, pass, held, held.Waiting(1024 * 1024 + MaxWaitingPerOctet * scanner.Length));
    }

    /// <summary>What is known before anything is digested. The rungs are those of the verdict as far as they are known.</summary>
    public SignatureReport Foresee()
    {
        if (!signature.IsWhole) return Unreadable();
        var ladder = new Ladder(_ladder);
        foreach (var plan in _plans)
        {
            if (plan.Broken is var (rule, detail)) ladder.Fail(rule, plan.At, detail);
        }

        var key = new KeySearch(signature, scanner, request, keys, ladder);
        key.Find(null);
        var isXades = XadesCheck.Run(signature, _plans, key.Certificate, request.Policy, ladder);
        var (indication, sub) = ladder.IsWhole ? (Indication.Indeterminate, SubIndication.NoCertificateChainFound) : ladder.Meaning();
        return Described(signature.SignedInfo, key, isXades, new Verdict(indication, sub, ladder.Steps, [])) with { References = Reports(_plans, isClean: false) };
    }

    /// <summary>The verdict.</summary>
    public SignatureReport Report()
    {
        if (!signature.IsWhole) return Unreadable();
        var info = signature.SignedInfo;
        var digests = Digests(_plans, SignatureRules.Digest);
        foreach (var (_, isSigned, plans) in _manifests)
        {
            if (isSigned) Digests(plans, SignatureRules.ManifestDigest);
        }

        var key = new KeySearch(signature, scanner, request, keys, _ladder);
        var value = Value(info, key);
        var isXades = XadesCheck.Run(signature, _plans, key.Certificate, request.Policy, _ladder);
        var integrity = digests == SignatureIntegrity.Broken || value == SignatureIntegrity.Broken ? SignatureIntegrity.Broken
            : digests == SignatureIntegrity.Intact && value == SignatureIntegrity.Intact ? SignatureIntegrity.Intact
            : SignatureIntegrity.Unknown;
        var timeStamps = _imprints?.Report(_ladder) ?? [];
        var scope = Scope(integrity);
        var isClean = integrity == SignatureIntegrity.Intact && _ladder.IsWhole;
        var (indication, sub) = _ladder.Meaning();
        if (indication == Indication.TotalPassed && !(isClean && key.Origin == KeyOrigin.Caller)) (indication, sub) = (Indication.Indeterminate, SubIndication.NoCertificateChainFound);
        var references = Reports(_plans, isClean);
        List<Coverage> covered = new(references.Count);
        foreach (var reference in references) covered.Add(reference.Coverage);
        return Described(info, key, isXades, new Verdict(indication, sub, _ladder.Steps, covered)) with
        {
            Integrity = integrity,
            Scope = scope,
            Parts = _outline!.Parts,
            HasAllParts = _outline.IsComplete,
            References = references,
            Manifests = ManifestReports(isClean),
            TimeStamps = timeStamps,
        };
    }

    private SignatureReport Unreadable()
    {
        var (failed, why) = _ladder.Meaning();
        return new SignatureReport { Id = signature.Id, Ordinal = signature.Ordinal, At = signature.At, Verdict = new Verdict(failed, why, _ladder.Steps, []) };
    }

    // What no digest decides.
    private SignatureReport Described(SignedInfoModel info, KeySearch key, bool isXades, Verdict verdict) => new()
    {
        Id = signature.Id,
        Ordinal = signature.Ordinal,
        At = signature.At,
        Format = signature.Xades is null ? SignatureFormat.XmlDsig : SignatureFormat.Xades,
        Level = isXades ? XadesCheck.Level(signature.Xades!) : SignatureLevel.Dsig,
        Verdict = verdict,
        Algorithms = Algorithms(info),
        KeyOrigin = key.Origin,
        TokenOrdinal = key.Token?.Ordinal ?? 0,
        SigningCertificate = key.Certificate,
        Claims = isXades ? signature.Xades!.Claims : null,
        Value = signature.Value,
        Certificates = Octets(signature.KeyInfo?.Certificates, key.Token, signature.Xades?.Certificates),
        Crls = Octets(signature.KeyInfo?.Crls, null, signature.Xades?.Crls),
        Ocsps = Octets(null, null, signature.Xades?.Ocsps),
        CounterSigns = CounterSigns(),
    };

    private static List<ReadOnlyMemory<byte>> Octets(List<byte[]>? first, SecurityToken? token, List<byte[]>? second)
    {
        List<ReadOnlyMemory<byte>> all = [];
        foreach (var octets in first ?? []) all.Add(octets);
        if (token is { IsX509: true }) all.Add(token.Octets);
        foreach (var octets in second ?? []) all.Add(octets);
        return all;
    }

    private static List<string> Algorithms(SignedInfoModel info)
    {
        List<string> all = [];
        HashSet<string> known = [];
        AddOnce(info.CanonicalizationUri);
        AddOnce(info.Method.Uri);
        foreach (var reference in info.References)
        {
            foreach (var transform in reference.Transforms) AddOnce(transform.Uri);
            AddOnce(reference.Digest.Uri);
        }

        return all;

        void AddOnce(string uri)
        {
            if (known.Add(uri)) all.Add(uri);
        }
    }

    private void PlanSignedInfo(SignedInfoModel info, DigestPass pass)
    {
        var refused = request.Policy.Refuses(info.Method);
        if (refused is not null) _ladder.Fail(refused, "ds:SignatureMethod", $"the signature method '{info.Method.Uri}' is not admitted by policy {request.Policy.Name}");
        else if (info.BrokenParameters is not null) _ladder.Fail(SignatureRules.AlgorithmParameters, "ds:SignatureMethod", $"the signature method has {info.BrokenParameters}, which is not accepted");
        else _ladder.Pass(SignatureRules.AlgorithmSignature, "ds:SignatureMethod", info.Method.Uri);
        if (refused is not null && info.BrokenParameters is not null) _ladder.Fail(SignatureRules.AlgorithmParameters, "ds:SignatureMethod", $"the signature method has {info.BrokenParameters}, which is not accepted");
        if (info.Canonicalization is not { } method)
        {
            _ladder.Fail(SignatureRules.AlgorithmC14n, "ds:CanonicalizationMethod", $"the canonicalisation '{info.CanonicalizationUri}' is not known");
            return;
        }

        if (!_ladder.IsWhole) return;
        _signedInfo = pass.Job(DigestSource.Element(info.Ordinal, method, info.Prefixes));
        _signedInfo.Digest(info.Method.Hash);
        if (!_signedInfo.IsKept) _signedInfo.Keep(held.Hold(new SignedOctets(request.Limits.MaxSignedInfo, 4096)));
    }

    private void PlanReferences(IReadOnlyList<ReferenceModel> references, string name, List<ReferencePlan> plans, DigestPass pass, OutsideContents outside)
    {
        for (var index = 0; index < references.Count; index++)
        {
            var reference = references[index];
            var plan = ReferencePlan.Of(reference, $"{name}[{index + 1}]", signature, scanner.Ids, request);
            plans.Add(plan);
            if (plan.Broken is not null || !plan.KnownDigest.IsEmpty) continue;
            plan.Job = plan.Target is null ? outside.Job(plan.Source) : pass.Job(plan.Source);
            plan.Job.Digest(reference.Digest.Hash);
            if (request.Keep?.Invoke(Named(reference)) == true && !plan.Job.IsKept)
            {
                // Room for all of it at once saves copying it over and over, but many references into a large document must not take it each.
                var room = Math.Min(plan.Length ?? scanner.Length, 4 * scanner.Length / references.Count);
                var expected = plan.Target is null ? 0 : (int)Math.Min(room, request.MaxKeptInMemory);
                plan.Job.Keep(held.Hold(new SignedOctets(request.MaxKeptInMemory, expected)));
            }
        }
    }

    private SignedReference Named(ReferenceModel reference) => new(reference.Uri ?? "", reference.Type ?? "", reference.Id ?? "", signature.Id);

    private List<SignedTarget> Targets()
    {
        List<SignedTarget> targets = [];
        foreach (var plan in _plans)
        {
            if (plan is { Broken: null, Target: { } target }) targets.Add(new SignedTarget(Math.Max(1, target), plan.Source.LeftOut, plan.Source.IsBase64));
        }

        return targets;
    }

    private SignatureIntegrity Digests(List<ReferencePlan> plans, string rule)
    {
        var integrity = SignatureIntegrity.Intact;
        foreach (var plan in plans)
        {
            var found = plan.Judge();
            switch (found)
            {
                case SignatureIntegrity.Intact:
                    _ladder.Pass(rule, plan.At, "the digest matches");
                    break;
                case SignatureIntegrity.Broken:
                    _ladder.Fail(rule, plan.At, $"the digest of {Shown(plan)} is {DigestMethod.Short(plan.FoundDigest)}, the signed one is {DigestMethod.Short(plan.Reference.Value)}");
                    break;
                default:
                    var (broken, detail) = plan.Broken ?? Refused(plan.Job!.Refusal!);
                    _ladder.Fail(broken, plan.At, detail);
                    break;
            }

            if (found == SignatureIntegrity.Broken || integrity == SignatureIntegrity.Intact) integrity = found;
        }

        return integrity;
    }

    private static string Shown(ReferencePlan plan) => plan.Reference.Uri switch
    {
        null or "" => "the document",
        { Length: > 120 } => "the content",
        var uri => $"'{uri}'",
    };

    private static (string, string) Refused(XmlRefusal refusal) =>
        (refusal.Kind == XmlRefusalKind.LimitExceeded ? SignatureRules.Limit : SignatureRules.Canonicalised, refusal.At.Length > 0 ? $"{refusal.Detail} ({refusal.At})" : refusal.Detail);

    private SignatureIntegrity Value(SignedInfoModel info, KeySearch key)
    {
        if (_signedInfo is null)
        {
            key.Find(null);
            return SignatureIntegrity.Unknown;
        }

        if (!_signedInfo.IsDone)
        {
            var (rule, detail) = Refused(_signedInfo.Refusal!);
            _ladder.Fail(rule, "ds:SignedInfo", detail);
            return SignatureIntegrity.Unknown;
        }

        if (!_signedInfo.Kept!.TryGetMemory(out var octets))
        {
            _ladder.Fail(SignatureRules.Limit, "ds:SignedInfo", $"SignedInfo is longer than {request.Limits.MaxSignedInfo} octets");
            return SignatureIntegrity.Unknown;
        }

        if (!IsWhatWasRead(info, octets))
        {
            _ladder.Fail(SignatureRules.SignedInfo, "ds:SignedInfo", "its canonical form says something else than what was read");
            return SignatureIntegrity.Broken;
        }

        return key.Find(_signedInfo.DigestOf(info.Method.Hash));
    }

    private bool IsWhatWasRead(SignedInfoModel info, ReadOnlyMemory<byte> octets)
    {
        try
        {
            using var xml = new XmlTokenizer(octets, request.Xml with { MaxBytes = octets.Length });
            using var walk = new ElementWalk(xml, null, request.Limits);
            return walk.Read() && xml.Kind == XmlTokenKind.StartElement && walk.Is("SignedInfo"u8, DsigNames.Dsig) && new SignedInfoReader(walk, isCanonical: true).Read().IsSameAs(info);
        }
        catch (Exception refused) when (refused is XmlRefusedException or BrokenRuleException)
        {
            return false;
        }
    }

    private SignatureScope Scope(SignatureIntegrity integrity)
    {
        if (integrity != SignatureIntegrity.Intact) return SignatureScope.None;

        // The root's own attributes and texts are signed with the root only. An Object that somebody put into the signature is under no reference, whatever else is.
        var root = _outline!.Parts is [var first, ..] ? first.Standing : PartStanding.NotSigned;
        var isFull = _outline.IsComplete && !Listed(PartStanding.NotSigned) && !IsUnsignedOutside() && !HasUnsignedContent() && root switch
        {
            PartStanding.Signed => true,
            PartStanding.TheSignature => Listed(PartStanding.Signed) || signature.Objects.Exists(one => _outline.IsDecoded(one.Ordinal)) || _plans.Exists(plan => plan.Target is null),
            _ => false,
        };
        _ladder.Pass(SignatureRules.Coverage, "", isFull ? "the whole document is covered" : "part of the document is covered");
        return isFull ? SignatureScope.Full : SignatureScope.Partial;

        bool Listed(PartStanding standing)
        {
            foreach (var part in _outline.Parts)
            {
                if (part.Standing == standing) return true;
            }

            return false;
        }
    }

    // What leads to something signed has attributes and text of its own. In the signature that may be an Object without any, and what holds the signed properties. Neither has anything to do around
    // another Object, nor with one another: somebody put it there.
    private bool HasUnsignedContent()
    {
        foreach (var part in _outline!.Parts)
        {
            if (signature.Objects.Find(one => one.Ordinal == part.Parent) is { } around && (IsObject(part) || (around.HoldsProperties && part is not { LocalName: "QualifyingProperties", NamespaceName: DsigNames.XadesText }))) return true;
            if (part.Standing != PartStanding.InPart) continue;
            var isObject = signature.Objects.Exists(one => one.Ordinal == part.Ordinal && (!one.HasText || _outline.IsDecoded(one.Ordinal)));
            var isProperties = part is { LocalName: "QualifyingProperties", NamespaceName: DsigNames.XadesText } && signature.Objects.Exists(one => one.HoldsProperties && one.Ordinal == part.Parent);
            if (!isObject && !isProperties) return true;
        }

        return false;

        static bool IsObject(DocumentPart part) => part is { LocalName: "Object", NamespaceName: DsigNames.DsigText };
    }

    // Outside the root element only a reference to the whole document selects anything (XML-DSig 1.1 section 4.4.3.3): a processing instruction there may name a style sheet that shows another text.
    // A comment matters to a signer who signed comments.
    private bool IsUnsignedOutside()
    {
        if (scanner.HasInstructionOutside && !_plans.Exists(plan => plan is { Broken: null, Target: 0, Source.IsBase64: false })) return true;
        return scanner.HasCommentOutside && WithComments(1) && !WithComments(0);

        bool WithComments(int target) => _plans.Exists(plan => plan.Broken is null && plan.Target == target && plan.Source is { Comments: true, Method.WithComments: true });
    }

    private List<ReferenceReport> Reports(List<ReferencePlan> plans, bool isClean)
    {
        List<ReferenceReport> reports = new(plans.Count);
        foreach (var plan in plans)
        {
            var uri = plan.Reference.Uri ?? "";
            var integrity = plan.Judge();
            var kind = plan.Target is null ? CoverageKind.External : plan is { IsWholeDocument: true, Source.IsBase64: false } ? CoverageKind.WholeDocument : CoverageKind.Element;
            List<string> transforms = new(plan.Reference.Transforms.Count);
            foreach (var transform in plan.Reference.Transforms) transforms.Add(transform.Uri);
            reports.Add(new ReferenceReport
            {
                Reference = Named(plan.Reference),
                Coverage = new Coverage(kind, uri, plan.Target is { } target ? _outline!.NameOf(Math.Max(1, target)) : ""),
                Ordinal = plan.Target,
                Transforms = transforms,
                DigestMethod = plan.Reference.Digest.Uri,
                Integrity = integrity,
                Octets = isClean && integrity == SignatureIntegrity.Intact && request.Keep?.Invoke(Named(plan.Reference)) == true ? plan.Job?.Kept : null,
            });
        }

        return reports;
    }

    private List<ManifestReport> ManifestReports(bool isClean)
    {
        List<ManifestReport> reports = new(_manifests.Count);
        foreach (var (manifest, isSigned, plans) in _manifests) reports.Add(new ManifestReport(manifest.Id, isSigned, Reports(plans, isClean && isSigned)));
        return reports;
    }

    // EN 319 132-1 section 5.2.7: it stands among the properties of the signature whose value it refers to; only a position, proved by the reference.
    private int CounterSigns()
    {
        if (signature.Outer < 0) return 0;
        var outer = scanner.Signatures[signature.Outer];
        return _plans.Exists(plan => plan is { Broken: null, Target: { } target } && target == outer.ValueOrdinal) ? outer.Ordinal : 0;
    }
}
