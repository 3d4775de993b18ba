using System.CommandLine;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Vss.Interlink.Cli.Output;

namespace Vss.Interlink.Cli.Hub;

/// <summary>The options that every command about the hub has, and how its calls are made.</summary>
internal sealed class HubOptions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Every field, so that a script finds what it looks for whether or not it is empty.
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());

    private readonly Option<string> _hub = new("--hub") { Description = "Address of the hub's inside port.", HelpName = "https://HOST:PORT", Required = true };
    private readonly Option<string> _key = new("--key")
    {
        Description = "Client key: file:///PATH.p12?password-file=PATH, or a PEM file with certificate and key, or CERTIFICATE.pem,KEY.pem.", HelpName = "URI|PEMs", Required = true,
    };

    private readonly Option<string[]> _trust = CertificateFiles.Option("--trust", "PEM|DER|DIR", "Anchors of the hub's server certificate.", required: true);
    private readonly Option<string[]> _extra = CertificateFiles.Option("--extra-certs", "FILE|DIR", "Certificates between the hub's server certificate and its anchor, if the hub does not send them.");
    private readonly Option<bool> _json = new("--json") { Description = "Write the answer as JSON." };
    private readonly TimeProvider _clock;

    private HubOptions(TimeProvider clock) => _clock = clock;

    public static HubOptions AddTo(Command command, TimeProvider clock)
    {
        var options = new HubOptions(clock);
        foreach (var option in new Option[] { options._hub, options._key, options._trust, options._extra, options._json }) command.Options.Add(option);
        return options;
    }

    /// <summary>Makes one call and writes its answer: as JSON, or by <paramref name="show"/>. Gives the exit code, that of the catalogue when the hub answers with a fault.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="call">The call; what may take longer, or asks page after page, is made <see cref="AsLongAsItTakes"/>.</param>
    /// <param name="show">Writes the answer for people.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="UsageException">An option names what cannot be used.</exception>
    public async Task<int> CallAsync<T>(ParseResult parsed, Func<CallInvoker, CallOptions, Task<T>> call, Action<Page, T> show, CancellationToken cancellation) where T : IMessage
    {
        var json = parsed.GetValue(_json);
        using var connection = Open(parsed);
        T answer;
        try
        {
            answer = await call(connection.Channel.CreateCallInvoker(), new CallOptions(deadline: (_clock.GetUtcNow() + Patience).UtcDateTime, cancellationToken: cancellation));
        }
        catch (RpcException failed)
        {
            return HubFault.Of(failed).Write(json);
        }

        StandardOutput.Write(() =>
        {
            if (json) Console.Out.WriteLine(Formatter.Format(answer));
            else show(Page.Out(), answer);
        });
        return ExitCode.Done;
    }

    /// <summary>The options without a deadline, for work that grows with what the hub holds. A hub that went away is noticed by the connection, which asks it now and then.</summary>
    public static CallOptions AsLongAsItTakes(CallOptions options) => new(cancellationToken: options.CancellationToken);

    private HubConnection Open(ParseResult parsed)
    {
        var address = parsed.GetRequiredValue(_hub);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var hub) || hub.Scheme != Uri.UriSchemeHttps) throw new UsageException($"--hub: '{address}' is no https://HOST:PORT address.");
        var anchors = CertificateFiles.Read("--trust", parsed.GetRequiredValue(_trust));
        var extra = CertificateFiles.Read("--extra-certs", parsed.GetRequiredValue(_extra));
        try
        {
            return HubConnection.Open(hub, ClientKey.Open(parsed.GetRequiredValue(_key)), [.. anchors], [.. extra]);
        }
        catch (Exception unusable) when (unusable is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException or CryptographicException or ArgumentException or UriFormatException)
        {
            throw new UsageException($"--key: {unusable.Message}", unusable);
        }
    }
}
