using Vss.Interlink.XmlSecurity.Canonical;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>The second pass: everything that is digested of the document, for all its signatures at once.</summary>
internal sealed class DigestPass(DigestBudget budget) : IDisposable
{
    // What a job costs that writes nothing of what it looks at, in octets that could have been digested meanwhile.
    private const int LookingAtToken = 8;
    private const int LookingAtAttribute = 8;

    private readonly Dictionary<DigestSource, DigestJob> _jobs = [];
    private readonly List<PartsOutline> _outlines = [];
    private readonly List<DigestJob> _running = [];
    private readonly List<DigestJob> _waiting = [];       // for their elements
    private readonly Stack<DigestJob> _asleep = [];       // within what they leave out, the innermost last
    private readonly AncestorAttributes _around = new();
    private readonly List<(int Ordinal, int Depth)> _signatures = [];   // that are open

    /// <summary>The job for a source; one for all who ask.</summary>
    public DigestJob Job(in DigestSource source)
    {
        if (_jobs.TryGetValue(source, out var known)) return known;
        var job = new DigestJob(source, budget);
        _jobs.Add(source, job);
        return job;
    }

    /// <summary>Counts work that gives no octets; false when too much was asked for.</summary>
    public bool TryCharge(long octets) => budget.TryTake(octets);

    public void Watch(PartsOutline outline) => _outlines.Add(outline);

    /// <summary>What a job is charged for looking at a token.</summary>
    public static int Looking(XmlTokenizer xml) => xml.Kind == XmlTokenKind.StartElement ? LookingAtToken + LookingAtAttribute * xml.Attributes.Count : LookingAtToken;

    /// <summary>Reads the document once. Contents from outside are read by <see cref="DigestJob.Run"/>.</summary>
    /// <param name="xml">At its beginning.</param>
    /// <param name="foreseen">What the first pass computed already, if anything.</param>
    /// <exception cref="XmlRefusedException">It is no longer the document of the first pass.</exception>
    public void Run(XmlTokenizer xml, ForeseenDigest? foreseen = null)
    {
        foreach (var source in foreseen?.Sources ?? [])
        {
            if (_jobs.TryGetValue(source, out var asked) && asked.TryTake(foreseen!.Job, foreseen.Work)) break;
        }

        foreach (var job in _jobs.Values)
        {
            if (job.Source.Content is not null || job.IsDone || job.Refusal is not null) continue;
            if (job.Source.Ordinal > 0) _waiting.Add(job);
            else if (job.Begin(_around, isLeftOut: false)) _running.Add(job);
        }

        _waiting.Sort(static (left, right) => right.Source.Ordinal.CompareTo(left.Source.Ordinal));   // the next one last
        while (xml.Read())
        {
            Accept(xml);
            if (xml.Depth == 1 && xml.Kind == XmlTokenKind.StartElement && foreseen?.Signature is { } signature && IsNothingAskedBefore(signature.Ordinal)) xml.PassTo(signature);
        }

        foreach (var job in _jobs.Values)
        {
            if (job.Source.Content is null) job.Complete();
        }
    }

    public void Dispose()
    {
        foreach (var job in _jobs.Values) job.Dispose();
        _around.Dispose();
    }

    // Of what the root element holds. Where the root is signed, an outline has nothing to say of what is in it but for the signature.
    private bool IsNothingAskedBefore(int ordinal) =>
        _running.Count == 0 && (_waiting.Count == 0 || _waiting[^1].Source.Ordinal >= ordinal) && _outlines is [{ HasRoot: true }];

    // A job sees every token from the start tag of its element to the end tag. What it must know of the elements around is kept once for all of them.
    private void Accept(XmlTokenizer xml)
    {
        switch (xml.Kind)
        {
            case XmlTokenKind.StartElement:
                Begin(xml);
                foreach (var outline in _outlines) outline.Enter(xml);
                Show(xml, Looking(xml));
                if (_waiting.Count > 0) Enter(xml);
                break;
            case XmlTokenKind.EndElement:
                for (; _asleep.TryPeek(out var job) && job.LeftOutDepth == xml.Depth; _asleep.Pop()) _running.Add(job);
                Show(xml, LookingAtToken);
                Leave(xml);
                foreach (var outline in _outlines) outline.Leave(xml);
                break;
            default:
                Show(xml, LookingAtToken);
                break;
        }
    }

    private void Begin(XmlTokenizer xml)
    {
        for (; _waiting.Count > 0 && _waiting[^1].Source.Ordinal == xml.Ordinal; _waiting.RemoveAt(_waiting.Count - 1))
        {
            if (_waiting[^1].Begin(_around, IsLeftOut(_waiting[^1].Source.LeftOut))) _running.Add(_waiting[^1]);
        }
    }

    private void Show(XmlTokenizer xml, int work)
    {
        for (var index = _running.Count - 1; index >= 0; index--)
        {
            var job = _running[index];
            var hasMore = job.Accept(xml, work);
            if (hasMore && job.LeftOutDepth == 0) continue;
            if (hasMore) _asleep.Push(job);
            _running.RemoveAt(index);
        }
    }

    private void Enter(XmlTokenizer xml)
    {
        _around.Enter(xml);
        if (xml.LocalName.SequenceEqual("Signature"u8) && xml.Names[xml.Namespace].SequenceEqual(DsigNames.Dsig)) _signatures.Add((xml.Ordinal, xml.Depth));
    }

    private void Leave(XmlTokenizer xml)
    {
        _around.Leave(xml.Depth);
        if (_signatures.Count > 0 && _signatures[^1].Depth == xml.Depth) _signatures.RemoveAt(_signatures.Count - 1);
    }

    // Whether what begins here stands in a signature that is left out. There are no more of those than SignatureLimits.MaxSignatures.
    private bool IsLeftOut(int leftOut) => leftOut switch
    {
        0 => false,
        DigestSource.EverySignature => _signatures.Count > 0,
        _ => _signatures.Exists(signature => signature.Ordinal == leftOut),
    };
}
