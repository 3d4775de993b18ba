namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Contents that the caller brought, each read once for each form that references ask for.</summary>
internal sealed class OutsideContents(VerificationRequest request) : IDisposable
{
    private readonly Dictionary<DigestSource, DigestJob> _jobs = [];

    /// <summary>The job for a source; one for all who ask.</summary>
    public DigestJob Job(in DigestSource source)
    {
        if (_jobs.TryGetValue(source, out var known)) return known;

        // What the caller brought is no stranger's work.
        var job = new DigestJob(source, new DigestBudget(long.MaxValue));
        _jobs.Add(source, job);
        return job;
    }

    public void Run()
    {
        foreach (var (source, job) in _jobs)
        {
            using var content = request.Contents[source.Content!].Open!();
            job.Run(content, request.Xml);
        }
    }

    public void Dispose()
    {
        foreach (var job in _jobs.Values) job.Dispose();
    }
}
