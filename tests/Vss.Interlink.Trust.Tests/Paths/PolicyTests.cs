using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Verification;
using static Vss.Interlink.TestKit.Pki.Extensions;

namespace Vss.Interlink.Trust.Tests.Paths;

/// <summary>RFC 5280 section 6.1 and RFC 9618 on certificate policies, in the order of NIST PKITS's sections 4.8 to 4.12.</summary>
public sealed class PolicyTests
{
    private const string Gold = "1.3.6.1.4.1.55555.2.1";
    private const string Silver = "1.3.6.1.4.1.55555.2.2";
    private const string Bronze = "1.3.6.1.4.1.55555.2.3";
    private readonly Holder _root = Holder.Root();

    [Fact]
    public void A_policy_that_stands_in_every_certificate_holds()
    {
        var (judging, leaf) = Path([Policies(Gold)], [Policies(Gold, Silver)]);
        judging.Accepts(leaf);
        Explicit(judging).Accepts(leaf);
        Explicit(judging, Gold).Accepts(leaf);
        Explicit(judging, Silver, Gold).Accepts(leaf);
        Explicit(judging, Silver).Refuses(leaf, Rules.ChainPolicy);
    }

    [Fact]
    public void Where_policies_are_absent_or_differ_none_holds_which_matters_only_when_one_is_required()
    {
        foreach (var (authority, leafs) in new (System.Security.Cryptography.X509Certificates.X509Extension[], System.Security.Cryptography.X509Certificates.X509Extension[])[]
                 { ([], []), ([Policies(Gold)], []), ([], [Policies(Gold)]), ([Policies(Gold)], [Policies(Silver)]) })
        {
            var (judging, leaf) = Path(authority, leafs);
            judging.Accepts(leaf);
            Explicit(judging).Refuses(leaf, Rules.ChainPolicy);
        }
    }

    [Fact]
    public void AnyPolicy_allows_what_stands_above_or_below_it()
    {
        var (judging, leaf) = Path([Policies(AnyPolicy)], [Policies(Gold)]);
        Explicit(judging, Gold).Accepts(leaf);
        Explicit(judging, Silver).Refuses(leaf, Rules.ChainPolicy);
        (judging, leaf) = Path([Policies(Gold)], [Policies(AnyPolicy)]);
        Explicit(judging, Gold).Accepts(leaf);
        Explicit(judging, Silver).Refuses(leaf, Rules.ChainPolicy);
        (judging, leaf) = Path([Policies(AnyPolicy)], [Policies(AnyPolicy)]);
        Explicit(judging, Silver).Accepts(leaf);
    }

    [Fact]
    public void A_certificate_of_the_path_can_require_a_policy_after_a_number_of_others()
    {
        var (judging, leaf) = Path([Policies(Gold), PolicyConstraints(requireExplicit: 0)], []);
        judging.Refuses(leaf, Rules.ChainPolicy);
        (judging, leaf) = Path([Policies(Gold), PolicyConstraints(requireExplicit: 0)], [Policies(Gold)]);
        judging.Accepts(leaf);
        (judging, leaf) = Path([PolicyConstraints(requireExplicit: 5)], []);
        judging.Accepts(leaf);
        (judging, leaf) = Path([], [PolicyConstraints(requireExplicit: 0)]);
        judging.Refuses(leaf, Rules.ChainPolicy);
        var upper = _root.Authority("CN=Upper", settings => settings.With(PolicyConstraints(requireExplicit: 2)));
        var lower = upper.Authority("CN=Lower");
        Judging.Below(_root, upper, lower).Refuses(lower.Issue(), Rules.ChainPolicy);   // one for Lower, one for the leaf at the end
    }

    [Fact]
    public void Self_issued_certificates_do_not_count_towards_that_number()
    {
        var authority = _root.Authority("CN=Authority", settings => settings.With(PolicyConstraints(requireExplicit: 2)));
        var renewed = authority.Authority("CN=Authority");
        Judging.Below(_root, authority, renewed).Accepts(renewed.Issue());
    }

