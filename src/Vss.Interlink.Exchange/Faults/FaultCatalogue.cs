using System.Collections.Frozen;
using Google.Protobuf;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Exchange.Faults;

/// <summary>What each fault means on every protocol, read from faults.proto itself, so that there is one catalogue and no copy of it.</summary>
public static class FaultCatalogue
{
    private static readonly FrozenDictionary<Fault, (string Name, FaultMeaning Meaning)> Entries = ReadEntries();

    // By the first failing step. A rule stands for itself and for what is below it ("cert.key" for "cert.key.size").
    private static readonly (string Rule, Fault Fault)[] Rules =
    [
        ("sig.present", Fault.SignatureMissing),
        ("sig.structure", Fault.SignatureInvalid),
        ("sig.digest", Fault.SignatureInvalid),
        ("sig.value", Fault.SignatureInvalid),
        ("sig.coverage", Fault.SignatureCoverage),
        ("sig.reference", Fault.SignatureCoverage),
        ("sig.id", Fault.SignatureCoverage),
        ("sig.algorithm", Fault.AlgorithmRefused),
        ("cert.key", Fault.AlgorithmRefused),
        ("cert.token", Fault.CertificateUntrusted),
        ("cert.chain", Fault.CertificateUntrusted),
        ("cert.anchor", Fault.CertificateUntrusted),
        ("cert.usage", Fault.CertificateUntrusted),
        ("cert.validity", Fault.CertificateExpired),
        ("cert.revoked", Fault.CertificateRevoked),
        ("cert.revocation-known", Fault.RevocationUnknown),
        ("time.window", Fault.TimestampOutOfWindow),
        ("policy.organ", Fault.UnknownOrgan),
        ("policy.signer", Fault.SignerNotAuthorised),
        ("policy.unsigned", Fault.SignatureMissing),
        ("policy.present", Fault.PolicyMissing),
        ("channel", Fault.Unauthenticated),
    ];

    /// <summary>The fault's line; an unknown number reads as <see cref="Fault.Unspecified"/>, as the catalogue asks of readers.</summary>
    public static FaultMeaning Meaning(Fault fault) => Entry(fault).Meaning;

    /// <summary>The name in the catalogue, as <c>MESSAGE_ID_REUSED</c>.</summary>
    public static string Name(Fault fault) => Entry(fault).Name;

    /// <summary>What a caller is told.</summary>
    /// <param name="fault">The line of the catalogue.</param>
    /// <param name="detail">What was found, without personal data.</param>
    /// <param name="rule">The rule that refused, or empty.</param>
    /// <param name="reference">The number to ask the operators about.</param>
    public static FaultDetail Describe(Fault fault, string detail, string rule, string reference)
    {
        var (name, meaning) = Entry(fault);
        return new FaultDetail { Fault = fault, Name = name, Detail = detail, Rule = rule, Remedy = meaning.Remedy, Passing = meaning.Passing, Reference = reference };
    }

    /// <summary>What a caller is told of a refusal.</summary>
    /// <param name="fault">The refusal.</param>
    /// <param name="reference">The number to ask the operators about, when the audit has none for it.</param>
    public static FaultDetail Describe(ExchangeFault fault, string reference)
    {
        var detail = Describe(fault.Fault, fault.Detail, fault.Rule, fault.Reference ?? reference);
        detail.Evidence = ByteString.CopyFrom(fault.Evidence.Span);
        return detail;
    }

    /// <summary>The fault that an exception is or stands for; null when it is the hub's own.</summary>
    public static ExchangeFault? Of(Exception failed) =>
        failed as ExchangeFault ?? (LedgerFailure.IsAway(failed) ? new ExchangeFault(Fault.LedgerUnavailable, "The hub's ledger does not answer or cannot be written.") : null);

    /// <summary>When a caller who was refused for now may come again; null for a refusal that stands.</summary>
    public static TimeSpan? RetryAfter(FaultDetail fault) => (fault.Passing, fault.Fault) switch
    {
        (false, _) => null,
        (_, Fault.InFlight or Fault.LedgerUnavailable) => TimeSpan.FromSeconds(5),
        (_, Fault.Overloaded) when !fault.Rule.StartsWith("limit.", StringComparison.Ordinal) => TimeSpan.FromSeconds(5),   // of the moment; a full disk or a long queue takes longer
        _ => TimeSpan.FromMinutes(1),
    };

    /// <summary>The fault of a verdict that refused: its first failing step decides. A rule that is not in the table is a SIGNATURE_INVALID: refused all the same.</summary>
    /// <exception cref="ArgumentException">The verdict has passed, so there is nothing to refuse.</exception>
    public static ExchangeFault FromVerdict(Verdict verdict)
    {
        if (verdict.Passed) throw new ArgumentException("A verdict that passed is no refusal.", nameof(verdict));
        if (verdict.Failure is not { } step) return new ExchangeFault(Fault.SignatureInvalid, $"{verdict.Indication}, {verdict.SubIndication}.", "sig");
        var at = step.At.Length == 0 ? "" : $" (at {step.At})";
        return new ExchangeFault(OfRule(step.Rule), step.Detail + at, step.Rule);
    }

    /// <summary>The fault of octets that did not become XML.</summary>
    public static ExchangeFault FromRefusal(XmlRefusal refusal)
    {
        var fault = refusal.Kind switch
        {
            XmlRefusalKind.ForbiddenConstruct => Fault.ForbiddenConstruct,
            XmlRefusalKind.LimitExceeded => Fault.LimitExceeded,
            XmlRefusalKind.UnsupportedEncoding => Fault.UnsupportedCharset,
            XmlRefusalKind.Truncated => Fault.Truncated,
            _ => Fault.Malformed,
        };
        return new ExchangeFault(fault, refusal.At.Length == 0 ? refusal.Detail : $"{refusal.Detail} (at {refusal.At})", "xml." + refusal.Kind);
    }

    private static Fault OfRule(string rule)
    {
        foreach (var (known, fault) in Rules)
            if (rule == known || (rule.StartsWith(known, StringComparison.Ordinal) && rule[known.Length] == '.'))
                return fault;
        return Fault.SignatureInvalid;
    }

    private static (string Name, FaultMeaning Meaning) Entry(Fault fault) => Entries.TryGetValue(fault, out var entry) ? entry : Entries[Fault.Unspecified];

    private static FrozenDictionary<Fault, (string Name, FaultMeaning Meaning)> ReadEntries()
    {
        var faults = FaultsReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(Fault));
        return faults.Values.ToFrozenDictionary(
            value => (Fault)value.Number,
            value => (value.Name, value.GetOptions()?.GetExtension(FaultsExtensions.Meaning) ?? throw new InvalidOperationException($"faults.proto gives {value.Name} no meaning.")));
    }
}
