using Vss.Interlink.Connectors.Axis;

namespace Vss.Interlink.Connectors.Tests.Axis;

public sealed class AxisConnectorOptionsTests
{
    private static AxisConnectorOptions Good() => new()
    {
        Vxp = new VxpOptions { BaseAddress = new Uri("https://axis.example.vn/"), SystemId = "hub", OrganId = "999.00.00.G24", Secret = "a-secret-that-is-not-real" },
    };

    private static List<string> Faults(AxisConnectorOptions options) => [.. new AxisConnectorOptionsValidator().Validate(null, options).Failures ?? []];

    [Fact]
    public void Whole_options_pass() => Assert.Empty(Faults(Good()));

    [Fact]
    public void Faults_of_the_connector_and_of_its_client_are_named_together_each_by_its_place()
    {
        var faults = Faults(new AxisConnectorOptions { PollInterval = TimeSpan.Zero, LookBackDays = -1 });

        Assert.Contains(faults, fault => fault.StartsWith("Partners:Axis:PollInterval ", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Partners:Axis:LookBackDays ", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Partners:Axis:Vxp:BaseAddress ", StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.StartsWith("Partners:Axis:", fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(366, true)]
    [InlineData(367, false)]
    public void The_look_back_has_bounds(int days, bool good)
    {
        var options = Good();
        (options.LookBackDays, options.CatchUpDays) = (days, days);
        Assert.Equal(good, Faults(options).Count == 0);
    }

    [Theory]
    [InlineData(49, false)]
    [InlineData(50, true)]
    [InlineData(86_400_000, true)]
    [InlineData(86_400_001, false)]   // a timer takes 49 days at most, and who asks once a day is not asking
    public void The_axis_is_asked_neither_without_pause_nor_hardly_ever(int milliseconds, bool good)
    {
        var options = Good();
        options.PollInterval = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal(good, Faults(options).Count == 0);
    }
}
