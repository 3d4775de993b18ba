using System.Net;
using Vss.Interlink.Trust.Online;

namespace Vss.Interlink.Trust.Tests.Online;

public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("ocsp.example", "http://ocsp.example/a", true)]
    [InlineData("ocsp.example", "https://OCSP.example/a?b", true)]
    [InlineData("ocsp.example", "http://ocsp.example:8080/", false)]
    [InlineData("ocsp.example:8080", "http://ocsp.example:8080/", true)]
    [InlineData("ocsp.example:8080", "http://ocsp.example/", false)]
    [InlineData("ocsp.example:80", "http://ocsp.example/", true)]
    [InlineData("ocsp.example", "http://www.ocsp.example/", false)]
    [InlineData("ocsp.example", "http://ocsp.example.evil.example/", false)]
    [InlineData("ocsp.example", "http://ocsp.example./", false)]
    [InlineData("ocsp.example", "http://ocsp.example@evil.example/", false)]
    [InlineData("ocsp.example", "http://user@ocsp.example/", false)]
    [InlineData("ocsp.example", "ftp://ocsp.example/", false)]
    [InlineData("ocsp.example", "file:///etc/passwd", false)]
    [InlineData("127.0.0.1", "http://127.0.0.1/", true)]
    [InlineData("ocsp.example", "http://127.0.0.1/", false)]
    [InlineData("127.0.0.1:81", "http://2130706433:81/", true)]   // the same address, written as a number
    [InlineData("[::1]:80", "http://[::1]/", true)]
    public void A_host_is_asked_when_it_stands_in_the_list_to_the_letter(string entry, string address, bool isAllowed) =>
        Assert.Equal(isAllowed, new AllowedHosts([entry]).Allows(new Uri(address)));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("http://ocsp.example")]
    [InlineData("ocsp.example/")]
    [InlineData("ocsp.example/path")]
    [InlineData("user@ocsp.example")]
    [InlineData("ocsp.example:99999")]
    [InlineData("ocsp.example:")]
    [InlineData("ocsp example")]
    public void What_is_no_host_is_a_fault_of_the_configuration(string entry)
    {
        var options = new OnlineOptions { Order = StatusOrder.OcspFirst, Nonce = NonceRule.NotSent };
        options.Hosts.Add(entry);
        Assert.Contains(options.Faults(), fault => fault.StartsWith("Trust:Online:Hosts", StringComparison.Ordinal));
    }

    [Fact]
    public void Choices_that_weaken_have_no_default()
    {
        var options = new OnlineOptions();
        Assert.Empty(options.Faults());
        options.Hosts.Add("ocsp.example");
        Assert.Equal(["Trust:Online:Order", "Trust:Online:Nonce"], options.Faults().Select(fault => fault.Split(' ')[0]));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("169.254.169.254", true)]
    [InlineData("224.0.0.1", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("::1", true)]
    [InlineData("::", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("ff02::1", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("203.0.113.7", false)]
    [InlineData("2001:db8::7", false)]
    public void A_name_may_not_lead_to_this_machine_or_its_link(string address, bool isOwn) => Assert.Equal(isOwn, AllowedHosts.IsOwn(IPAddress.Parse(address)));
}
