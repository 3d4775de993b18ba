using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.EdXml;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Exchange.Tests.Bodies;
using Vss.Interlink.Exchange.Tests.Translation;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests;

/// <summary>The road's middle with real keys and a real ledger on a folder; connectors are the test's. Two hubs on one folder are two nodes, or two starts.</summary>
public sealed class Hub : IAsyncDisposable
{
    public const string Signer = "CN=Ministry";

    private readonly TestTrust _trust;

    public Hub(string folder, TimeProvider? clock = null, DeliveryOptions? delivery = null, params IPartnerConnector[] connectors) : this(folder, clock, delivery, null, null, connectors) { }

    public Hub(string folder, TimeProvider? clock, DeliveryOptions? delivery, ClaimOptions? claims, IReplayGuard? guard, params IPartnerConnector[] connectors)
        : this(ExchangeLedger.OpenSqlite(Path.Combine(folder, "ledger.db"), clock ?? TimeProvider.System), folder, delivery, claims, guard, connectors)
    {
    }

    public Hub(ExchangeLedger ledger, string folder, DeliveryOptions? delivery = null, params IPartnerConnector[] connectors) : this(ledger, folder, delivery, null, null, connectors) { }

    /// <param name="ledger">Goes with the hub; its clock is the hub's.</param>
    /// <param name="folder">Of the bodies.</param>
    /// <param name="delivery">Times and numbers.</param>
    /// <param name="claims">Limits; null for the defaults.</param>
    /// <param name="guard">Null for the process alone.</param>
    /// <param name="connectors">The roads.</param>
    public Hub(ExchangeLedger ledger, string folder, DeliveryOptions? delivery, ClaimOptions? claims, IReplayGuard? guard, params IPartnerConnector[] connectors)
    {
        claims ??= new ClaimOptions();
        (Ledger, Clock) = (ledger, ledger.Clock);
        _trust = new TestTrust(Clock);
        Bodies = new BodyStore(Path.Combine(folder, "bodies"), 1 << 24, TestBodyKeys.One, Clock);
        List<string> wrong = [];
        var routes = RoutingTable.Build([(Dossiers.Inside, "inside"), (Dossiers.Ministry, "box"), (Dossiers.Axis, "axis"), ("G22", "axis")], wrong)!;
        Evidence = new HubEvidence(_trust.Signer, OrganId.Stored("G24"), NullLogger<HubEvidence>.Instance);
        var refusing = new NamedPolicy(SignaturePolicy.Default, SignatureLevel.Dsig, TimeSpan.Zero, UnsignedRule.Refuse, ClientCertificateRule.NotRequired, AttachmentRule.NotJudged);
        var signer = new OrganSigner(Signer, null, null, SignerRole.Agency);
        var policies = new PartnerPolicies(
        [
            new PartnerPolicy(Dossiers.Ministry, "Ministry", [signer], refusing),
            new PartnerPolicy("G15", "Another", [signer], refusing),
            new PartnerPolicy(Dossiers.Axis, "Over the axis", [], refusing with { Unsigned = UnsignedRule.InformationOnly }),
        ]);
        Audit = new AuditTrail(Ledger, () => policies, Clock, NullLogger<AuditTrail>.Instance);
        guard ??= new ProcessReplayGuard(claims, Clock);
        var owner = ClaimOwner.OfThisStart("node");
        Claims = new MessageClaims(guard, Ledger, owner, TimeSpan.FromSeconds(20), Clock);
        var options = delivery ?? new DeliveryOptions { Poll = TimeSpan.FromMilliseconds(200) };
        var profiles = new DeliveryProfiles(options, Everyday(), NullLogger<DeliveryProfiles>.Instance);
        Intake = new DossierIntake(
            Ledger, Evidence, () => policies, new AttachmentJudge(Bodies, _trust.Revocation, Clock), new SubmissionRoads(routes, connectors, () => policies, Clock), profiles, new HashSet<OrganId> { OrganId.Stored(Dossiers.Inside) }, Audit, Clock,
            new PartnerGate(guard, owner, claims), Claims, new IntakeRoom(folder, minFreeBytes: 0, long.MaxValue, Ledger, Clock), Bodies, TimeSpan.FromHours(1), NullLogger<DossierIntake>.Instance);
        var statuses = new Statuses(routes, profiles, Clock);
        Letters = new DeadLetters(Ledger, Evidence, statuses, Clock);
        Deadlines = new DeadlineWatch(Ledger, new LedgerClock(Ledger, options.Lease), Evidence, statuses, connectors, TimeSpan.FromMinutes(1), Clock, NullLogger<DeadlineWatch>.Instance);
        History = new ExchangeHistory(Ledger);
        Box = new ReceiverBox(Ledger, Bodies, Evidence, statuses, Clock);
        Worker = new DeliveryWorker(
            Ledger, Bodies, _trust.Signer, Evidence, statuses, connectors, options, profiles, new ReceiverRules(routes, () => policies), "node", Clock, new Random(1), NullLogger<DeliveryWorker>.Instance);
    }

