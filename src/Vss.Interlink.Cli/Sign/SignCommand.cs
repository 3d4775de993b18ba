using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Cli.Output;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Revocation;

namespace Vss.Interlink.Cli.Sign;

/// <summary><c>interlink sign</c>: signs a file by XAdES. Exit codes: 0 signed, 64 usage, 65 the file cannot be signed; nothing is written but with 0.</summary>
internal static class SignCommand
{
    private const int CannotBeSigned = 65;

    public static Command Create(TimeProvider clock)
    {
        var file = new Argument<string>("FILE") { Description = "What is signed; - reads standard input." };
        var key = new Option<string>("--key") { Description = "The private key: file:///key.pem or file:///key.p12, each with ?password-file=PATH when it is encrypted.", HelpName = "URI", Required = true };
        var certificate = CertificateFiles.Option("--cert", "PEM", "The signer's certificate, then those between it and the anchor.", required: true);
        var profile = new Option<string>("--profile")
        {
            Description = "enveloped: the signature goes into the document; enveloping: the document goes into the signature; detached: the signature names the file.",
            HelpName = "enveloped|enveloping|detached", DefaultValueFactory = _ => "enveloped",
        };
        var level = new Option<string>("--level") { Description = "XAdES baseline level. T and above need --tsa, LT and above --crl.", HelpName = "B|T|LT|LTA", DefaultValueFactory = _ => "B" };
        var tsa = new Option<string?>("--tsa") { Description = "Time-stamping authority, RFC 3161 over HTTP.", HelpName = "URL" };
        var lists = CertificateFiles.Option("--crl", "FILE|DIR", "Revocation lists that a signature of level LT or LTA carries.");
        var id = new Option<string?>("--id") { Description = "Sign the element with this identifier, not the whole document; enveloped only.", HelpName = "ID" };
        var output = new Option<string>("--out") { Description = "Where the signed document or the signature goes.", HelpName = "FILE", Required = true };
        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] unknown }]) result.AddError($"'{unknown}' is no option of sign; a file of that name is ./{unknown}.");
        });

        var command = new Command("sign", "Signs a file by XAdES baseline.\n\nExit codes: 0 signed, 64 usage, 65 the file cannot be signed; then nothing is written.")
        {
            file, key, certificate, profile, level, tsa, lists, id, output,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new SignRequest
            {
                File = parsed.GetRequiredValue(file),
                Key = parsed.GetRequiredValue(key),
                Certificates = CertificateFiles.Read("--cert", parsed.GetRequiredValue(certificate)),
                Profile = SignRequest.ProfileOf(parsed.GetRequiredValue(profile)),
                Level = SignRequest.LevelOf(parsed.GetRequiredValue(level)),
                Authority = parsed.GetValue(tsa) is { } url ? SignRequest.UrlOf(url) : null,
                Lists = CertificateFiles.Read("--crl", parsed.GetRequiredValue(lists), TrustStore.RevocationLists, "revocation list (.crl, .pem, .der)"),
                Id = parsed.GetValue(id),
                Output = parsed.GetRequiredValue(output),
            };
            request.ThrowIfContradictory();
            if (await SignedFile.WriteAsync(request, clock, cancellation) is not { } refusal) return ExitCode.Done;
            StandardError.Line($"interlink: {refusal}");
            return CannotBeSigned;
        });
        return command;
    }
}

internal enum SignProfile
{
    Enveloped,
    Enveloping,
    Detached,
}

internal enum SignLevel
{
    B,
    T,
    LT,
    LTA,
}

/// <summary>What is to be signed, and how.</summary>
internal sealed record SignRequest
{
    public required string File { get; init; }

    public required string Key { get; init; }

    /// <summary>The signer's first.</summary>
    public required IReadOnlyList<X509Certificate2> Certificates { get; init; }

    public required SignProfile Profile { get; init; }

    public required SignLevel Level { get; init; }

    public Uri? Authority { get; init; }

    public required IReadOnlyList<CertificateList> Lists { get; init; }

    /// <summary>Identifier of the element that is signed; null for all of it.</summary>
    public string? Id { get; init; }

    public required string Output { get; init; }

    public static Uri UrlOf(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : throw new UsageException($"--tsa {text} is no http or https URL.");

    public static SignProfile ProfileOf(string name) => name switch
    {
        "enveloped" => SignProfile.Enveloped,
        "enveloping" => SignProfile.Enveloping,
        "detached" => SignProfile.Detached,
        _ => throw new UsageException($"--profile {name} is not known. Choose enveloped, enveloping or detached."),
    };

    public static SignLevel LevelOf(string name) => name switch
    {
        "B" => SignLevel.B,
        "T" => SignLevel.T,
        "LT" => SignLevel.LT,
        "LTA" => SignLevel.LTA,
        _ => throw new UsageException($"--level {name} is not known. Choose B, T, LT or LTA."),
    };

    /// <exception cref="UsageException">Options that do not go together, or of which one lacks another.</exception>
    public void ThrowIfContradictory()
    {
        if (Id is not null && Profile != SignProfile.Enveloped) throw new UsageException("--id is for the profile enveloped.");
        if (Level > SignLevel.B && Authority is null) throw new UsageException($"--level {Level} needs --tsa.");
        if (Level > SignLevel.T && Lists.Count == 0) throw new UsageException($"--level {Level} needs --crl with the revocation lists of the path.");
        if (Level == SignLevel.B && Authority is not null) throw new UsageException("--tsa is for the levels T, LT and LTA.");
        if (Profile == SignProfile.Detached && File == "-") throw new UsageException("A detached signature names its file; standard input has no name.");
    }
}
