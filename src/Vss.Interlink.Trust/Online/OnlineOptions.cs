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

    /// <summary>Every fault; empty when it is whole.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach (var host in Hosts.Where(host => !AllowedHosts.IsHost(host))) yield return $"Trust:Online:Hosts: '{host}' is no HOST or HOST:PORT.";
        if (LimitMilliseconds is < 1 or > 60_000) yield return "Trust:Online:LimitMilliseconds is not 1 to 60000.";
        if (AttemptMilliseconds is < 10 or > 60_000) yield return "Trust:Online:AttemptMilliseconds is not 10 to 60000.";
        if (MaxParallel is < 1 or > 256) yield return "Trust:Online:MaxParallel is not 1 to 256.";
        if (MaxAnswerOctets is < 1024 or > 256 * 1024 * 1024) yield return "Trust:Online:MaxAnswerOctets is not 1024 to 268435456.";
        if (MaxAnswers < 1) yield return "Trust:Online:MaxAnswers is below 1.";
        if (MaxHeldOctets < MaxAnswerOctets) yield return "Trust:Online:MaxHeldOctets is below MaxAnswerOctets, so that a large answer could not be kept.";
        if (RestSeconds is < 1 or > 3600) yield return "Trust:Online:RestSeconds is not 1 to 3600.";
        if (RenewFromPercent < 1 || RenewToPercent > 95 || RenewFromPercent > RenewToPercent) yield return "Trust:Online:RenewFromPercent and RenewToPercent are not 1 to 95, the first below the second.";
        if (Hosts.Count == 0) yield break;
        if (Order is null) yield return "Trust:Online:Order is not set. Choose OcspFirst or ListsFirst.";
        if (Nonce is null) yield return "Trust:Online:Nonce is not set. Choose Required, IfEchoed or NotSent.";
    }
}
