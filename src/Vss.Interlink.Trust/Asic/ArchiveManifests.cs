using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Asic;

/// <summary>
/// Time stamps over ASiCArchiveManifests, which prove that the files named there existed, signatures among them: EN 319 162-1 annex A.7. A later one is over the earlier, so each is judged at the
/// moment that the next later proves. One that is not good proves nothing and spoils nothing.
/// </summary>
internal sealed class ArchiveManifests
{
    private const string Prefix = "META-INF/ASiCArchiveManifest";
    private const int MaxManifests = 32;

    private readonly Dictionary<string, DateTimeOffset> _proved = [];
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

        foreach (var (file, stamp, manifest, token) in found.OrderByDescending(each => each.Token.Time))
        {
            var check = new ManifestCheck(container, algorithms).Run(manifest);
            var verdict = judge.Judge(token, hash => container.Digest(file, hash), null, ProvedAt(stamp)).Verdict;
            var problem = check.Ladder.IsWhole ? verdict.Failure?.Detail : check.Ladder.Refused().Failure!.Detail;
            var time = Times.Iso(token.Time);
            _steps.Add((new Step(Rules.TimeStamp, true, file.Name, problem is null ? $"the archive time stamp of {time} is good" : $"the archive time stamp of {time} is not counted: {problem}"), [.. check.Names]));
            if (problem is not null) continue;
            foreach (var name in check.Names) _proved[name] = _proved.TryGetValue(name, out var earlier) && earlier < token.Time ? earlier : token.Time;
        }
    }

    /// <summary>The manifests and their time stamps.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>When a file is proved to have existed; null where nothing proves it.</summary>
    public DateTimeOffset? ProvedAt(string name) => _proved.TryGetValue(name, out var time) ? time : null;

    /// <summary>Rungs of the time stamps over a file.</summary>
    public IEnumerable<Step> StepsOf(string name) => _steps.Where(each => each.Over.Contains(name)).Select(each => each.Step);
}
