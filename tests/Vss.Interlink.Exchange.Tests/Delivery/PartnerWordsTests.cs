using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Tests.Delivery;

public sealed class PartnerWordsTests
{
    [Fact]
    public void Control_characters_length_and_long_numbers_do_not_pass()
    {
        var refused = Assert.IsType<HandOver.Refused>(PartnerWords.Bounded(new HandOver.Refused(Fault.PartnerRefused, "no\u0001\nperson 079123456789, code 12345678 " + new string('x', 1000))));
        Assert.StartsWith("no  person …, code 12345678 x", refused.Detail, StringComparison.Ordinal);
        Assert.InRange(refused.Detail.Length, 1, 500);
        Assert.Equal(" id", Assert.IsType<HandOver.Delivered>(PartnerWords.Bounded(new HandOver.Delivered("\u0002id"))).ExternalId);
        Assert.Equal(128, Assert.IsType<HandOver.Delivered>(PartnerWords.Bounded(new HandOver.Delivered(new string('i', 1000)))).ExternalId.Length);
    }
}
