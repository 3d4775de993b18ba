namespace Vss.Interlink.Trust.Online;

/// <summary>Whom to ask first for the status of a certificate; the other is asked where that brings nothing.</summary>
public enum StatusOrder
{
    /// <summary>The OCSP responder: small answers, one for each certificate.</summary>
    OcspFirst,

    /// <summary>The revocation list: one for all certificates of an issuer, and nobody learns about whom it is asked.</summary>
    ListsFirst,
}

/// <summary>What an OCSP answer must have of the request's nonce (RFC 9654).</summary>
public enum NonceRule
{
    /// <summary>The same nonce. Responders that prepare their answers (RFC 5019) cannot give it.</summary>
    Required,

    /// <summary>The same nonce or none.</summary>
    IfEchoed,

    /// <summary>None is sent, so that answers can come from caches; an older answer is good until it ends.</summary>
    NotSent,
}

/// <summary>What is fetched while documents are judged, and from whom. What weakens security has no default.</summary>
public sealed class OnlineOptions
{
    /// <summary>Hosts that may be asked, HOST or HOST:PORT, to the letter; without a port that of the scheme. Empty: nothing is fetched.</summary>
    public IList<string> Hosts { get; } = [];

    public StatusOrder? Order { get; set; }

    public NonceRule? Nonce { get; set; }

    /// <summary>Whether missing issuers are fetched as well (authority information access). Strangers can cause that, so it is off unless it is asked for.</summary>
    public bool FetchIssuers { get; set; }

    /// <summary>Longest wait of one document for all that it lacks.</summary>
    public int LimitMilliseconds { get; set; } = 5000;

    /// <summary>Longest wait for one answer of one host.</summary>
    public int AttemptMilliseconds { get; set; } = 2000;

    /// <summary>Requests on the way at one time.</summary>
    public int MaxParallel { get; set; } = 8;

    /// <summary>Largest answer, octets.</summary>
    public int MaxAnswerOctets { get; set; } = 16 * 1024 * 1024;

    /// <summary>Answers that are kept in memory; the least recently used go first.</summary>
    public int MaxAnswers { get; set; } = 4096;

    /// <summary>Octets of all answers that are kept in memory.</summary>
    public long MaxHeldOctets { get; set; } = 128L * 1024 * 1024;

    /// <summary>For how long a question that failed is not asked again.</summary>
    public int RestSeconds { get; set; } = 30;

    /// <summary>An answer in use is renewed at a random moment between these parts of its life.</summary>
    public int RenewFromPercent { get; set; } = 50;

    public int RenewToPercent { get; set; } = 75;

    /// <summary>Every fault, one sentence each; empty when it is whole.</summary>
    internal IReadOnlyList<string> Faults()
    {
        List<string> wrong = [];
        const string at = "Trust:Online:";
        foreach (var host in Hosts.Where(host => !AllowedHosts.IsHost(host))) wrong.Add($"{at}Hosts: '{host}' is no HOST or HOST:PORT.");
        Bounds.Check(at + nameof(LimitMilliseconds), LimitMilliseconds, 1, 60_000, wrong);
        Bounds.Check(at + nameof(AttemptMilliseconds), AttemptMilliseconds, 10, 60_000, wrong);
        Bounds.Check(at + nameof(MaxParallel), MaxParallel, 1, 256, wrong);
        Bounds.Check(at + nameof(MaxAnswerOctets), MaxAnswerOctets, 1024, 256 * 1024 * 1024, wrong);
        Bounds.Check(at + nameof(MaxAnswers), MaxAnswers, 1, 10_000_000, wrong);
        Bounds.Check(at + nameof(MaxHeldOctets), MaxHeldOctets, Math.Max(1, MaxAnswerOctets), 1L << 40, wrong);   // a large answer could not be kept
        Bounds.Check(at + nameof(RestSeconds), RestSeconds, 1, 3600, wrong);
        Bounds.Check(at + nameof(RenewFromPercent), RenewFromPercent, 1, 95, wrong);
        Bounds.Check(at + nameof(RenewToPercent), RenewToPercent, Math.Clamp(RenewFromPercent, 1, 95), 95, wrong);
        if (Hosts.Count == 0) return wrong;
        if (Order is null) wrong.Add($"{at}Order is not set. Choose OcspFirst or ListsFirst.");
        if (Nonce is null) wrong.Add($"{at}Nonce is not set. Choose Required, IfEchoed or NotSent.");
        return wrong;
    }
}
