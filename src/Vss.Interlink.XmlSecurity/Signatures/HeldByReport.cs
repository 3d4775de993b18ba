namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>What lives as long as a report: octets that were kept.</summary>
internal sealed class HeldByReport : IDisposable
{
    private const int MaxWaitingInMemory = 1024 * 1024;

    private readonly List<IDisposable> _held = [];
    private WaitingOctets? _waiting;

    public T Hold<T>(T disposable)
        where T : IDisposable
    {
        _held.Add(disposable);
        return disposable;
    }

    /// <summary>Where parts of the document wait for their turn: one for all its time stamps.</summary>
    /// <param name="limit">Octets that may wait.</param>
    public WaitingOctets Waiting(long limit) => _waiting ??= new WaitingOctets(Hold(new SignedOctets(MaxWaitingInMemory)), limit);

    public void Dispose()
    {
        foreach (var held in _held) held.Dispose();
    }
}
