using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.TestKit;
using Vss.Interlink.V1;

namespace Vss.Interlink.Cli.Tests.Hub;

/// <summary>The staff's side of a hub with one exchange in it: real gRPC over mutual TLS with the development PKI on a free loopback port.</summary>
internal sealed class HubHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HubHost(WebApplication app)
    {
        _app = app;
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        Address = $"https://localhost:{bound.Port}";
    }

    public string Address { get; }

    public static async Task<HubHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.UseHttps(https =>
            {
                https.ServerCertificate = TestPki.Instance.Load("hub-tls");
                https.ServerCertificateChain = Issuing();
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (client, _, _) => Leads(client);
            });
        }));
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<AdminDesk>();
        app.MapGrpcService<ExchangeDesk>();
        await app.StartAsync();
        return new HubHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    /// <summary>A refusal as the hub sends it: the catalogue's line in google.rpc.Status details.</summary>
    private static RpcException NotFound(string detail)
    {
        var fault = new FaultDetail { Fault = Fault.NotFound, Name = "NOT_FOUND", Detail = detail, Rule = "trace.found", Remedy = "Check the id; a partner finds only exchanges of its own organ.", Reference = "r-0042" };
        var details = new Google.Rpc.Status { Code = (int)StatusCode.NotFound, Message = fault.Name, Details = { Any.Pack(fault) } };
        return new RpcException(new Status(StatusCode.NotFound, fault.Name), new Metadata { { "grpc-status-details-bin", details.ToByteArray() } });
    }

    private static X509Certificate2Collection Issuing() => [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(TestPki.Instance.Intermediates, "issuing.crt"))];

    private static bool Leads(X509Certificate2 client)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.AddRange(TestPki.Instance.AnchorCertificates());
        chain.ChainPolicy.ExtraStore.AddRange(Issuing());
        return chain.Build(client);
    }

    private static class OneExchange
    {
        public const string Id = "x-0199aa11";

        public static readonly ExchangeView View = new()
        {
            ExchangeId = Id,
            Sender = "000.00.00.G22",
            MessageId = "btc-1",
            Kind = DossierKind.New,
            DocumentId = "000.00.00.G22,2026/11/21,7",
            Subject = "Hồ sơ mẫu",
            State = ExchangeState.Completed,
            AcceptedAt = At(0),
            ContentSha256 = ByteString.CopyFrom(new byte[32]),
            Assurance = "signed",
            Deliveries = { new DeliveryView { DeliveryId = "d-1", Receiver = "000.00.00.G99", Purpose = "dossier", State = DeliveryState.Delivered, Attempts = 2, ChangedAt = At(5), Outcome = "DELIVERY" } },
            Evidence = { new EvidenceView { Type = "DELIVERY", At = At(5), DeliveryId = "d-1", Sha256 = ByteString.CopyFrom(Enumerable.Repeat((byte)0xAB, 32).ToArray()), Stamp = new EvidenceStamp { Batch = 12, Leaf = 3, Leaves = 40, Time = At(60), Authority = "CN=Time" } } },
        };

        public static DeliveryEntry Dead(DeliveryState state) => new()
        {
            ExchangeId = Id,
            Sender = "000.00.00.G22",
            MessageId = "btc-1",
            Connector = "box",
            QueuedAt = At(0),
            WaitingBehind = 3,
            Delivery = new DeliveryView
            {
                DeliveryId = "d-1", Receiver = "000.00.00.G99", Purpose = "dossier", State = state, Attempts = 12, ChangedAt = At(5), LastError = "No answer within 100 s.", ExpiresAt = At(60), ExpiresSoon = true,
            },
        };

        public static Timestamp At(int seconds) => Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 21, 2, 0, 0, TimeSpan.Zero).AddSeconds(seconds));
    }

    private sealed class AdminDesk : Admin.V1.Admin.AdminBase
    {
        public override async Task ScrubBodies(BodiesRequest request, IServerStreamWriter<BodiesProgress> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new BodiesProgress { Seen = 700, Octets = 1000, Faults = 1, Findings = { new BodyFinding { Rule = "body.segment", Detail = "Body ab12 is damaged in segment 3 of 4." } } });
            await responseStream.WriteAsync(new BodiesProgress { Seen = 900, Octets = 2000, Faults = 2, Findings = { new BodyFinding { Rule = "body.present", Detail = "Body cd34 is not in the store." } }, Done = true });
        }

        public override Task RekeyBodies(BodiesRequest request, IServerStreamWriter<BodiesProgress> responseStream, ServerCallContext context) =>
            responseStream.WriteAsync(new BodiesProgress { Seen = 900, Octets = 500, Changed = 30, Done = true });

        public override Task CollectBodies(BodiesRequest request, IServerStreamWriter<BodiesProgress> responseStream, ServerCallContext context) => throw NotFound("no such thing");

        public override Task<ListDeliveriesResponse> ListDeliveries(ListDeliveriesRequest request, ServerCallContext context) => Task.FromResult(new ListDeliveriesResponse
        {
            Deliveries = { request.State == DeliveryState.Dead && request.Receiver is "" or "000.00.00.G99" ? [OneExchange.Dead(DeliveryState.Dead)] : [] },
            NextPageToken = request.PageSize == 1 ? "d-1" : "",
        });

        public override Task<DeliveryEntry> RetryDelivery(RetryDeliveryRequest request, ServerCallContext context) =>
            request.DeliveryId == "d-1" ? Task.FromResult(OneExchange.Dead(DeliveryState.Pending)) : throw NotFound("There is no delivery with this id.");

        public override Task<DeliveryEntry> DiscardDelivery(DiscardDeliveryRequest request, ServerCallContext context) => (request.DeliveryId, request.Reason) == ("d-1", "wrong office")
            ? Task.FromResult(OneExchange.Dead(DeliveryState.Discarded))
            : throw NotFound("There is no delivery with this id.");

        public override Task<TraceResponse> Trace(TraceRequest request, ServerCallContext context) => request.Id switch
        {
            OneExchange.Id => Task.FromResult(new TraceResponse
            {
                Exchange = OneExchange.View,
                Lines =
                {
                    new TraceLine { At = OneExchange.At(0), Event = "Accepted", Place = "soap", Detail = "signed" },
                    new TraceLine { At = OneExchange.At(2), Event = "Attempted PARTNER_UNAVAILABLE", DeliveryId = "d-1", Rule = "delivery.attempt", Detail = "connection refused\u001b[2J" },
                    new TraceLine { At = OneExchange.At(5), Event = "Delivered", DeliveryId = "d-1" },
                },
            }),
            "unimplemented" => throw new RpcException(new Status(StatusCode.Unimplemented, "no such method")),
            "strange-details" => throw new RpcException(new Status(StatusCode.PermissionDenied, "not you"), new Metadata { { "grpc-status-details-bin", [0xFF, 0xFF] } }),
            _ => throw NotFound("There is no exchange with this id and no refusal with this reference number."),
        };

        // Two pages, with what the first page's subject says on the second.
        public override Task<VerifyLedgerResponse> VerifyLedger(VerifyLedgerRequest request, ServerCallContext context) => Task.FromResult(Endless(context) && request.After.Length == 0
            ? new VerifyLedgerResponse { Exchanges = 100, Next = OneExchange.Id }
            : new VerifyLedgerResponse { Exchanges = 7, TimeStamps = new TimeStamps { Made = true, Batches = 12, Waiting = 2, OldestWaiting = OneExchange.At(5), Trouble = "Nobody answers." }, Findings = { new LedgerFinding { Subject = OneExchange.Id, Rule = "ledger.digest", Detail = "The dossier is not the content that was accepted.", Broken = true } } });

        // Of the first page nothing can be archived, of the second one something.
        public override Task<ArchiveLedgerResponse> ArchiveLedger(ArchiveLedgerRequest request, ServerCallContext context) => Task.FromResult(Endless(context) && request.After.Length == 0
            ? new ArchiveLedgerResponse { LeftOut = { new LedgerFinding { Subject = "x-2", Detail = "Its body is damaged." } }, Next = "x-2" }
            : new ArchiveLedgerResponse { Archive = "one.zip", ExchangeIds = { OneExchange.Id } });

        public override Task<Hold> PlaceHold(PlaceHoldRequest request, ServerCallContext context) => request.ExchangeId == OneExchange.Id
            ? Task.FromResult(new Hold { HoldId = "h-1", ExchangeId = request.ExchangeId, PlacedBy = "CN=inside", Reason = request.Reason, PlacedAt = OneExchange.At(9), Archive = "one.zip" })
            : throw NotFound("There is no exchange with this id.");

        private static bool Endless(ServerCallContext context) => context.Deadline == DateTime.MaxValue ? true : throw new RpcException(new Status(StatusCode.DeadlineExceeded, "Nobody says how long this takes."));
    }

    private sealed class ExchangeDesk : DossierExchange.DossierExchangeBase
    {
        public override Task<ExchangeView> Get(GetRequest request, ServerCallContext context) =>
            request.ExchangeId == OneExchange.Id ? Task.FromResult(OneExchange.View) : throw NotFound("There is no such exchange.");

        public override Task<ListResponse> List(ListRequest request, ServerCallContext context) => Task.FromResult(new ListResponse
        {
            Exchanges = { request.Sender is "" or "000.00.00.G22" && request.PageToken.Length == 0 ? [OneExchange.View] : [] },
            NextPageToken = request.PageSize == 1 ? "next-1" : "",
        });
    }
}
