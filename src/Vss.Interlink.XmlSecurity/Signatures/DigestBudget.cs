namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>Work allowed for digesting, over all jobs of a document, in octets: what is digested, and what of looking costs as much.</summary>
internal sealed class DigestBudget(long octets)
{
    /// <summary>What was asked for so far, refused or not.</summary>
    public long Taken { get; private set; }

    /// <summary>False when there is nothing left.</summary>
    public bool TryTake(long work) => (Taken += work) <= octets;

    /// <exception cref="XmlRefusedException">There is nothing left.</exception>
    public void Take(long work)
    {
        if (!TryTake(work)) throw new XmlRefusedException(XmlRefusalKind.LimitExceeded, "the references are nested so that too much is to be digested");
    }
}
