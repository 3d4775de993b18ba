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

    public void Watch(PartsOutline outline) => _outlines.Add(outline);

    /// <summary>Reads the document once. Contents from outside are read by <see cref="DigestJob.Run"/>.</summary>
    /// <exception cref="XmlRefusedException">It is no longer the document of the first pass.</exception>
    public void Run(XmlTokenizer xml)
    {
        // A job sees every token from the start tag of its element to the end tag. What it must know of the elements around is kept once for all of them.
        List<DigestJob> running = [];
        List<DigestJob> waiting = [];
        Stack<DigestJob> asleep = [];   // within what they leave out, the innermost last
        foreach (var job in _jobs.Values)
        {
            if (job.Source.Content is not null) continue;
            if (job.Source.Ordinal > 0) waiting.Add(job);
            else if (job.Begin(_around, isLeftOut: false)) running.Add(job);
        }

        waiting.Sort(static (left, right) => right.Source.Ordinal.CompareTo(left.Source.Ordinal));   // the next one last
        while (xml.Read())
        {
            var isStart = xml.Kind == XmlTokenKind.StartElement;
            if (isStart)
            {
                for (; waiting.Count > 0 && waiting[^1].Source.Ordinal == xml.Ordinal; waiting.RemoveAt(waiting.Count - 1))
                {
                    if (waiting[^1].Begin(_around, IsLeftOut(waiting[^1].Source.LeftOut))) running.Add(waiting[^1]);
                }

                foreach (var outline in _outlines) outline.Enter(xml);
            }

            var isEnd = xml.Kind == XmlTokenKind.EndElement;
            if (isEnd)
            {
                for (; asleep.TryPeek(out var job) && job.LeftOutDepth == xml.Depth; asleep.Pop()) running.Add(job);
            }

            var work = isStart ? LookingAtToken + LookingAtAttribute * xml.Attributes.Count : LookingAtToken;
            for (var index = running.Count - 1; index >= 0; index--)
            {
                var job = running[index];
                var hasMore = job.Accept(xml, work);
                if (hasMore && job.LeftOutDepth == 0) continue;
                if (hasMore) asleep.Push(job);
                running.RemoveAt(index);
            }

            if (isStart)
            {
                if (waiting.Count > 0) Enter(xml);
            }
            else if (isEnd)
            {
                Leave(xml);
                foreach (var outline in _outlines) outline.Leave(xml);
            }
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
