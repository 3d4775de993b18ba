using Vss.Interlink.TestKit;

namespace Vss.Interlink.Exchange.Tests;

public sealed class ValuesTests
{
    [Theory]
    [InlineData("G22")]
    [InlineData("000.00.00.G22")]
    [InlineData("vxp.saas.03")]
    [InlineData("H37.DN.001")]
    public void Organ_codes_of_every_list_in_use_are_taken(string text)
    {
        Assert.True(OrganId.TryParse(text, out var organ));
        Assert.Equal(text, organ.ToString());
        Assert.Equal(organ, OrganId.Stored(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("G 22")]
    [InlineData("G22\n")]
    [InlineData("Đ22")]
    [InlineData("G22/../x")]
    [InlineData("123456789012345678901234567890123456")]
    public void Other_text_is_no_organ_code(string? text)
    {
        Assert.False(OrganId.TryParse(text, out _));
        Assert.Throws<InvalidDataException>(() => OrganId.Stored(text!));
    }

    [Fact]
    public void A_message_id_has_up_to_128_of_the_allowed_characters()
    {
        Assert.True(MessageId.TryParse("000.00.00.G22,2014/02/30,7816/VPCP-TTDT", out _));
        Assert.True(MessageId.TryParse("urn:uuid:0190_-", out _));
        Assert.True(MessageId.TryParse(new string('a', 128), out _));
        Assert.False(MessageId.TryParse(new string('a', 129), out _));
        Assert.False(MessageId.TryParse("a b", out _));
        Assert.False(MessageId.TryParse("", out _));
        Assert.False(MessageId.TryParse("a'--", out _));
    }

    [Fact]
    public void Ids_sort_as_they_were_made_and_have_one_spelling()
    {
        var clock = new ManualClock(new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));
        var first = ExchangeId.New(clock);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        var second = ExchangeId.New(clock);

        Assert.True(string.CompareOrdinal(first.ToString(), second.ToString()) < 0);
        Assert.StartsWith("x-", first.ToString(), StringComparison.Ordinal);
        Assert.Equal(first, ExchangeId.Stored(first.ToString()));
        Assert.False(ExchangeId.TryParse(first.ToString().ToUpperInvariant(), out _));
        Assert.False(ExchangeId.TryParse("d" + first.ToString()[1..], out _));
        Assert.False(DeliveryId.TryParse(first.ToString(), out _));
        Assert.False(ExchangeId.TryParse("x-{" + first.ToString()[2..] + "}", out _));
        foreach (var blank in (string[])["\n", " ", "\t", "\u00a0", "\0"])
        {
            Assert.False(ExchangeId.TryParse(first + blank, out _));
            Assert.False(ExchangeId.TryParse("x-" + blank + first.ToString()[2..], out _));
            Assert.False(ExchangeId.TryParse("x-" + blank + first.ToString()[3..], out _));
        }

        Assert.False(ExchangeId.TryParse("x-0x" + first.ToString()[4..], out _));
    }

    [Fact]
    public void A_digest_is_32_octets_or_64_lower_case_digits()
    {
        var octets = Enumerable.Range(0, 32).Select(number => (byte)number).ToArray();
        Assert.True(ContentDigest.TryParse(octets, out var digest));
        Assert.True(ContentDigest.TryParse(digest.ToString(), out var same));
        Assert.Equal(digest, same);
        Assert.NotEqual(digest, default);
        Assert.False(ContentDigest.TryParse(octets.AsSpan(1), out _));
        Assert.False(ContentDigest.TryParse(digest.ToString().ToUpperInvariant(), out _));
    }
}
