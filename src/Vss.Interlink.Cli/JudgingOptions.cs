using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Cli;

/// <summary>Options that every judging command has: what is trusted, what is at hand, when and by which policy.</summary>
internal sealed class JudgingOptions
{
    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    private readonly TimeProvider _clock;
    private readonly Option<string[]> _trust;
    private readonly Option<string[]> _extra;

    /// <param name="clock">Tells the time where <c>--at</c> does not.</param>
    /// <param name="extraName">How the option for certificates in between is called.</param>
    public JudgingOptions(TimeProvider clock, string extraName)
    {
        _clock = clock;
        _trust = CertificateFiles.Option("--trust", "PEM|DER|DIR", "Trust anchors. Without any, integrity is still judged and the indication is INDETERMINATE.");
        _extra = CertificateFiles.Option(extraName, "FILE|DIR", "Certificates between signer and anchor that do not come along.");
    }

    public Option<string[]> Lists { get; } = CertificateFiles.Option("--crl", "FILE|DIR", "Revocation lists, complete or delta.");

    public Option<string[]> Answers { get; } = CertificateFiles.Option("--ocsp", "FILE|DIR", "OCSP answers.");

    public Option<DateTimeOffset?> At { get; } = new("--at") { Description = "Judge at this time (ISO 8601 with Z or offset) instead of now.", HelpName = "TIME", CustomParser = Time };

    public Option<string> Policy { get; } = new("--policy")
    {
        Description = "Algorithms, keys and grace: default; legacy, which admits SHA-1 and RSA from 1024 bits for judging old material; or one of --policies.", HelpName = "default|legacy|NAME", DefaultValueFactory = _ => "default",
    };

    public Option<string?> Policies { get; } = new("--policies") { Description = "A file of named policies, as a hub has it.", HelpName = "FILE" };

    public Option<bool> NoRevocation { get; } = new("--no-revocation") { Description = "Do not ask whether certificates were revoked; everything else is judged." };

    public Option<bool> Json { get; } = new("--json") { Description = "Write the report as JSON." };

    public IEnumerable<Option> All => [_trust, _extra, Lists, Answers, At, Policy, Policies, Json];

    /// <exception cref="UsageException">A file cannot be used.</exception>
    public TrustStore Store(ParseResult parsed) => new(
        CertificateFiles.Read(_trust.Name, parsed.GetRequiredValue(_trust), TrustStore.AnchorsOf, "certificate (.pem, .crt, .cer, .der, .p7b) or trust list"),
        [],
        CertificateFiles.Read(_extra.Name, parsed.GetRequiredValue(_extra)),
        CertificateFiles.Read("--crl", parsed.GetRequiredValue(Lists), TrustStore.RevocationLists, null),
        CertificateFiles.Read("--ocsp", parsed.GetRequiredValue(Answers), TrustStore.OcspAnswers, null));

    public DateTimeOffset Now(ParseResult parsed) => parsed.GetValue(At) ?? _clock.GetUtcNow();

    /// <exception cref="UsageException">There is no policy of this name, or the file has faults.</exception>
    public SignaturePolicy Algorithms(ParseResult parsed)
    {
        // A file of which nothing is used is a mistake: whoever gives one means to judge by it.
        if (parsed.GetValue(Policies) is not null && parsed.GetResult(Policy) is null or { Implicit: true }) throw new UsageException("--policies names a file, and --policy does not say which of its policies to judge by.");
        return SignaturePolicy.All.FirstOrDefault(known => known.Name == parsed.GetValue(Policy)) ?? Named(parsed).Algorithms;
    }

    /// <summary>How much later than its end an answer on revocation still counts.</summary>
    /// <inheritdoc cref="Algorithms"/>
    public TimeSpan RevocationGrace(ParseResult parsed) => SignaturePolicy.All.Any(known => known.Name == parsed.GetValue(Policy)) ? TimeSpan.Zero : Named(parsed).RevocationGrace;

    private NamedPolicy Named(ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(Policy);
        if (parsed.GetValue(Policies) is not { } path) throw new UsageException($"--policy {name} is not known. Choose default or legacy, or give the file that has it by --policies.");
        try
        {
            return PolicyFile.Parse(RegularFile.ReadAll(path)).Policies.GetValueOrDefault(name) ?? throw new UsageException($"--policies: '{path}' has no policy {name}.");
        }
        catch (PolicyException faulty)
        {
            throw new UsageException($"--policies: {faulty.Message}", faulty);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--policies: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>A file name that begins with a dash is an option that is not known.</summary>
    public static Argument<string> FileArgument(string name, string description, string command)
    {
        var file = new Argument<string>(name) { Description = description };
        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] unknown }]) result.AddError($"'{unknown}' is no option of {command}; a file of that name is ./{unknown}.");
        });
        return file;
    }

    private static DateTimeOffset? Time(ArgumentResult result)
    {
        if (result.Tokens is [var only] && DateTimeOffset.TryParseExact(only.Value, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time;
        result.AddError("--at needs a time with its offset, as 2026-11-21T09:00:00Z or 2026-11-21T16:00:00+07:00.");
        return null;
    }
}
