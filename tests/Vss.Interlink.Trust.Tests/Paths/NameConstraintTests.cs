using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>RFC 5280 section 4.2.1.10 on each form of names.</summary>
public sealed class NameConstraintTests
{
    private readonly Holder _root = Holder.Root();

    [Theory]
    [InlineData("example.vn", "example.vn", true)]
    [InlineData("example.vn", "a.b.EXAMPLE.vn", true)]
    [InlineData("example.vn", "badexample.vn", false)]
    [InlineData("example.vn", "*.example.vn", true)]
    [InlineData("a.example.vn", "*.example.vn", false)]
    [InlineData(".example.vn", "a.example.vn", true)]
    [InlineData("", "anything.vn", true)]
    public void A_host_is_permitted_with_all_below_it(string permitted, string host, bool isGood) => Judge(GeneralNames.Host(permitted), GeneralNames.Host(host), isGood, !isGood);

    [Theory]
    [InlineData("a@example.vn", "a@EXAMPLE.vn", true)]
    [InlineData("a@example.vn", "b@example.vn", false)]
    [InlineData("example.vn", "b@example.vn", true)]
    [InlineData("example.vn", "b@mail.example.vn", false)]
    [InlineData(".example.vn", "b@mail.example.vn", true)]
    [InlineData(".example.vn", "b@example.vn", false)]
    public void A_mailbox_is_permitted_by_itself_by_its_host_or_by_what_is_above_that(string permitted, string mailbox, bool isGood) => Judge(GeneralNames.Mailbox(permitted), GeneralNames.Mailbox(mailbox), isGood, !isGood);

    [Fact]
    public void Constraints_on_mailboxes_hold_for_those_in_the_subject_and_those_beyond_ASCII()
    {
        var authority = Limited([GeneralNames.Mailbox("example.vn")], []);
        Judging.Below(_root, authority).Accepts(authority.Issue("E=a@example.vn, CN=Leaf"));
        Judging.Below(_root, authority).RefusesAny(authority.Issue("E=a@other.vn, CN=Leaf"));
        Judge(GeneralNames.Mailbox("xn--m-vfa.vn"), GeneralNames.InternationalMailbox("\u1ea3@\u00e2m.vn"), true, false);
        Judge(GeneralNames.Mailbox("example.vn"), GeneralNames.InternationalMailbox("\u1ea3@other.vn"), false, true);
    }

    [Theory]
    [InlineData("example.vn", "http://example.vn:80/a", true)]
    [InlineData("example.vn", "http://a.example.vn/", false)]
    [InlineData(".example.vn", "https://a.example.vn/", true)]
    [InlineData(".example.vn", "https://example.vn/", false)]
    public void An_address_is_permitted_by_its_host_alone_or_by_what_is_above_that(string permitted, string address, bool isGood) => Judge(GeneralNames.Address(permitted), GeneralNames.Address(address), isGood, !isGood);

    [Theory]
    [InlineData("urn:example:vn")]
    [InlineData("mailto:a@example.vn")]
    [InlineData("http://10.0.0.1/")]
    public void An_address_without_a_host_name_is_refused_by_whatever_constraint_on_addresses(string address) => Judge(GeneralNames.Address("example.vn"), GeneralNames.Address(address), false, false);

    [Theory]
    [InlineData("10.0.0.0", "255.0.0.0", "10.1.2.3", true, false)]
    [InlineData("10.0.0.0", "255.128.0.0", "10.128.2.3", false, true)]
    [InlineData("2001:db8::", "ffff:ffff::", "2001:db8::1", true, false)]
    [InlineData("2001:db8::", "ffff:ffff::", "10.0.0.1", false, true)]
    [InlineData("10.0.0.0", "255.0.255.0", "10.1.0.3", false, false)]   // no mask by RFC 4632
    public void An_IP_address_is_held_to_its_network(string network, string mask, string address, bool isPermitted, bool isLeft) => Judge(GeneralNames.Ip(network, mask), GeneralNames.Ip(address), isPermitted, isLeft);

