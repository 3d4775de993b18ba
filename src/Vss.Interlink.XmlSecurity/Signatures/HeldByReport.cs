namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What lives as long as a report: octets that were kept.</summary>
internal sealed class HeldByReport : IDisposable
{
    private readonly List<IDisposable> _held = [];

    public T Hold<T>(T disposable)
        where T : IDisposable
    {
        _held.Add(disposable);
        return disposable;
    }

    public void Dispose()
    {
        foreach (var held in _held) held.Dispose();
    }
}
