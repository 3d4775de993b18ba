using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Pdf;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Online;

/// <summary>What came of asking.</summary>
/// <param name="IsNew">Whether something is at hand now that was not; then it is worth to judge again.</param>
/// <param name="Why">Why the rest did not come; empty where all did.</param>
public sealed record Obtained(bool IsNew, string Why);

/// <summary>
/// Gets what judges lacked: statuses of certificates by OCSP (RFC 6960, RFC 5019) and revocation lists (RFC 5280 section 5), and issuers (RFC 5280 section 4.2.2.1). Only from hosts
/// that are allowed, and within a limit of time. Judges themselves never wait: who verifies at an edge calls <see cref="VerifyAsync"/>, which asks only when something lacks.
/// </summary>
public sealed partial class RevocationSource : IDisposable
{
    private const string FreshestCrl = "2.5.29.46";
    private const int MaxRounds = 6;         // an issuer, the one above it, and so on; then their statuses
    private const int MaxAddresses = 4;      // of one kind, of one certificate

    private readonly OnlineOptions _options;
    private readonly AllowedHosts _hosts;
    private readonly AuthorityClient _client;
    private readonly AnswerFetcher _fetcher;
    private readonly Func<TrustStore> _folders;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <param name="options">Whole, by its own rules.</param>
    /// <param name="folders">The store without what is fetched.</param>
    /// <param name="library">Where answers are shared.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">The log.</param>
    public RevocationSource(OnlineOptions options, Func<TrustStore> folders, IRevocationLibrary library, TimeProvider clock, ILogger<RevocationSource> logger)
    {
        (_options, _folders, _clock, _logger) = (options, folders, clock, logger);
        _hosts = new AllowedHosts(options.Hosts);
        Known = new KnownAnswers(options);
        _client = new AuthorityClient(_hosts, options, clock);
        _fetcher = new AnswerFetcher(options, Known, _client, library, () => Current, clock, logger);
    }

    /// <summary>Whether anything may be fetched.</summary>
    public bool IsOn => !_hosts.IsEmpty;

    /// <summary>The configured folders and what was fetched beyond them; a new instance only when something changed.</summary>
    public TrustStore Current => Known.Over(_folders());

    internal KnownAnswers Known { get; }

    internal AnswerFetcher Fetcher => _fetcher;

    /// <summary>Verifies, and once more for each thing that was lacking and came. Where the refusal stands for want of an answer, its rung says what was tried and which limit was hit.</summary>
    /// <param name="verify">A verification of one document; it may be run several times.</param>
    /// <param name="cancellation">Ends the waiting, not the asking.</param>
    public async ValueTask<VerificationResult> VerifyAsync(Func<VerificationResult> verify, CancellationToken cancellation)
    {
        var result = verify();
        if (LacksOf(result).Count == 0) return result;
        var (last, why) = await RoundsAsync(result, verify, LacksOf, cancellation);
        return last is VerificationResult.Refused { Lacks.Count: > 0 } refused ? refused with { Verdict = WithReason(refused.Verdict, why) } : last;

        static IReadOnlyList<Lack> LacksOf(VerificationResult result) => result is VerificationResult.Refused refused ? refused.Lacks : [];
    }

    /// <inheritdoc cref="VerifyAsync(Func{VerificationResult}, CancellationToken)"/>
    public async ValueTask<PdfReport> VerifyAsync(Func<PdfReport> verify, CancellationToken cancellation)
    {
        var result = verify();
        if (LacksOf(result).Count == 0) return result;
        return (await RoundsAsync(result, verify, LacksOf, cancellation)).Result;

        static IReadOnlyList<Lack> LacksOf(PdfReport report) => [.. report.Signatures.SelectMany(signature => signature.Lacks)];
    }

    /// <summary>Gets what is lacking for as long as that changes what is lacking.</summary>
    /// <param name="lacks">Judges, and tells what was not at hand.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async ValueTask ObtainAsync(Func<IReadOnlyList<Lack>> lacks, CancellationToken cancellation)
    {
        var first = lacks();
        if (first.Count > 0) await RoundsAsync(first, lacks, still => still, cancellation);
    }

