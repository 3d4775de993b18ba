using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>The second pass: everything that is digested of the document, for all its signatures at once.</summary>
internal sealed class DigestPass(DigestBudget budget) : IDisposable
{
    private readonly Dictionary<DigestSource, DigestJob> _jobs = [];
    private readonly List<PartsOutline> _outlines = [];

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

    /// <summary>Reads the document once. Contents from outside are read by <see cref="DigestJob.Run"/>.</summary>
    /// <exception cref="XmlRefusedException">It is no longer the document of the first pass.</exception>
    public void Run(XmlTokenizer xml)
    {
        // A job begins at its element, and from there to its end sees every token; those that must know what is around see tags from the beginning.
        List<DigestJob> running = [];
        List<DigestJob> watching = [];
        List<DigestJob> waiting = [];
        foreach (var job in _jobs.Values)
        {
            if (job.Source.Content is not null) continue;
            if (job.Source.Ordinal == 0) running.Add(job);
            else if (job.Source.NeedsAncestors) watching.Add(job);
            else waiting.Add(job);
        }

        waiting.Sort(static (left, right) => right.Source.Ordinal.CompareTo(left.Source.Ordinal));   // the next one last
        while (xml.Read())
        {
            var isStart = xml.Kind == XmlTokenKind.StartElement;
            if (isStart)
            {
                while (waiting.Count > 0 && waiting[^1].Source.Ordinal == xml.Ordinal) Move(waiting, waiting.Count - 1, running);
                for (var index = watching.Count - 1; index >= 0; index--)
                {
                    if (watching[index].Source.Ordinal == xml.Ordinal) Move(watching, index, running);
                }

                foreach (var outline in _outlines) outline.Enter(xml);
            }

            for (var index = running.Count - 1; index >= 0; index--)
            {
                if (!running[index].Accept(xml)) running.RemoveAt(index);
            }

            if (!isStart && xml.Kind != XmlTokenKind.EndElement) continue;
            for (var index = watching.Count - 1; index >= 0; index--)
            {
                if (!watching[index].Accept(xml)) watching.RemoveAt(index);
            }

            if (isStart) continue;
            foreach (var outline in _outlines) outline.Leave(xml);
        }

        foreach (var job in _jobs.Values)
        {
            if (job.Source.Content is null) job.Complete();
        }
    }

    public void Dispose()
    {
        foreach (var job in _jobs.Values) job.Dispose();
    }

    private static void Move(List<DigestJob> from, int index, List<DigestJob> to)
    {
        to.Add(from[index]);
        from.RemoveAt(index);
    }
}