    [Fact]
    public void A_mapping_makes_a_policy_below_stand_for_one_above()
    {
        var (judging, leaf) = Path([Policies(Gold), Mappings((Gold, Silver))], [Policies(Silver)]);
        Explicit(judging, Gold).Accepts(leaf);
        Explicit(judging, Silver).Refuses(leaf, Rules.ChainPolicy);
        Explicit(judging).Accepts(leaf);
        (judging, leaf) = Path([Policies(Gold), Mappings((Gold, Silver))], [Policies(Gold)]);
        Explicit(judging).Refuses(leaf, Rules.ChainPolicy);
        (judging, leaf) = Path([Policies(AnyPolicy), Mappings((Gold, Silver))], [Policies(Silver)]);
        Explicit(judging, Gold).Accepts(leaf);
        (judging, leaf) = Path([Policies(Gold), Mappings((Gold, Silver), (Gold, Bronze))], [Policies(Bronze)]);
        Explicit(judging, Gold).Accepts(leaf);
    }

    [Fact]
    public void Nothing_is_mapped_from_or_to_anyPolicy()
    {
        var (judging, leaf) = Path([Policies(Gold), Mappings((Gold, AnyPolicy))], [Policies(Gold)]);
        judging.Refuses(leaf, Rules.ChainPolicy);
        (judging, leaf) = Path([Policies(Gold), Mappings((AnyPolicy, Silver))], [Policies(Gold)]);
        judging.Refuses(leaf, Rules.ChainPolicy);
    }

    [Fact]
    public void Mapping_is_inhibited_by_the_caller_and_by_the_path()
    {
        var (judging, leaf) = Path([Policies(Gold), Mappings((Gold, Silver))], [Policies(Silver)]);
        Explicit(judging, Gold).Asking(request => request with { Policies = request.Policies with { InhibitsMapping = true } }).Refuses(leaf, Rules.ChainPolicy);
        var upper = _root.Authority("CN=Upper", settings => settings.With(Policies(Gold), PolicyConstraints(inhibitMapping: 0)));
        var lower = upper.Authority("CN=Lower", settings => settings.With(Policies(Gold), Mappings((Gold, Silver))));
        Explicit(Judging.Below(_root, upper, lower)).Refuses(lower.Issue("CN=Leaf", settings => settings.With(Policies(Silver))), Rules.ChainPolicy);
    }

    [Fact]
    public void AnyPolicy_is_inhibited_by_the_caller_and_by_the_path_but_not_in_self_issued_certificates()
    {
        var (judging, leaf) = Path([Policies(AnyPolicy)], [Policies(Gold)]);
        Explicit(judging).Asking(request => request with { Policies = request.Policies with { InhibitsAny = true } }).Refuses(leaf, Rules.ChainPolicy);
        (judging, leaf) = Path([Policies(Gold), InhibitAny(0)], [Policies(AnyPolicy)]);
        Explicit(judging).Refuses(leaf, Rules.ChainPolicy);
        var authority = _root.Authority("CN=Authority", settings => settings.With(Policies(Gold), InhibitAny(0)));
        var renewed = authority.Authority("CN=Authority", settings => settings.With(Policies(AnyPolicy)));
        Explicit(Judging.Below(_root, authority, renewed)).Accepts(renewed.Issue("CN=Leaf", settings => settings.With(Policies(Gold))));
    }

    [Fact]
    public void Mappings_that_would_make_a_tree_grow_without_end_cost_little()
    {
        var policies = Enumerable.Range(0, 40).Select(number => $"1.3.6.1.4.1.55555.3.{number}").ToArray();
        var mappings = policies.SelectMany(from => policies.Take(6).Select(to => (from, to))).ToArray();
        List<Holder> path = [_root];
        for (var level = 0; level < 9; level++) path.Add(path[^1].Authority($"CN=Level {level}", settings => settings.With(Policies(policies), Mappings(mappings))));
        var judging = Judging.Below(_root, [.. path.Skip(1)]).Asking(request => request with { MaxIntermediates = 20 });
        Explicit(judging).Accepts(path[^1].Issue("CN=Leaf", settings => settings.With(Policies(policies))));
    }

    private (Judging Judging, Holder Leaf) Path(System.Security.Cryptography.X509Certificates.X509Extension[] authority, System.Security.Cryptography.X509Certificates.X509Extension[] leaf)
    {
        var issuer = _root.Authority("CN=Authority", settings => settings.With(authority));
        return (Judging.Below(_root, issuer), issuer.Issue("CN=Leaf", settings => settings.With(leaf)));
    }

    private static Judging Explicit(Judging judging, params string[] acceptable) =>
        judging.Asking(request => request with { Policies = new PolicyRequest(acceptable, RequiresPolicy: true, InhibitsMapping: false, InhibitsAny: false) });
}