    /// <inheritdoc cref="VerifyAsync(Func{VerificationResult}, CancellationToken)"/>
    public async ValueTask<JudgedTimeStamp> VerifyAsync(Func<JudgedTimeStamp> verify, CancellationToken cancellation)
    {
        var result = verify();
        if (result.Lacks.Count == 0) return result;
        var (last, why) = await RoundsAsync(result, verify, judged => judged.Lacks, cancellation);
        return last.Lacks.Count > 0 ? last with { Verdict = WithReason(last.Verdict, why) } : last;
    }

    /// <summary>Gets what is lacking, all of it at the same time, within the limit. What is still on its way then comes later and serves the next document.</summary>
    public Task<Obtained> ObtainAsync(IReadOnlyList<Lack> lacks, CancellationToken cancellation) => ObtainAsync(lacks, TimeSpan.FromMilliseconds(_options.LimitMilliseconds), cancellation);

    private async Task<Obtained> ObtainAsync(IReadOnlyList<Lack> lacks, TimeSpan limit, CancellationToken cancellation)
    {
        if (!IsOn) return new Obtained(false, lacks.All(lack => lack.IsOfIssuer) ? "" : "nothing is fetched, for Trust:Online:Hosts is empty");
        Task<string?>[] asked = [.. lacks.Select(lack => Task.Run(() => GetAsync(lack), CancellationToken.None))];
        try
        {
            await Task.WhenAll(asked).WaitAsync(limit, _clock, cancellation);
        }
        catch (TimeoutException)
        {
            return new Obtained(asked.Any(one => one is { IsCompletedSuccessfully: true, Result: null }), $"it did not come within the limit of {_options.LimitMilliseconds} ms");
        }

        var reasons = asked.Select(one => one.Result).OfType<string>().ToList();
        return new Obtained(reasons.Count < asked.Length, string.Join("; ", reasons.Where(why => why.Length > 0).Distinct(StringComparer.Ordinal)));
    }

    /// <summary>Answers in use that could not be renewed and end soon, each as a sentence; empty when all is well.</summary>
    public IReadOnlyList<string> Endangered() =>
    [
        .. Known.All.Where(answer => answer is { Failures: > 0, IsInUse: true } && answer.Question.Path.Count > 1)
            .OrderBy(answer => answer.EndsAt)
            .Select(answer => $"{(answer.List is null ? "An OCSP answer" : "The list")} of {answer.Question.Address} of the issuer {answer.Question.Path[1].Certificate.Subject} expires at {Times.Iso(answer.EndsAt)} and could not be renewed."),
    ];

    public void Dispose()
    {
        _fetcher.Dispose();
        _client.Dispose();
    }

    private async Task<(T Result, string Why)> RoundsAsync<T>(T first, Func<T> verify, Func<T, IReadOnlyList<Lack>> lacksOf, CancellationToken cancellation)
    {
        var began = _clock.GetTimestamp();
        var (result, why) = (first, "");
        for (var round = 0; round < MaxRounds && TimeSpan.FromMilliseconds(_options.LimitMilliseconds) - _clock.GetElapsedTime(began) is var left && left > TimeSpan.Zero; round++)
        {
            var lacks = lacksOf(result);
            var obtained = await ObtainAsync(lacks, left, cancellation);
            why = obtained.Why;
            if (!obtained.IsNew) break;
            result = verify();
            // What came did not help.
            if (lacksOf(result) is not { Count: > 0 } still || still.All(lack => lacks.Any(lack.IsSame)) && still.Count == lacks.Count) break;
        }

        if (IsOn) OnlineTelemetry.Waited(lacksOf(result).Count == 0);
        return (result, why);
    }

    private static Verdict WithReason(Verdict verdict, string why)
    {
        if (why.Length == 0 || verdict.Failure is not { } failure || failure.Rule is not (Rules.RevocationKnown or Rules.Chain)) return verdict;
        return verdict with { Ladder = [.. verdict.Ladder.Select(step => step == failure ? step with { Detail = $"{step.Detail}; {why}" } : step)] };
    }

