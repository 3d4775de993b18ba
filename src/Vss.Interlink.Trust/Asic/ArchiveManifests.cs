using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Asic;

/// <summary>
/// Time stamps over ASiCArchiveManifests, which prove that the files named there existed, signatures among them: EN 319 162-1 annex A.7. A later one is over the earlier, so each is judged at the
/// moment that those over it prove. One that is not good proves nothing and spoils nothing.
/// </summary>
internal sealed class ArchiveManifests
{
    private const string Prefix = "META-INF/ASiCArchiveManifest";
    private const int MaxManifests = 32;

    private readonly Dictionary<string, List<PassedTimeStamp>> _over = [];
    private readonly HashSet<string> _disordered = [];
    private readonly List<(Step Step, HashSet<string> Over)> _steps = [];
    private readonly HashSet<string> _names = [];

    public ArchiveManifests(ZipContainer container, IEnumerable<ZipMember> files, TimeStampJudge judge, SignaturePolicy algorithms, int mostOctets)
    {
        List<(ZipMember File, string Stamp, AsicManifest Manifest, TimeStampToken Token)> found = [];
        foreach (var file in files.Where(file => file.Name.StartsWith(Prefix, StringComparison.Ordinal) && file.Name.EndsWith(".xml", StringComparison.Ordinal)))
        {
            var manifest = AsicManifest.TryRead(container.ReadMember(file, mostOctets)) ?? throw new InvalidDataException($"'{file.Name}' is no ASiCManifest");
            var stamp = AsicVerifier.MemberOf(container, manifest.SignatureUri) ?? throw new InvalidDataException($"the time stamp that '{file.Name}' names is not in the container");
            var token = TimeStampToken.TryRead(container.ReadMember(stamp, mostOctets)) ?? throw new InvalidDataException($"'{stamp.Name}' is no time-stamp token");
            _names.UnionWith([file.Name, stamp.Name]);
            found.Add((file, stamp.Name, manifest, token));
            if (found.Count > MaxManifests) throw new InvalidDataException($"the container has more than {MaxManifests} archive manifests");
        }

        // Each after those whose manifests name it. A name alone proves nothing, and names may go in a circle.
        while (found.Count > 0)
        {
            var next = found.FindIndex(each => !found.Exists(other => other.Stamp != each.Stamp && IsNamed(container, other.Manifest, each.Stamp)));
            var (file, stamp, manifest, token) = found[Math.Max(next, 0)];
            found.RemoveAt(Math.Max(next, 0));
            var check = new ManifestCheck(container, algorithms).Run(manifest);
            var judged = judge.Judge(token, hash => container.Digest(file, hash), null, Around(stamp).ProvedAt);
            var problem = check.Ladder.IsWhole ? judged.Verdict.Failure?.Detail : check.Ladder.Refused().Failure!.Detail;
            var time = Times.Iso(token.Time);
            _steps.Add((new Step(Rules.TimeStamp, true, file.Name, problem is null ? $"the archive time stamp of {time} is good" : $"the archive time stamp of {time} is not counted: {problem}"), [.. check.Names]));
            if (problem is null) Proves(check.Names, new PassedTimeStamp(token, judged.Certificate!), Around(stamp));
        }
    }

    /// <summary>The manifests and their time stamps.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>What is proved of a file.</summary>
    public Surroundings Around(string name) => new() { Over = _over.TryGetValue(name, out var over) ? over : [], IsInDisorder = _disordered.Contains(name) };

    /// <summary>Rungs of the time stamps over a file.</summary>
    public IEnumerable<Step> StepsOf(string name) => _steps.Where(each => each.Over.Contains(name)).Select(each => each.Step);

    private static bool IsNamed(ZipContainer container, AsicManifest manifest, string file) => manifest.References.Any(reference => AsicVerifier.MemberOf(container, reference.Uri)?.Name == file);

    private void Proves(IEnumerable<string> names, PassedTimeStamp stamp, Surroundings around)
    {
        var isInDisorder = around.IsInDisorder || around.Over.Any(later => later.IsSurelyBefore(stamp.Token));
        foreach (var name in names)
        {
            if (!_over.TryGetValue(name, out var over)) _over[name] = over = [];
            over.Add(stamp);
            if (isInDisorder) _disordered.Add(name);
        }
    }
}
