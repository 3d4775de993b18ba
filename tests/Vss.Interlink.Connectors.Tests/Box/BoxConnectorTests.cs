using Google.Protobuf;
using Microsoft.Extensions.Options;
using Vss.Interlink.Connectors.Box;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Tests.Box;

public sealed class BoxConnectorTests
{
    private const long Megabyte = 1024 * 1024;

    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero));
    private readonly BoxConnector _connector = new(Options.Create(new BoxOptions { MaxAnswerBytes = 32 * Megabyte }));

    [Theory]
    [InlineData(23 * 1024 * 1024, true)]
    [InlineData(24 * 1024 * 1024, false)]
    [InlineData(1L << 30, false)]
    [InlineData(long.MaxValue / 4, false)]
    public void A_dossier_may_have_as_much_as_an_answer_carries_in_base64(long octets, bool carried) => Assert.Equal(carried, _connector.RefusalOf(Dossier(octets)) is null);

    [Fact]
    public async Task What_was_taken_in_under_another_limit_is_refused_for_good_by_the_hub_itself()
    {
        var refused = Assert.IsType<HandOver.Refused>(await _connector.HandOverAsync(Work(Dossier(1L << 30)), CancellationToken.None));
        Assert.Equal((Fault.LimitExceeded, true), (refused.Fault, refused.ByHub));
    }

    private static Dossier Dossier(long octets) => new() { MessageId = "m-1", Sender = new Organ { Id = "G18" }, Attachments = { new Attachment { Id = "a", Name = "a", Size = octets, Sha256 = ByteString.CopyFrom(new byte[32]) } } };

    private DeliveryWork Work(Dossier dossier)
    {
        var (exchange, delivery, now) = (ExchangeId.New(_clock), DeliveryId.New(_clock), _clock.GetUtcNow());
        Assert.True(MessageId.TryParse("m-1", out var message));
        var lease = new LeasedDelivery(delivery, exchange, 1, 1, now, OrganId.Stored("G09"), "box", DeliveryPurpose.Dossier, null, "", now, null);
        return new DeliveryWork(lease, new ExchangeRecord(exchange, OrganId.Stored("G18"), message, ContentDigest.Stored(new byte[32]), dossier, Assurance.Signed, null, false, now, []), null!, null!, null!);
    }
}
