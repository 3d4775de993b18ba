namespace Vss.Interlink.EdXml.Tests;

public sealed class EdXmlTimeTests
{
    [Fact]
    public void A_time_is_vietnam_time_with_its_offset()
    {
        Assert.True(EdXmlTime.TryParse("2026/01/15 00:30:59", out var time));
        Assert.Equal(new DateTimeOffset(2026, 1, 14, 17, 30, 59, TimeSpan.Zero), time);
        Assert.Equal(TimeSpan.FromHours(7), time.Offset);
    }

    [Fact]
    public void Formatting_gives_the_clock_in_vietnam_whatever_the_offset() =>
        Assert.Equal("2026/01/01 06:59:59", EdXmlTime.Format(new DateTimeOffset(2025, 12, 31, 23, 59, 59, 999, TimeSpan.Zero)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("2026/01/15")]
    [InlineData("2026-01-15 00:00:00")]
    [InlineData("2026/02/30 00:00:00")]
    [InlineData("2026/01/15 24:00:00")]
    [InlineData("0001/01/01 00:00:00")]
    public void What_is_no_time_is_no_time(string? text) => Assert.False(EdXmlTime.TryParse(text, out _));

    [Fact]
    public void Dates_are_read_and_written_with_slashes()
    {
        Assert.True(EdXmlDate.TryParse("2026/01/15", out var date));
        Assert.Equal("2026/01/15", EdXmlDate.Format(date));
        Assert.False(EdXmlDate.TryParse("2014/02/30", out _));
        Assert.False(EdXmlDate.TryParse("15/01/2026", out _));
    }
}
