using System.Globalization;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>How connections to Redis are protected.</summary>
public enum RedisTls
{
    /// <summary>TLS 1.2 or 1.3; the server's certificate must lead to <see cref="RedisOptions.Anchors"/> and bear the server's name.</summary>
    Required,

    /// <summary>Nothing is protected: for a loopback address or a network of the hub alone.</summary>
    PlainText,
}

/// <summary>How the hub shows who it is.</summary>
public enum RedisAuthentication
{
    /// <summary>By the password of <see cref="RedisOptions.User"/>, whose rights the server restricts (docs/operations.md).</summary>
    Password,

    /// <summary>Not at all, or by its TLS client certificate alone.</summary>
    None,
}

/// <summary>Section <c>Exchange:Claims:Redis</c>. What protects the connection has no default.</summary>
public sealed class RedisOptions
{
    /// <summary>HOST:PORT of one server, of the proxy in front of those that Sentinel runs, or of some nodes of a cluster, which name the others.</summary>
    public IList<string> Endpoints { get; } = [];

    /// <summary>The one ACL user besides <c>default</c> that the client library can log in as: see <see cref="RedisLink"/>.</summary>
    internal const string NamedUser = "SETNAME";

    public RedisTls? Tls { get; set; }

    public RedisAuthentication? Authentication { get; set; }

    /// <summary>Whose password it is: the ACL user <c>default</c> when it is not set, else <see cref="NamedUser"/>, for a server on which <c>default</c> is off.</summary>
    public string? User { get; set; }

    /// <summary>File with the password, one line.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>File of PEM certificates that the server's certificate must lead to.</summary>
    public string? Anchors { get; set; }

    /// <summary>DNS name that every server's certificate bears; without it, each one's own address as it is configured or as the cluster tells it.</summary>
    public string? ServerName { get; set; }

    /// <summary>Key URI of the hub's TLS client certificate, for a server that asks for one.</summary>
    public string? ClientKey { get; set; }

    /// <summary>What every key begins with; hubs with different ledgers that share a Redis have different ones.</summary>
    public string Prefix { get; set; } = "interlink:";

    /// <summary>Longest wait for one answer; then the node goes on without it.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long errors may last before all connections are made anew: after a fail-over the client can hold on to servers that are gone.</summary>
    public TimeSpan RebuildAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Of how many questions within <see cref="BreakerWindow"/> one in ten must have failed, for Redis to be left alone.</summary>
    public int BreakerMinimum { get; set; } = 3;

    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long it is left alone before one question probes it.</summary>
    public TimeSpan BreakerRest { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Adds what is wrong, one sentence each.</summary>
    internal void Check(ICollection<string> wrong)
    {
        const string at = "Claims:Redis:";
        if (Endpoints.Count == 0) wrong.Add(at + "Endpoints is empty. Name HOST:PORT, or leave the section Claims:Redis out.");
        foreach (var endpoint in Endpoints.Where(endpoint => !IsEndpoint(endpoint))) wrong.Add($"{at}Endpoints: '{endpoint}' is not HOST:PORT.");
        if (Tls is null) wrong.Add(at + "Tls is not set. Choose Required or PlainText.");
        if (Authentication is null) wrong.Add(at + "Authentication is not set. Choose Password or None.");
        CheckFile(Authentication == RedisAuthentication.Password, PasswordFile, at + "PasswordFile", "Authentication is Password", wrong);
        if (Authentication != RedisAuthentication.Password && User is not null) wrong.Add($"{at}User means something only where Authentication is Password.");
        if (User is not (null or "default" or NamedUser)) wrong.Add($"{at}User is '{User}', and the client library can log in as 'default' or '{NamedUser}' only. Name the server's ACL user so.");
        CheckFile(Tls == RedisTls.Required, Anchors, at + "Anchors", "Tls is Required", wrong);
        if (Tls != RedisTls.Required && (ServerName ?? ClientKey) is not null) wrong.Add($"{at}ServerName and {at}ClientKey mean something only where Tls is Required.");
        if (ClientKey is not null && !Uri.TryCreate(ClientKey, UriKind.Absolute, out _)) wrong.Add(at + "ClientKey is no key URI.");
        if (Prefix.Length is 0 or > 64 || !Prefix.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is ':' or '-' or '_' or '.')) wrong.Add(at + "Prefix must be 1 to 64 of A-Z a-z 0-9 : - _ and dots.");
        Bounds.Check(at + nameof(Timeout), Timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10), wrong);
        Bounds.Check(at + nameof(RebuildAfter), RebuildAfter, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), wrong);
        Bounds.Check(at + nameof(BreakerMinimum), BreakerMinimum, 2, 1_000_000, wrong);
        Bounds.Check(at + nameof(BreakerWindow), BreakerWindow, TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1), wrong);
        Bounds.Check(at + nameof(BreakerRest), BreakerRest, TimeSpan.FromMilliseconds(500), TimeSpan.FromHours(1), wrong);
    }

    private static void CheckFile(bool isNeeded, string? file, string name, string why, ICollection<string> wrong)
    {
        if (!isNeeded && file is not null) wrong.Add($"{name} means something only where {why}.");
        if (isNeeded && file is null) wrong.Add($"{name} is not set, and {why}.");
        if (isNeeded && file is not null && !File.Exists(file)) wrong.Add($"{name}: there is no file '{file}'.");
    }

    private static bool IsEndpoint(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue;
}
