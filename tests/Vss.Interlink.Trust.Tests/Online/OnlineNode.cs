using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Online;

/// <summary>A node that judges certificates below one anchor and has no revocation answers but what it fetches.</summary>
internal sealed class OnlineNode : IDisposable
{
    public OnlineNode(Holder anchor, AuthorityHost host, Action<OnlineOptions>? set = null, IRevocationLibrary? library = null, ManualClock? clock = null)
    {
        Options = new OnlineOptions { Order = StatusOrder.OcspFirst, Nonce = NonceRule.NotSent, FetchIssuers = true };
        Options.Hosts.Add(host.Name);
        set?.Invoke(Options);
        Assert.Empty(Options.Faults());
        Library = library ?? new MemoryLibrary();
        Clock = clock ?? new ManualClock(Holder.Now);
        var folders = new TrustStore([anchor.Certificate], [], []);
        Source = new RevocationSource(Options, () => folders, Library, Clock, NullLogger<RevocationSource>.Instance);
    }

    public OnlineOptions Options { get; }

    public ManualClock Clock { get; }

    public IRevocationLibrary Library { get; }

    public RevocationSource Source { get; }

    public ValueTask<VerificationResult> VerifyAsync(Holder leaf, params Holder[] sent) => Source.VerifyAsync(() => Judge(leaf, sent), CancellationToken.None);

    public async Task AcceptsAsync(Holder leaf, params Holder[] sent)
    {
        var result = await VerifyAsync(leaf, sent);
        Assert.True(result is VerificationResult.Passed, (result as VerificationResult.Refused)?.Verdict.Failure?.ToString());
    }

    public async Task<Step> RefusesAsync(Holder leaf, string rule, params Holder[] sent)
    {
        var refused = Assert.IsType<VerificationResult.Refused>(await VerifyAsync(leaf, sent));
        Assert.Equal(rule, refused.Verdict.Failure!.Rule);
        return refused.Verdict.Failure;
    }

    public void Dispose() => Source.Dispose();

    private VerificationResult Judge(Holder leaf, Holder[] sent)
    {
        var ladder = new Ladder();
        X509Certificate2Collection along = [.. sent.Select(holder => holder.Certificate)];
        var isGood = CertificateJudge.Judge(leaf.Certificate, along, Source.Current, Clock.GetUtcNow(), forClientAuthentication: false, ValidationPolicy.Strict, ladder);
        return ladder.Result(isGood ? new VerifiedDocument(Assurance.Signed, null, ladder.Passed(), ReadOnlyMemory<byte>.Empty) : null);
    }
}

/// <summary>An authority with a responder at /ocsp, a list at /list and its certificate at /issuer; and leaves that name them.</summary>
internal sealed class OnlineAuthority : IAsyncDisposable
{
    private OnlineAuthority(AuthorityHost host) => Host = host;

    public AuthorityHost Host { get; }

    public Holder Root { get; } = Holder.Root();

    public static async Task<OnlineAuthority> StartAsync() => new(await AuthorityHost.StartAsync());

    public Holder Leaf(string? ocsp = "/ocsp", string? list = "/list", Holder? issuer = null, string? issuerAt = null, string? elsewhere = null) => (issuer ?? Root).Issue("CN=Leaf", settings =>
    {
        string[] At(string? path) => path is null ? [] : [elsewhere is null ? Host.At(path) : elsewhere + path];
        if (ocsp is not null || issuerAt is not null) settings.With(new X509AuthorityInformationAccessExtension(At(ocsp), At(issuerAt)));
        if (list is not null) settings.With(Extensions.Point(At(list)[0]));
    });

    /// <summary>Answers about one certificate, echoing the nonce.</summary>
    public void ServeOcsp(Holder about, Action<AnswerSettings>? set = null, TimeSpan delay = default) => Host.Serve("/ocsp", async call =>
    {
        await Task.Delay(delay, call.Http.RequestAborted);
        return Root.Answer(about, Root, answer =>
        {
            answer.Other = OcspAnswers.NonceOf(call.Body);
            set?.Invoke(answer);
        });
    });

    public void ServeList(Action<ListSettings>? set = null, string path = "/list", Holder? issuer = null) => Host.Serve(path, () => (issuer ?? Root).List(set));

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