    /// <summary>Takes the hub's key away, so that what comes next cannot be answered with a receipt.</summary>
    public void LoseKey() => _trust.Key.Dispose();

    public TimeProvider Clock { get; }

    public BodyStore Bodies { get; }

    public ExchangeLedger Ledger { get; }

    public HubEvidence Evidence { get; }

    public AuditTrail Audit { get; }

    public MessageClaims Claims { get; }

    public DossierIntake Intake { get; }

    public ExchangeHistory History { get; }

    public ReceiverBox Box { get; }

    public DeliveryWorker Worker { get; }

    public DeadLetters Letters { get; }

    public DeadlineWatch Deadlines { get; }

    /// <summary>Verifies the hub's signed documents as anybody would.</summary>
    public Trust.Verification.EnvelopedVerifier Verifier => _trust.Enveloped;

    public string[] Signers => [_trust.Signer.Name];

    /// <summary>Verifies time stamps by the same anchors.</summary>
    public Trust.TimeStamps.TimeStampVerifier Stamps => new(() => _trust.Store, Clock);

    public static Submission Signed(Dossier dossier, string subject = Signer, IReadOnlyDictionary<string, StoredBody>? attachments = null) =>
        new(VerifiedDocuments.Signed(subject, dossier.ToByteArray()), dossier, attachments ?? new Dictionary<string, StoredBody>(), "soap", answeredByStatus: false);

    public static Submission FromInside(Dossier dossier) => InsideDossier.Read(VerifiedDocuments.FromInside(dossier.ToByteArray()), new Dictionary<string, StoredBody>());

    /// <summary>A document of the axis, unsigned, with one receiver; it is answered by statuses.</summary>
    public async Task<Submission> FromAxisAsync(string receiver = Dossiers.Inside)
    {
        await Bodies.StoreAsync(new MemoryStream(EdXmlDossierTests.Content), CancellationToken.None);
        var packet = EdXmlDossierTests.Packet();
        return EdXmlDossierTests.Read(packet with { Header = packet.Header with { To = [new Organization { OrganId = receiver }] } });
    }

    public Task<Acceptance> AcceptAsync(Submission submission) => Intake.AcceptAsync(submission, CancellationToken.None);

    /// <summary>The exchange once the condition holds; fails after some seconds.</summary>
    public async Task<ExchangeView> WhenAsync(ExchangeId id, Func<ExchangeView, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        ExchangeView? last = null;
        try
        {
            await foreach (var view in History.WatchAsync(id, patience.Token))
            {
                last = view;
                if (condition(view)) return view;
            }
        }
        catch (OperationCanceledException)
        {
        }

        throw new InvalidOperationException($"It did not come to that: {last}");
    }

    // Worked each day of this year and the next, around the clock, so that a deadline in hours is one on any day on which the tests run.
    private WorkingCalendar Everyday()
    {
        var year = Clock.GetUtcNow().Year;
        var years = new[] { year, year + 1 }.ToDictionary(one => one.ToString(), one => new { off = new Dictionary<string, string>(), madeUp = Weekends(one) });
        List<string> wrong = [];
        return WorkingCalendar.Read(new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new { workingHours = new[] { "00:00-23:59" }, years })), wrong) ?? throw new InvalidOperationException(string.Join(' ', wrong));
    }

    private static Dictionary<string, string> Weekends(int year) => Enumerable.Range(0, 366).Select(day => new DateOnly(year, 1, 1).AddDays(day))
        .Where(day => day.Year == year && (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)).ToDictionary(day => day.ToString("yyyy-MM-dd"), _ => "");

    public async ValueTask DisposeAsync()
    {
        await Worker.StopAsync(CancellationToken.None);
        Worker.Dispose();
        Deadlines.Dispose();
        await Ledger.DisposeAsync();
        _trust.Dispose();
    }
}

/// <summary>A connector that does what the test says.</summary>
public sealed class ScriptedConnector(string name, bool relays, Func<DeliveryWork, CancellationToken, Task<HandOver>> handOver) : IPartnerConnector
{
    private int _calls;
    private int _places = int.MaxValue;

    public event Action? PlacesAdded;

    public int Places
    {
        get => Volatile.Read(ref _places);
        set
        {
            Volatile.Write(ref _places, value);
            PlacesAdded?.Invoke();
        }
    }

    public ScriptedConnector(string name, bool relays, Func<DeliveryWork, HandOver> handOver) : this(name, relays, (work, _) => Task.FromResult(handOver(work))) { }

    public string Name => name;

    public bool Relays => relays;

    public int Calls => _calls;

    public System.Collections.Concurrent.ConcurrentQueue<DeliveryWork> Works { get; } = new();

    public Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _calls);
        Works.Enqueue(work);
        return handOver(work, cancellation);
    }
}