    [Theory]
    [InlineData("O=Example, C=VN", "CN=Leaf, O=EXAMPLE, C=vn", true)]
    [InlineData("O=Example, C=VN", "CN=Leaf, O=Example Two, C=VN", false)]
    [InlineData("O=B\u1ea2O  HI\u1ec2M, C=VN", "CN=Leaf, O=Ba\u0309o hie\u0302\u0309m, C=VN", true)]   // composed or not, in capitals or not
    [InlineData("O=B\u1ea2O HI\u1ec2M, C=VN", "CN=Leaf, O=B\u1ea3o vi\u1ec7t, C=VN", false)]
    public void A_directory_name_is_permitted_by_how_it_begins_however_it_is_written(string permitted, string name, bool isGood)
    {
        var (permitting, excluding) = (Limited([GeneralNames.Directory(permitted)], []), Limited([], [GeneralNames.Directory(permitted)]));
        if (isGood) Judging.Below(_root, permitting).Accepts(permitting.Issue(name));
        else Judging.Below(_root, permitting).RefusesAny(permitting.Issue(name));
        if (isGood) Judging.Below(_root, excluding).RefusesAny(excluding.Issue(name));
        else Judging.Below(_root, excluding).Accepts(excluding.Issue(name));
        Judging.Below(_root, permitting).RefusesAny(permitting.Issue("CN=Leaf", settings => settings.With(Extensions.AlternativeNames(GeneralNames.Directory(name)))));   // the subject is elsewhere
    }

    [Fact]
    public void A_name_of_a_form_that_cannot_be_compared_is_refused_where_it_is_constrained_and_only_there()
    {
        const string type = "1.3.6.1.4.1.311.20.2.3";
        Judge(GeneralNames.Other(type, "a@example.vn"), GeneralNames.Other(type, "a@example.vn"), false, false);
        Judge(GeneralNames.Other(type, "a@example.vn"), GeneralNames.Other("1.3.6.1.4.1.55555.9", "a"), true, true);
    }

    [Fact]
    public void The_common_name_is_no_host_and_held_to_no_constraint_on_hosts()
    {
        var authority = Limited([GeneralNames.Host("example.vn")], []);
        Judging.Below(_root, authority).Accepts(authority.Issue("CN=www.other.com"));
        Judging.Below(_root, authority).Refuses(authority.Issue("CN=www.other.com", settings => settings.With(Extensions.DnsNames("www.other.com"))), Rules.ChainNames);
    }

    [Fact]
    public void Constraints_add_up_along_the_path_and_leave_self_issued_authorities_alone()
    {
        var upper = Limited([GeneralNames.Host("example.vn")], []);
        var lower = upper.Authority("CN=Lower", settings => settings.With(Extensions.Subtrees([GeneralNames.Host("example.com")], [])));
        Judging.Below(_root, upper, lower).Refuses(lower.Issue(set: settings => settings.With(Extensions.DnsNames("a.example.vn"))), Rules.ChainNames);
        var limited = _root.Authority("CN=Limited", settings => settings.With(Extensions.Subtrees([GeneralNames.Directory("O=Other")], [])));
        var renewed = limited.Authority("CN=Limited");
        Judging.Below(_root, limited, renewed).Accepts(renewed.Issue("O=Other"));
    }

    private void Judge(byte[] subtree, byte[] name, bool isGoodIfPermitted, bool isGoodIfExcluded)
    {
        One(Limited([subtree], []), isGoodIfPermitted);
        One(Limited([], [subtree]), isGoodIfExcluded);

        void One(Holder authority, bool passes)
        {
            var judging = Judging.Below(_root, authority);
            var leaf = authority.Issue("CN=Leaf", settings => settings.With(Extensions.AlternativeNames(name)));
            if (passes) judging.Accepts(leaf);
            else judging.RefusesAny(leaf);
        }
    }

    private Holder Limited(byte[][] permitted, byte[][] excluded) => _root.Authority("CN=Authority", settings => settings.With(Extensions.Subtrees(permitted, excluded)));
}
