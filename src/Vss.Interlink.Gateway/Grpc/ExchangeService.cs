using Google.Protobuf;
using Grpc.Core;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Grpc;

/// <summary>Submitting and following dossiers, for VSS's own services.</summary>
public sealed class ExchangeService(DossierIntake intake, ExchangeHistory history, SubmissionBodies bodies, InsideCaller caller, FaultBoundary faults) : DossierExchange.DossierExchangeBase
{
    public override Task<SubmitResponse> Submit(IAsyncStreamReader<SubmitRequest> requestStream, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.PartCase != SubmitRequest.PartOneofCase.Dossier)
            throw new ExchangeFault(Fault.SchemaViolation, "The first message must carry the dossier.", "submit.header-first");
        var octets = requestStream.Current.Dossier.ToByteArray();
        var attachments = await StoreAsync(requestStream, octets, context.CancellationToken);   // chunks go to the body store as they come
        var submission = InsideDossier.Read(await caller.VerifyAsync(context, octets), attachments);
        var accepted = await intake.AcceptAsync(submission, context.CancellationToken);
        return new SubmitResponse { ExchangeId = accepted.ExchangeId.ToString(), Receipt = ByteString.CopyFrom(accepted.Receipt), Repeated = accepted.Repeated };
    });

    public override Task<ExchangeView> Get(GetRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        return await FindAsync(request, context.CancellationToken);
    });

    public override Task<ListResponse> List(ListRequest request, ServerCallContext context) => faults.RunAsync(async () =>
    {
        await caller.RequireAsync(context);
        return await history.ListAsync(request, context.CancellationToken);
    });

    public override Task Watch(GetRequest request, IServerStreamWriter<ExchangeView> responseStream, ServerCallContext context) => faults.RunLongAsync(context, async ending =>
    {
        await caller.RequireAsync(context);
        var found = await FindAsync(request, ending);
        await foreach (var view in history.WatchAsync(ExchangeId.Stored(found.ExchangeId), ending)) await responseStream.WriteAsync(view, ending);
    });

    private async Task<Dictionary<string, StoredBody>> StoreAsync(IAsyncStreamReader<SubmitRequest> chunks, byte[] dossier, CancellationToken cancellation)
    {
        var stored = new Dictionary<string, StoredBody>(StringComparer.Ordinal);
        string? current = null;
        Func<BodyDigestStream>? begin = null;
        BodyDigestStream? writer = null;
        try
        {
            while (await chunks.MoveNext(cancellation))
            {
                if (chunks.Current.PartCase != SubmitRequest.PartOneofCase.Chunk) throw new ExchangeFault(Fault.SchemaViolation, "Only attachment chunks may follow the dossier.", "submit.chunks");
                var chunk = chunks.Current.Chunk;
                if (chunk.AttachmentId != current)
                {
                    if (writer is not null) stored[current!] = await writer.CommitAsync(cancellation);
                    if (stored.ContainsKey(chunk.AttachmentId)) throw new ExchangeFault(Fault.AttachmentMismatch, "The chunks of an attachment must follow each other.", "submit.chunks");
                    if (writer is not null) await writer.DisposeAsync();
                    if (begin is null)
                    {
                        var (sender, messageId) = InsideDossier.KeyOf(dossier);
                        begin = await bodies.OpenAsync(sender, messageId, cancellation);
                    }

                    (current, writer) = (chunk.AttachmentId, begin());
                }

                await writer!.WriteAsync(chunk.Data.Memory, cancellation);
            }

            if (writer is not null) stored[current!] = await writer.CommitAsync(cancellation);
            return stored;
        }
        finally
        {
            if (writer is not null) await writer.DisposeAsync();
        }
    }

    private async Task<ExchangeView> FindAsync(GetRequest request, CancellationToken cancellation)
    {
        var found = request.KeyCase switch
        {
            GetRequest.KeyOneofCase.ExchangeId when ExchangeId.TryParse(request.ExchangeId, out var id) => await history.FindAsync(id, cancellation),
            GetRequest.KeyOneofCase.Message when OrganId.TryParse(request.Message.Sender, out var sender) && MessageId.TryParse(request.Message.MessageId, out var message) =>
                await history.FindAsync(sender, message, cancellation),
            _ => null,
        };
        return found ?? throw new ExchangeFault(Fault.NotFound, "There is no such exchange.", "exchange.found");
    }
}
