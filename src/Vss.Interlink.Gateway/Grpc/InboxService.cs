using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Vss.Interlink.Connectors.Inside;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Grpc;

/// <summary>Deliveries to the inside: out with a lease, back with an acknowledgement.</summary>
public sealed class InboxService(InsideConnector connector, ReceiverBox box, InsideCaller caller, FaultBoundary faults, IOptions<ExchangeOptions> options, TimeProvider clock) : Inbox.InboxBase
{
    private const int LargestWindow = 256;
    private const int DefaultWindow = 16;
    private const int LongestName = 64;
    private const int ChunkSize = 64 * 1024;

    public override Task Receive(IAsyncStreamReader<InboxRequest> requestStream, IServerStreamWriter<InboxDelivery> responseStream, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.PartCase != InboxRequest.PartOneofCase.Subscribe)
            throw new ExchangeFault(Fault.SchemaViolation, "The first message must subscribe.", "inbox.subscribe-first");
        var wanted = requestStream.Current.Subscribe;
        if (wanted.Service.Length is 0 or > LongestName || !wanted.Service.All(letter => letter is > ' ' and <= '~'))
            throw new ExchangeFault(Fault.SchemaViolation, $"service must be 1 to {LongestName} printable ASCII characters without blanks.", "inbox.service");
        var window = wanted.MaxInFlight == 0 ? DefaultWindow : wanted.MaxInFlight;
        if (window is < 1 or > LargestWindow) throw new ExchangeFault(Fault.SchemaViolation, $"max_in_flight must be 1 to {LargestWindow}.", "inbox.window");

        var peer = new StreamCaller(caller, context, clock);
        using var subscriber = connector.Join(wanted.Service, window);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var answers = TakeAnswersAsync(requestStream, subscriber, peer, ended, reading.Token);
        try
        {
            await foreach (var work in subscriber.ReadAllAsync(ended.Token)) await OfferAsync(work, subscriber, peer, responseStream);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            // The service closed its side: it wants no more.
        }
        catch (ExchangeFault)
        {
            await StopReadingAsync();
            throw;
        }
        catch
        {
            // Writing failed: the call is lost, and with it whatever the reader still waits for. It must end before what it works with is disposed.
            context.GetHttpContext().Abort();
            await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        if (subscriber.HubStops)
        {
            await StopReadingAsync();
            throw FaultBoundary.HubStops();
        }

        await answers;

        async Task StopReadingAsync()
        {
            await reading.CancelAsync();
            await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    public override Task Download(DownloadRequest request, IServerStreamWriter<DownloadChunk> responseStream, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        if (!ExchangeId.TryParse(request.ExchangeId, out var exchange)) throw new ExchangeFault(Fault.NotFound, "There is no such exchange.", "inbox.exchange");
        await using var content = await box.OpenAttachmentAsync(exchange, request.AttachmentId, options.Value.InsideOrgans.Select(OrganId.Stored), context.CancellationToken);
        var buffer = new byte[ChunkSize];
        int read;
        while ((read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.CancellationToken)) > 0)
        {
            await responseStream.WriteAsync(new DownloadChunk { Data = ByteString.CopyFrom(buffer, 0, read) });
        }
    });

    // A stream may be open for months. Whoever may not connect any more is not given anything more either.
    private static async Task OfferAsync(DeliveryWork work, InboxSubscriber subscriber, StreamCaller peer, IServerStreamWriter<InboxDelivery> stream)
    {
        try
        {
            await peer.RequireAsync();
        }
        catch (ExchangeFault refused)
        {
            subscriber.Settle(work.LeaseToken, new HandOver.NotNow($"{subscriber.Service} was not given it: {refused.Detail}", TimeSpan.FromSeconds(1), Attempted: false));
            throw;
        }

        await stream.WriteAsync(Delivery(work));
    }

    private static async Task TakeAnswersAsync(IAsyncStreamReader<InboxRequest> requests, InboxSubscriber subscriber, StreamCaller peer, CancellationTokenSource ended, CancellationToken cancellation)
    {
        try
        {
            while (await requests.MoveNext(cancellation))
            {
                await peer.RequireAsync();   // else who found a key could say of a delivery that its service has it

                // An answer to a lease that ran out finds nothing: the delivery is handed out again under the same idempotency key.
                _ = requests.Current.PartCase switch
                {
                    InboxRequest.PartOneofCase.Acknowledge => subscriber.Settle(requests.Current.Acknowledge.LeaseToken, new HandOver.Delivered(subscriber.Service)),
                    InboxRequest.PartOneofCase.Refuse => subscriber.Settle(requests.Current.Refuse.LeaseToken, Refusal(requests.Current.Refuse)),
                    _ => throw new ExchangeFault(Fault.SchemaViolation, "After subscribing only acknowledgements and refusals are expected.", "inbox.answers"),
                };
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <summary>The caller of a stream, looked at again as long as the stream is used, once a second at most: lists and answers do not change faster.</summary>
    private sealed class StreamCaller(InsideCaller caller, ServerCallContext context, TimeProvider clock)
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

        private long _lookedAt = clock.GetTimestamp();

        /// <summary>Throws unless the caller is still a registered inside service whose certificate is good.</summary>
        public async ValueTask RequireAsync()
        {
            if (clock.GetElapsedTime(Volatile.Read(ref _lookedAt)) < Interval) return;
            await caller.RequireAsync(context);
            Volatile.Write(ref _lookedAt, clock.GetTimestamp());
        }
    }

    private static HandOver Refusal(Refuse refuse) => refuse.Passing ? new HandOver.NotNow(refuse.Reason) : new HandOver.Refused(Fault.PartnerRefused, refuse.Reason);

    private static InboxDelivery Delivery(DeliveryWork work) => new()
    {
        DeliveryId = work.DeliveryId.ToString(),
        IdempotencyKey = work.IdempotencyKey,
        LeaseToken = work.LeaseToken,
        LeaseUntil = work.LeaseUntil.ToTimestamp(),
        Attempt = work.Attempt,
        ExchangeId = work.ExchangeId.ToString(),
        Dossier = work.Dossier,
        Assurance = AssuranceText.Of(work.Assurance),
        SignedBy = work.SignedBy ?? "",
        Receipt = ByteString.CopyFrom(work.Receipt.Span),
    };
}
