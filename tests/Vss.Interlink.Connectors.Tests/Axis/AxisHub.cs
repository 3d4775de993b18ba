using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Connectors.Axis;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Deadlines;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;
using static Vss.Interlink.Connectors.Tests.Axis.AxisPackets;

namespace Vss.Interlink.Connectors.Tests.Axis;

/// <summary>The road from a ledger over the delivery worker to the sandbox's axis, over sockets. What the axis took can be kept from answering.</summary>
internal sealed class AxisHub : IAsyncDisposable
{
    private const string Secret = "sandbox-secret-not-real";

    private readonly string _folder = Directory.CreateTempSubdirectory("axis-hub").FullName;
    private readonly TestTrust _trust = new();
    private readonly HttpClient _http;
    private readonly HeldAnswers _held = new();
    private readonly RoutingTable _routes = RoutingTable.Build([(Ministry, "axis"), (Hub, "inside")], [])!;
    private readonly PartnerPolicies _policies = new([]);

    private AxisHub(AxisServer server, DeliveryOptions delivery)
    {
        (Axis, Delivery) = (server, delivery);
        Ledger = ExchangeLedger.OpenSqlite(Path.Combine(_folder, "ledger.db"), Clock);
        _http = new HttpClient(_held) { Timeout = Timeout.InfiniteTimeSpan };
        Worker = NewWorker();
    }

    public AxisServer Axis { get; }

    public DeliveryOptions Delivery { get; }

    public ExchangeLedger Ledger { get; }

    public DeliveryWorker Worker { get; private set; }

    /// <summary>Once set, the answer to the next sending that the axis took does not come; completed when it is held back.</summary>
    public TaskCompletionSource? Hold
    {
        set => _held.Next = value;
    }

    private static TimeProvider Clock => TimeProvider.System;

    /// <param name="delivery">Times and numbers.</param>
    /// <param name="axisClock">The axis's own; null: as everybody's.</param>
    public static async Task<AxisHub> OpenAsync(DeliveryOptions delivery, TimeProvider? axisClock = null) => new(
        await AxisServer.StartAsync(new AxisOptions
        {
            Systems = [new("hub", Secret, Hub, "Cơ quan bảo hiểm thử"), new("bo", "another-secret-not-real", Ministry, "Bộ thử")],
            Clock = axisClock ?? Clock,
        }),
        delivery);

    /// <summary>The node stops and starts again.</summary>
    public async Task RestartAsync()
    {
        await Worker.StopAsync(CancellationToken.None);
        Worker.Dispose();
        Worker = NewWorker();
        await Worker.StartAsync(CancellationToken.None);
    }

    /// <summary>A dossier for the ministry, accepted and queued.</summary>
    public async Task<ExchangeId> AcceptAsync(string number, Action<Dossier>? change = null)
    {
        var (id, now) = (ExchangeId.New(Clock), DateTimeOffset.FromUnixTimeMilliseconds(Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        var dossier = new Dossier
        {
            MessageId = $"m-{number}",
            Kind = DossierKind.New,
            Sender = new Organ { Id = Hub, Name = "Cơ quan bảo hiểm thử" },
            Receivers = { new Organ { Id = Ministry, Name = "Bộ thử" } },
            DocumentId = $"{Hub},2026/11/21,{number}/BHXH",
            Code = new DocumentCode { Number = number, Notation = "BHXH-CSXH" },
            PromulgationPlace = "Hà Nội",
            PromulgationDate = "2026-11-21",
            DocumentType = new DocumentType { Type = 18, Name = "Công văn" },
            Subject = $"Báo cáo {number}",
            SteeringType = 1,
            Business = new Business { DocType = 0, Reason = "Văn bản điện tử mới", Paper = 0 },
        };
        change?.Invoke(dossier);
        Assert.True(MessageId.TryParse(dossier.MessageId, out var message));
        var queued = new NewDelivery(DeliveryId.New(Clock), OrganId.Stored(Ministry), "axis", DeliveryPurpose.Dossier);
        var exchange = new NewExchange(
            id, OrganId.Stored(Hub), message, DossierDigest.Of(dossier), dossier, new Dictionary<string, StoredBody>(), Assurance.Signed, "CN=Service", false, now, "<receipt/>"u8.ToArray(), "grpc", [queued]);
        Assert.IsType<Claim.First>(await Ledger.AcceptAsync(exchange, CancellationToken.None));
        return id;
    }

    /// <summary>The exchange's one delivery once the condition holds; fails after some seconds.</summary>
    public async Task<DeliveryView> WhenAsync(ExchangeId id, Func<DeliveryView, bool> condition)
    {
        DeliveryView? last = null;
        for (var look = 0; look < 600; look++)
        {
            last = (await new ExchangeHistory(Ledger).FindAsync(id, CancellationToken.None))!.Deliveries.Single();
            if (condition(last)) return last;
            await Task.Delay(50);
        }

        throw new InvalidOperationException($"It did not come to that: {last}");
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.StopAsync(CancellationToken.None);
        Worker.Dispose();
        await Axis.DisposeAsync();
        await Ledger.DisposeAsync();
        _http.Dispose();
        _trust.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private DeliveryWorker NewWorker()
    {
        var vxp = new VxpOptions { BaseAddress = Axis.BaseAddress, AllowPlainHttp = true, SystemId = "hub", Secret = Secret, OrganId = Hub };
        var profiles = new DeliveryProfiles(Delivery, WorkingCalendar.Vietnam(), NullLogger<DeliveryProfiles>.Instance);
        return new DeliveryWorker(
            Ledger, new BodyStore(Path.Combine(_folder, "bodies"), 1 << 20, BodyKeys.Of("test", ("test", new byte[32])), Clock), _trust.Signer,
            new HubEvidence(_trust.Signer, OrganId.Stored(Hub), NullLogger<HubEvidence>.Instance), new Statuses(_routes, profiles, Clock), [new AxisConnector(new VxpClient(_http, vxp, Clock), Clock)],
            Delivery, profiles, new ReceiverRules(_routes, () => _policies), "node", Clock, new Random(1), NullLogger<DeliveryWorker>.Instance);
    }

    // The axis has answered, so it did what it was asked; the answer then stays on its way.
    private sealed class HeldAnswers() : DelegatingHandler(new SocketsHttpHandler())
    {
        private TaskCompletionSource? _next;

        public TaskCompletionSource? Next
        {
            set => Volatile.Write(ref _next, value);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.EndsWith("/sendEdoc", StringComparison.Ordinal) && Interlocked.Exchange(ref _next, null) is { } held)
            {
                held.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return response;
        }
    }
}