    // Null when it came.
    private async Task<string?> GetAsync(Lack lack)
    {
        try
        {
            var path = lack.Path.Select(der => PathCertificate.TryRead(X509CertificateLoader.LoadCertificate(der.Span))).OfType<PathCertificate>().ToList();
            if (path.Count < lack.Path.Count) return "a certificate cannot be read";
            return lack.IsOfIssuer ? await IssuerAsync(path[0]) : await StatusAsync(path);
        }
        catch (Exception broken) when (broken is CryptographicException or AsnContentException)
        {
            return "the certificate's addresses cannot be read";
        }
        catch (Exception stopping) when (stopping is OperationCanceledException or ObjectDisposedException)
        {
            return "the hub is stopping";
        }
        catch (Exception unforeseen)
        {
            // Whoever waits is refused for want of an answer, not failed.
            Failed(_logger, unforeseen);
            return "asking failed";
        }
    }

    private async Task<string?> StatusAsync(IReadOnlyList<PathCertificate> path)
    {
        var ocspFirst = _options.Order is StatusOrder.OcspFirst;
        var first = await (ocspFirst ? AnswerAsync(path) : ListsAsync(path));
        if (first is null) return null;
        var second = await (ocspFirst ? ListsAsync(path) : AnswerAsync(path));
        return second is null ? null : string.Join("; ", new[] { first, second }.Where(why => why.Length > 0).DefaultIfEmpty("the certificate names no OCSP responder and no list over http"));
    }

    private Task<string?> AnswerAsync(IReadOnlyList<PathCertificate> path) =>
        FirstOfAsync(Access(path[0], access => access.EnumerateOcspUris()).Select(responder => new OcspQuestion(responder, path, _options.Nonce!.Value)));

    // Points that are for other reasons are all needed; those for reasons that are covered already stand for a list that failed.
    private async Task<string?> ListsAsync(IReadOnlyList<PathCertificate> path)
    {
        var (covered, problem) = (Reasons.None, "");
        foreach (var point in DistributionPoint.Of(path[0]).Take(MaxAddresses))
        {
            if ((point.Reasons & ~covered) == Reasons.None) continue;
            if (await FirstOfAsync(point.Addresses.Select(address => new ListQuestion(address, path, isDelta: false))) is { } why) problem = why;
            else covered |= point.Reasons;
            await DeltasAsync(point, path);
        }

        return covered == Reasons.All ? null : problem.Length > 0 || covered == Reasons.None ? problem : "its distribution points do not cover every reason";
    }

    // A complete list is good without; the delta only says more.
    private async Task DeltasAsync(DistributionPoint point, IReadOnlyList<PathCertificate> path)
    {
        foreach (var address in point.Addresses.Take(MaxAddresses))
        {
            if (!Known.TryGet(new ListQuestion(address, path, isDelta: false).Key, out var complete)) continue;
            var byCertificate = DistributionPoint.Read(path[0].Certificate.Extensions[FreshestCrl]?.RawData, path[0].Issuer);
            foreach (var freshest in DistributionPoint.Read(complete.List!.FreshestPoints, complete.List.Issuer).Concat(byCertificate).Take(MaxAddresses))
                await FirstOfAsync(freshest.Addresses.Select(delta => new ListQuestion(delta, path, isDelta: true)));
        }
    }

    // Whoever sends a certificate without a path is a stranger, and is not told what the hub is configured to do.
    private async Task<string?> IssuerAsync(PathCertificate certificate)
    {
        if (!_options.FetchIssuers) return "";
        return await FirstOfAsync(Access(certificate, access => access.EnumerateCAIssuersUris()).Where(_hosts.Allows).Select(place => new IssuerQuestion(place, certificate)));
    }

    // Null when one came; empty when there was none to ask.
    private async Task<string?> FirstOfAsync(IEnumerable<Question> questions)
    {
        List<string> reasons = [];
        foreach (var question in questions.Take(MaxAddresses))
        {
            // Not worth a turn in any queue.
            var why = _hosts.Allows(question.Address) ? await _fetcher.AskAsync(question) : $"{question.Address.Authority} is not in Trust:Online:Hosts";
            if (why is null) return null;
            reasons.Add(why);
        }

        return string.Join("; ", reasons.Distinct(StringComparer.Ordinal));
    }

    private static IEnumerable<Uri> Access(PathCertificate certificate, Func<X509AuthorityInformationAccessExtension, IEnumerable<string>> enumerate) =>
        certificate.Certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>().SelectMany(enumerate)
            .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null).OfType<Uri>();

    [LoggerMessage(1204, LogLevel.Error, "Getting what was lacking failed.")]
    private static partial void Failed(ILogger logger, Exception exception);
}
