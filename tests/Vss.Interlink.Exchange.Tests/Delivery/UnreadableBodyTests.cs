using Google.Protobuf;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

/// <summary>A damaged body delays what it belongs to and loses nothing.</summary>
public sealed class UnreadableBodyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("throws")]
    [InlineData("takes it for a passing failure")]
    [InlineData("is refused for half a dossier")]
    public async Task A_delivery_whose_body_is_damaged_is_put_off_uncounted_and_made_once_the_body_is_restored(string connectorDoes)
    {
        var inside = new ScriptedConnector("inside", relays: false, async (work, cancellation) =>
        {
            try
            {
                await using var content = work.OpenAttachment("a");
                await content.CopyToAsync(Stream.Null, cancellation);
                return new HandOver.Delivered();
            }
            catch (Exception failed) when (connectorDoes != "throws" && failed is not OperationCanceledException)
            {
                return connectorDoes == "takes it for a passing failure" ? new HandOver.NotNow("the connection broke") : new HandOver.Refused(Fault.PartnerRefused, "no whole dossier");
            }
        });
        await using var hub = new Hub(_folder.Path, delivery: new DeliveryOptions { Poll = TimeSpan.FromMilliseconds(50), FirstWait = TimeSpan.FromMilliseconds(10), LongestWait = TimeSpan.FromMilliseconds(100), MaxAttempts = 2 }, connectors: inside);
        var body = await hub.Bodies.StoreAsync(new MemoryStream([1, 2, 3]), CancellationToken.None);
        var path = Path.Combine(_folder["bodies"], body.Digest.ToString()[..2], body.Digest.ToString()[2..4], body.Digest.ToString());
        var good = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, [.. good[..^1], (byte)(good[^1] ^ 1)]);
        var dossier = Dossiers.Small();
        dossier.Attachments.Add(new Attachment { Id = "a", Name = "scan.pdf", Size = body.Size, Sha256 = ByteString.CopyFrom(body.Digest.Octets) });
        var accepted = await hub.AcceptAsync(Hub.Signed(dossier, attachments: new Dictionary<string, StoredBody> { ["a"] = body }));
        await hub.Worker.StartAsync(CancellationToken.None);

        // More often than attempts are allowed, and still it waits.
        await hub.WhenAsync(accepted.ExchangeId, _ => inside.Calls >= 4);
        var view = await hub.WhenAsync(accepted.ExchangeId, view => view.Deliveries[0].State == DeliveryState.Pending);
        Assert.Contains("BODY_UNREADABLE", view.Deliveries[0].LastError, StringComparison.Ordinal);
        var line = (await hub.Ledger.ListAuditAsync(accepted.ExchangeId, CancellationToken.None)).First(line => line.Event == AuditEvent.BodyUnreadable);
        Assert.Equal((Fault.BodyUnreadable, "body.segment"), (line.Fault, line.Rule));

        await File.WriteAllBytesAsync(path, good);
        view = await hub.WhenAsync(accepted.ExchangeId, view => view.State == ExchangeState.Completed);
        Assert.Equal((DeliveryState.Delivered, 1), (view.Deliveries[0].State, view.Deliveries[0].Attempts));
    }
}
