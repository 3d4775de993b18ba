using System.Text;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Cms;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Asic;

/// <summary>A container, judged.</summary>
/// <param name="Signatures">Its signatures, and time stamps that stand in place of one; empty when there are none.</param>
/// <param name="Unsigned">Names of the files that no intact signature covers.</param>
/// <param name="Problem">Why it cannot be read; null when it can.</param>
public sealed record JudgedContainer(IReadOnlyList<JudgedSignature> Signatures, IReadOnlyList<string> Unsigned, DocumentProblem? Problem = null);

/// <summary>Judges ASiC-S and ASiC-E containers: EN 319 162-1. What a signature covers is told by the names of files in the container; nothing outside it is ever read.</summary>
public sealed class AsicVerifier(TrustStore store, ValidationPolicy policy, SignaturePolicy algorithms, DateTimeOffset at)
{
    private const string MimeType = "mimetype";
    private const string MetaFolder = "META-INF/";
    private const string Simple = "application/vnd.etsi.asic-s+zip";
    private const string Extended = "application/vnd.etsi.asic-e+zip";
    private const int MaxMetaFile = 16 * 1024 * 1024;
    private const int MaxMimeType = 1024;
    private const int MaxSignatureFiles = 64;

    // What describes the container to programs and is not what anyone signs (annex A.6, OpenDocument part 3).
    private static readonly string[] s_descriptions = [MimeType, "META-INF/manifest.xml", "META-INF/container.xml", "META-INF/metadata.xml"];

    /// <param name="file">Can be read at any place.</param>
    /// <param name="key">A key that the caller vouches for; null to find each signer's certificate.</param>
    public JudgedContainer Judge(Stream file, SignerKey? key = null)
    {
        try
        {
            return Judge(ZipContainer.Open(file), key);
        }
        catch (InvalidDataException broken)
        {
            return new JudgedContainer([], [], new DocumentProblem("asic.container", "", broken.Message, "Give a container by EN 319 162-1, as its maker wrote it."));
        }
    }

    private JudgedContainer Judge(ZipContainer container, SignerKey? key)
    {
        var (type, note) = TypeOf(container);
        List<ZipMember> files = [.. container.Members.Where(member => !member.IsFolder && !s_descriptions.Contains(member.Name, StringComparer.Ordinal))];
        List<Signed> signed = [];
        var archive = new ArchiveManifests(container, files, new TimeStampJudge(store, policy, algorithms, at), algorithms, MaxMetaFile);
        HashSet<string> used = [.. archive.Names];
        List<ZipMember> others = [.. files.Where(file => !used.Contains(file.Name))];
        if (IsSimple(type, others)) JudgeSimple(container, others, key, archive, signed, used);
        else JudgeExtended(container, others, key, archive, signed, used);

        List<string> objects = [.. files.Select(file => file.Name).Where(name => !used.Contains(name))];
        if (signed.Count > 0 && objects.Count == 0) throw new InvalidDataException("the container has signatures, and nothing that they could be over");
        List<string> data = [.. objects.Where(name => !name.StartsWith(MetaFolder, StringComparison.Ordinal))];   // what else is in META-INF is no data object, and nobody's unless it is signed
        if (type == Simple && (data.Count > 1 || data.Exists(name => name.Contains('/', StringComparison.Ordinal)))) throw new InvalidDataException("an ASiC-S container has one data object at its root, and nothing else");
        var covered = signed.Where(one => one.Signature.Integrity == SignatureIntegrity.Intact).SelectMany(one => one.Names).ToHashSet(StringComparer.Ordinal);
        return new JudgedContainer([.. signed.Select(one => one.Within(objects, note))], [.. objects.Where(name => !covered.Contains(name))]);
    }

    // Annex A.1 asks for it first, stored and without extra fields, so that programs tell the type by the container's first octets. It may be left out altogether, and archivers write it otherwise:
    // what it says is what it says wherever it stands.
    private static (string? Type, Step? Note) TypeOf(ZipContainer container)
    {
        if (container.Find(MimeType) is not { } member) return (null, null);
        var type = Encoding.ASCII.GetString(container.ReadMember(member, MaxMimeType)).TrimEnd();
        var isPlain = ReferenceEquals(container.Members[0], member) && member.IsStored && !member.HasExtra;
        return (type, isPlain ? null : new Step(Rules.Structure, true, MimeType, "it is not the first member, stored and without extra fields, as EN 319 162-1 annex A.1 asks; what it says is read all the same"));
    }

    // Without a type the container is what it holds: one file at the root and one signature of the names that ASiC-S has.
    private static bool IsSimple(string? type, List<ZipMember> files) => type switch
    {
        Simple => true,
        Extended => false,
        _ => files.Count == 2 && files.Exists(file => IsSimpleSignature(file.Name)) && files.Exists(file => !file.Name.Contains('/', StringComparison.Ordinal)),
    };

