using System.Text.Json.Serialization;

namespace Vss.Interlink.Sandbox.Pki;

/// <summary>Kinds of keys that the authority makes and certifies.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthorityKey>))]
public enum AuthorityKey
{
    EcdsaP256 = 0,
    Rsa2048 = 1,
}

/// <summary>How the certification and time-stamping authority is played.</summary>
public sealed record AuthorityOptions
{
    /// <summary>0 takes a free one. The server listens on loopback only.</summary>
    public int Port { get; init; }

    /// <summary>Keys of the authorities, the responder and the time stamper themselves.</summary>
    public AuthorityKey Key { get; init; }

    /// <summary>From a complete list to its nextUpdate.</summary>
    public TimeSpan ListLife { get; init; } = TimeSpan.FromDays(1);

    /// <summary>From a delta list to its nextUpdate.</summary>
    public TimeSpan DeltaLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From an OCSP answer to its nextUpdate.</summary>
    public TimeSpan AnswerLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How far back responder and lists know of certificates that expired (RFC 6960 section 4.4.4; expiredCertsOnCRL of X.509); null says nothing.</summary>
    public TimeSpan? ArchiveCutoff { get; init; } = TimeSpan.FromDays(7 * 365);

    /// <summary>The responder names itself by its subject; else by its key.</summary>
    public bool RespondsByName { get; init; }

    /// <summary>Policies of the time stamper; the first where a request names none.</summary>
    public IReadOnlyList<string> StampPolicies { get; init; } = ["1.3.6.1.4.1.55555.4.1", "1.3.6.1.4.1.55555.4.2"];

    /// <summary>How far the time of a stamp may be off, in whole milliseconds.</summary>
    public TimeSpan StampAccuracy { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>What goes wrong from the start.</summary>
    public IReadOnlyList<ScriptedAuthorityFault> Faults { get; init; } = [];

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
