using Vss.Interlink.Connectors.Axis;

namespace Vss.Interlink.Connectors.Tests.Axis;

public sealed class VxpOptionsTests
{
    private static VxpOptions Good() => new()
    {
        BaseAddress = new Uri("https://axis.example.vn/"),
        SystemId = "hub",
        OrganId = "999.00.00.G24",
        Secret = "a-secret-that-is-not-real",
    };

    private static IEnumerable<string> Faults(VxpOptions options) => new VxpOptionsValidator().Validate(null, options).Failures ?? [];

    [Fact]
    public void Whole_options_pass() => Assert.Empty(Faults(Good()));

    [Fact]
    public void Empty_options_name_every_fault_at_once()
    {
        var faults = string.Join('\n', Faults(new VxpOptions { CallTimeout = TimeSpan.Zero, AnswerBytes = 0, PacketBytes = 0 }));

        foreach (var name in (string[])["BaseAddress", "SystemId", "OrganId", "Secret", "CallTimeout", "AnswerBytes", "PacketBytes"])
            Assert.Contains(name, faults, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_http_has_to_be_admitted()
    {
        var options = Good();
        options.BaseAddress = new Uri("http://axis.example.vn/");
        Assert.Contains("AllowPlainHttp", Assert.Single(Faults(options)), StringComparison.Ordinal);

        options.AllowPlainHttp = true;
        Assert.Empty(Faults(options));
    }

    [Theory]
    [InlineData("/relative")]
    [InlineData("ftp://axis.example.vn/")]
    [InlineData("https://user:pass@axis.example.vn/")]
    [InlineData("https://axis.example.vn/?x=1")]
    [InlineData("https://10.0.0.1/")]
    public void An_address_of_another_kind_is_a_fault(string address)
    {
        var options = Good();
        options.BaseAddress = new Uri(address, UriKind.RelativeOrAbsolute);

        Assert.Contains("BaseAddress", Assert.Single(Faults(options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a\r\nX: y")]
    [InlineData("Cơ")]
    public void Identifiers_are_what_a_header_can_carry(string value)
    {
        var options = Good();
        (options.SystemId, options.OrganId) = (value, value);

        Assert.Equal(2, Faults(options).Count());
    }

    [Theory]
    [InlineData("50.00:00:00", 1024, 1024, "CallTimeout is 50.00:00:00, and must be 00:00:00.001 to 01:00:00.")]
    [InlineData("00:01:00", int.MaxValue, 1024, "AnswerBytes is 2147483647, and must be 1024 to 1073741824.")]
    [InlineData("00:01:00", 1024, long.MaxValue, "PacketBytes is 9223372036854775807, and must be 1024 to 1099511627776.")]
    public void A_number_or_time_beyond_its_end_is_named_with_what_it_may_be(string time, int answer, long packet, string fault)
    {
        var options = Good();
        (options.CallTimeout, options.AnswerBytes, options.PacketBytes) = (TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture), answer, packet);
        Assert.Equal([fault], Faults(options));
    }

    [Fact]
    public void What_is_no_organ_code_is_named_before_the_poller_fails_on_it()
    {
        var options = Good();
        options.OrganId = "not-an-organ";
        Assert.Contains("'not-an-organ'", Assert.Single(Faults(options)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_secret_is_in_no_text_and_in_no_fault()
    {
        var options = Good();
        options.Secret = "short-hidden";

        Assert.DoesNotContain("short-hidden", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("short-hidden", string.Join('\n', Faults(options)), StringComparison.Ordinal);
    }
}