    private static bool IsSimpleSignature(string name) => name is "META-INF/signature.p7s" or "META-INF/signatures.xml" or "META-INF/timestamp.tst";

    // Section 4.3: one data object, and one of a CAdES signature, XAdES signatures, a time stamp.
    private void JudgeSimple(ZipContainer container, List<ZipMember> files, SignerKey? key, ArchiveManifests archive, List<Signed> signed, HashSet<string> used)
    {
        var signatures = files.Where(file => IsSimpleSignature(file.Name)).ToList();
        if (signatures.Count == 0) return;
        if (signatures is not [var signature]) throw new InvalidDataException("an ASiC-S container has one file of signatures");
        used.Add(signature.Name);
        var objects = files.Where(file => !file.Name.StartsWith(MetaFolder, StringComparison.Ordinal)).ToList();
        if (objects is not [var only]) throw new InvalidDataException($"an ASiC-S container has one data object, this one has {objects.Count}");
        switch (signature.Name)
        {
            case "META-INF/signatures.xml":
                JudgeXml(container, signature, key, signed);
                break;
            case "META-INF/signature.p7s":
                JudgeMessage(container, signature, only, key, [only.Name], null, archive, signed);
                break;
            default:
                JudgeTimeStamp(container, signature, only, [only.Name], null, archive, signed);
                break;
        }
    }

    // Section 4.4: XAdES signatures that refer to files, or manifests that do with a CAdES signature or a time stamp over each.
    private void JudgeExtended(ZipContainer container, List<ZipMember> files, SignerKey? key, ArchiveManifests archive, List<Signed> signed, HashSet<string> used)
    {
        var meta = files.Where(file => file.Name.StartsWith(MetaFolder, StringComparison.Ordinal) && file.Name.IndexOf('/', MetaFolder.Length) < 0).ToList();
        var manifests = meta.Where(file => NameOf(file).StartsWith("ASiCManifest", StringComparison.Ordinal) && IsXml(file)).ToList();
        var signatures = meta.Where(file => NameOf(file).Contains("signatures", StringComparison.Ordinal) && IsXml(file)).ToList();
        if (manifests.Count + signatures.Count > MaxSignatureFiles) throw new InvalidDataException($"the container has more than {MaxSignatureFiles} files of signatures");
        foreach (var file in signatures)
        {
            used.Add(file.Name);
            JudgeXml(container, file, key, signed);
        }

        foreach (var file in manifests)
        {
            used.Add(file.Name);
            var manifest = AsicManifest.TryRead(container.ReadMember(file, MaxMetaFile)) ?? throw new InvalidDataException($"'{file.Name}' is no ASiCManifest");
            var signature = MemberOf(container, manifest.SignatureUri) ?? throw new InvalidDataException($"the signature that '{file.Name}' names is not in the container");
            if (!signature.Name.StartsWith(MetaFolder, StringComparison.Ordinal)) throw new InvalidDataException($"the signature that '{file.Name}' names is not in META-INF");
            used.Add(signature.Name);
            var found = new ManifestCheck(container, algorithms).Run(manifest);
            if (signature.Name.EndsWith(".tst", StringComparison.Ordinal)) JudgeTimeStamp(container, signature, file, found.Names, found.Ladder, archive, signed);
            else JudgeMessage(container, signature, file, key, found.Names, found.Ladder, archive, signed);
        }

        static string NameOf(ZipMember file) => file.Name[MetaFolder.Length..];
        static bool IsXml(ZipMember file) => file.Name.EndsWith(".xml", StringComparison.Ordinal);
    }

    // Which files the signatures refer to is known when they are read; so they are read once without any.
    private void JudgeXml(ZipContainer container, ZipMember signatures, SignerKey? key, List<Signed> signed)
    {
        var octets = container.ReadMember(signatures, MaxMetaFile);
        Dictionary<string, DetachedContent> contents = new(StringComparer.Ordinal);
        var request = new VerificationRequest { Policy = algorithms, Key = key, Contents = contents };
        using (var first = SignatureVerifier.Verify(octets, request))
        {
            if (first.Refusal is { } refusal) throw new InvalidDataException($"'{signatures.Name}' cannot be read: {refusal.Detail} (at {refusal.At})");
            foreach (var uri in first.Signatures.SelectMany(signature => signature.References).Where(reference => reference.Coverage.Kind == CoverageKind.External).Select(reference => reference.Reference.Uri).Distinct(StringComparer.Ordinal))
            {
                if (MemberOf(container, uri) is { } member) contents[uri] = DetachedContent.Of(() => container.OpenMember(member));
            }
        }

        using var report = SignatureVerifier.Verify(octets, request);
        foreach (var judged in new DocumentVerifier(store, policy, at).Judge(report, algorithms))
        {
            List<string> names = [.. judged.Coverage.Where(coverage => coverage.Kind == CoverageKind.External).Select(coverage => MemberOf(container, coverage.Reference)?.Name).OfType<string>()];
            signed.Add(new Signed(judged, names));
        }
    }

