using System.IO.Pipelines;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

public sealed class BodyPaceTests
{
    private const int Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData(2_000_000)]   // bits a second: a poor line
    [InlineData(BodyPace.OctetsPerSecond * 8)]
    public void A_line_that_is_slow_but_steady_brings_the_largest_message(int bitsPerSecond)
    {
        using var pace = new BodyPace(PipeReader.Create(Stream.Null), TimeProvider.System);
        var second = TimeSpan.FromSeconds(1);
        for (var came = 0; came < 32 * Mebibyte; came += bitsPerSecond / 8)
        {
            Assert.True(pace.Left > second, $"it was cut off after {came} octets");
            pace.Came(bitsPerSecond / 8, second);
        }
    }

    [Fact]
    public void Whoever_sent_thirty_mebibytes_at_once_may_be_silent_no_longer_than_whoever_sent_nothing()
    {
        using var pace = new BodyPace(PipeReader.Create(Stream.Null), TimeProvider.System);
        pace.Came(30 * Mebibyte, TimeSpan.Zero);
        Assert.Equal(BodyPace.Patience, pace.Left);
        pace.Came(1, BodyPace.Patience);
        Assert.InRange(pace.Left, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Whoever_sends_at_half_the_rate_is_cut_off_when_his_patience_is_used_up()
    {
        using var pace = new BodyPace(PipeReader.Create(Stream.Null), TimeProvider.System);
        var seconds = 0;
        for (; pace.Left > TimeSpan.Zero; seconds++) pace.Came(BodyPace.OctetsPerSecond / 2, TimeSpan.FromSeconds(1));
        Assert.Equal(2 * BodyPace.Patience.TotalSeconds, seconds);
    }

    [Fact]
    public void A_pause_that_was_made_up_for_may_be_made_again()
    {
        using var pace = new BodyPace(PipeReader.Create(Stream.Null), TimeProvider.System);
        for (var pause = 0; pause < 10; pause++)
        {
            pace.Came(1, TimeSpan.FromSeconds(15));
            Assert.True(pace.Left > TimeSpan.FromSeconds(4));
            pace.Came(Mebibyte, TimeSpan.FromSeconds(1));
        }
    }
}
