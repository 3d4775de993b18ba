using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Vss.Interlink.V1;

namespace Vss.Interlink.Sandbox.Inside;

/// <summary>How one of VSS's own services reaches the hub.</summary>
/// <param name="Hub">The inside edge.</param>
/// <param name="Certificate">Client certificate with its key.</param>
/// <param name="Anchors">Roots that the hub's TLS certificate must chain to.</param>
/// <param name="Name">Name of the service.</param>
public sealed record InsideOptions(Uri Hub, X509Certificate2 Certificate, X509Certificate2Collection Anchors, string Name)
{
    /// <summary>Certificates between the anchors and the hub.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];

    /// <summary>False plays a service that takes deliveries and never answers.</summary>
    public bool Acknowledges { get; init; } = true;

    /// <summary>Told of each delivery that was taken, repeats included, before it is acknowledged.</summary>
    public Action<TakenDelivery>? Record { get; init; }
}

/// <summary>One delivery as the service saw it.</summary>
/// <param name="Sha256">Of each attachment's content as downloaded, hexadecimal, by id.</param>
public sealed record TakenDelivery(InboxDelivery Delivery, IReadOnlyDictionary<string, string> Sha256);

/// <summary>Plays an inside system: takes deliveries, downloads what is attached, acknowledges; submits dossiers. Honours the idempotency key, as a good receiver does.</summary>
public sealed class InsideService : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly InsideOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, TakenDelivery> _taken = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _handedOver = new();
    private readonly Task _receiving;

    private InsideService(InsideOptions options)
    {
        _options = options;
        _channel = Connect(options);
        Exchange = new DossierExchange.DossierExchangeClient(_channel);
        Inbox = new Inbox.InboxClient(_channel);
        _receiving = ReceiveAsync();
    }

    public DossierExchange.DossierExchangeClient Exchange { get; }

    public Inbox.InboxClient Inbox { get; }

    /// <summary>Deliveries by idempotency key.</summary>
    public IReadOnlyDictionary<string, TakenDelivery> Taken => _taken;

    /// <summary>Idempotency keys in the order in which they were handed over, repeats included.</summary>
    public IReadOnlyCollection<string> HandedOver => _handedOver;

    public static InsideService Start(InsideOptions options) => new(options);

    /// <summary>A channel with a client certificate, trusting nothing but the given anchors.</summary>
    public static GrpcChannel Connect(InsideOptions options)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(options.Anchors);
        policy.ExtraStore.AddRange(options.Intermediates);
        var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy, ClientCertificates = [options.Certificate] } };
        return GrpcChannel.ForAddress(options.Hub, new GrpcChannelOptions { HttpHandler = handler });
    }

    /// <summary>Submits a dossier with the contents of its attachments.</summary>
    public async Task<SubmitResponse> SubmitAsync(Dossier dossier, IReadOnlyDictionary<string, byte[]> contents, CancellationToken cancellation = default)
    {
        const int chunk = 256 * 1024;
        using var call = Exchange.Submit(cancellationToken: cancellation);
        await call.RequestStream.WriteAsync(new SubmitRequest { Dossier = dossier }, cancellation);
        foreach (var attachment in dossier.Attachments)
        {
            var content = contents[attachment.Id];
            for (var at = 0; at == 0 || at < content.Length; at += chunk)
            {
                var data = ByteString.CopyFrom(content, at, Math.Min(chunk, content.Length - at));
                await call.RequestStream.WriteAsync(new SubmitRequest { Chunk = new AttachmentChunk { AttachmentId = attachment.Id, Data = data } }, cancellation);
            }
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _receiving;
        _stop.Dispose();
        _channel.Dispose();
    }

    // Connects again after every break, as a service must.
    private async Task ReceiveAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var call = Inbox.Receive(cancellationToken: _stop.Token);
                await call.RequestStream.WriteAsync(new InboxRequest { Subscribe = new Subscribe { Service = _options.Name } });
                await foreach (var delivery in call.ResponseStream.ReadAllAsync(_stop.Token))
                {
                    await TakeAsync(delivery);
                    if (_options.Acknowledges) await call.RequestStream.WriteAsync(new InboxRequest { Acknowledge = new Acknowledge { LeaseToken = delivery.LeaseToken } });
                }
            }
            catch (Exception broken) when (broken is RpcException or OperationCanceledException or InvalidOperationException or IOException)
            {
                if (!_stop.IsCancellationRequested) await Task.Delay(200).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TakeAsync(InboxDelivery delivery)
    {
        _handedOver.Enqueue(delivery.IdempotencyKey);
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attachment in delivery.Dossier.Attachments)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var download = Inbox.Download(new DownloadRequest { ExchangeId = delivery.ExchangeId, AttachmentId = attachment.Id }, cancellationToken: _stop.Token);
            await foreach (var piece in download.ResponseStream.ReadAllAsync(_stop.Token)) hash.AppendData(piece.Data.Span);
            digests[attachment.Id] = Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        var taken = new TakenDelivery(delivery, digests);
        _taken[delivery.IdempotencyKey] = taken;
        _options.Record?.Invoke(taken);
    }
}