    private void JudgeMessage(ZipContainer container, ZipMember signature, ZipMember content, SignerKey? key, IReadOnlyList<string> names, Ladder? before, ArchiveManifests archive, List<Signed> signed)
    {
        if (CmsMessage.TryRead(container.ReadMember(signature, MaxMetaFile)) is not { } message) throw new InvalidDataException($"'{signature.Name}' is no CMS signature");
        if (message.Content is not null) throw new InvalidDataException($"'{signature.Name}' has a content of its own; what it signs is in the container");
        var over = new CmsContent(new Coverage(CoverageKind.External, content.Name), () => container.OpenMember(content));
        List<Step> steps = [.. archive.StepsOf(signature.Name)];
        foreach (var judged in new CmsVerifier(store, policy, algorithms, at).Judge(message, over, key, archive.Around(signature.Name)))
        {
            var whole = judged with { Verdict = judged.Verdict with { Ladder = [.. steps, .. judged.Verdict.Ladder] } };
            signed.Add(new Signed(whole, names).Behind(before));
        }
    }

    private void JudgeTimeStamp(ZipContainer container, ZipMember stamp, ZipMember content, IReadOnlyList<string> names, Ladder? before, ArchiveManifests archive, List<Signed> signed)
    {
        if (TimeStampToken.TryRead(container.ReadMember(stamp, MaxMetaFile)) is not { } token) throw new InvalidDataException($"'{stamp.Name}' is no time-stamp token");
        var judged = new TimeStampJudge(store, policy, algorithms, at).Judge(token, hash => container.Digest(content, hash), null, archive.Around(stamp.Name).ProvedAt);
        var signature = new JudgedSignature
        {
            Id = token.SerialNumber,
            Kind = SignatureKind.TimeStamp,
            Integrity = judged.IsIntact switch { true => SignatureIntegrity.Intact, false => SignatureIntegrity.Broken, null => SignatureIntegrity.Unknown },
            Verdict = judged.Verdict with { Ladder = [.. archive.StepsOf(stamp.Name), .. judged.Verdict.Ladder] },
            Algorithms = token.Hash.Name is { } hash ? [hash] : [],
            ClaimedTime = token.Time,
            ProvedAt = judged.Verdict.Passed ? token.Time : null,
            Signer = judged.Signer,
        };
        signed.Add(new Signed(signature, names).Behind(before));
    }

    /// <summary>The member that a reference names: relative to the root of the container and percent-encoded; null for everything else.</summary>
    internal static ZipMember? MemberOf(ZipContainer container, string uri) =>
        uri.Length > 0 && uri.IndexOfAny(['#', '?', ':', '\\']) < 0 && container.Find(Uri.UnescapeDataString(uri)) is { IsFolder: false } member ? member : null;

    /// <summary>A signature with the files that it covers when it is intact.</summary>
    private sealed record Signed(JudgedSignature Signature, IReadOnlyList<string> Names)
    {
        /// <summary>The verdict with what was found of the manifest that the signature is over: a digest there that is wrong is one that is wrong in the signature.</summary>
        public Signed Behind(Ladder? manifest)
        {
            if (manifest is null) return this;
            var steps = manifest.Steps.Concat(Signature.Verdict.Ladder).ToList();
            if (manifest.IsWhole) return this with { Signature = Signature with { Verdict = Signature.Verdict with { Ladder = steps } } };
            var refused = manifest.Refused();
            var isWorse = refused.Indication == Indication.TotalFailed || Signature.Verdict.Passed;
            var verdict = isWorse ? refused with { Ladder = steps } : Signature.Verdict with { Ladder = steps };
            var integrity = manifest.Broke(Rules.Digest) ? SignatureIntegrity.Broken : Signature.Integrity == SignatureIntegrity.Intact ? SignatureIntegrity.Unknown : Signature.Integrity;
            return this with { Signature = Signature with { Verdict = verdict, Integrity = integrity } };
        }

        /// <summary>With the coverage of the container whose data objects these are, and what is to be said of the container.</summary>
        public JudgedSignature Within(IReadOnlyList<string> objects, Step? note)
        {
            var isIntact = Signature.Integrity == SignatureIntegrity.Intact;
            return new JudgedSignature
            {
                Id = Signature.Id,
                Kind = Signature.Kind,
                Level = Signature.Level,
                Integrity = Signature.Integrity,
                Verdict = note is null ? Signature.Verdict : Signature.Verdict with { Ladder = [note, .. Signature.Verdict.Ladder] },
                Coverage = isIntact ? [.. Names.Select(name => new Coverage(CoverageKind.External, name))] : [],
                Scope = !isIntact || Names.Count == 0 ? SignatureScope.None : objects.All(Names.Contains) ? SignatureScope.Full : SignatureScope.Partial,
                Algorithms = Signature.Algorithms,
                ClaimedTime = Signature.ClaimedTime,
                ProvedAt = Signature.ProvedAt,
                Signer = Signature.Signer,
            };
        }
    }
}
