using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Exchange.Simulation.Partners;

/// <summary>Who there is and how he is reached; the same in every simulation.</summary>
internal static class Town
{
    public const string Signer = "CN=Ministry";
    public const string Inside = "G24";
    public const string Ministry = "G18";
    public const string OtherMinistry = "G15";
    public const string Axis = "H37.1";
    public const string BehindTheAxis = "G22";
    public const string Unreachable = "G99";

    public const string InsideRoad = "inside";
    public const string AxisRoad = "axis";
    public const string BoxRoad = "box";

    public static OrganId HubOrgan { get; } = OrganId.Stored("G24");

    public static IReadOnlyList<string> Roads { get; } = [InsideRoad, AxisRoad, BoxRoad];

    public static IReadOnlyList<string> BoxOwners { get; } = [Ministry, OtherMinistry];

    public static IReadOnlyList<string> Reachable { get; } = [Inside, Ministry, OtherMinistry, Axis, BehindTheAxis];

    public static RoutingTable Routes { get; } = RoutingTable.Build([(Inside, InsideRoad), (Ministry, BoxRoad), (OtherMinistry, BoxRoad), (Axis, AxisRoad), (BehindTheAxis, AxisRoad)], [])!;

    public static IReadOnlySet<OrganId> InsideOrgans { get; } = new HashSet<OrganId> { OrganId.Stored(Inside) };

    public static PartnerPolicies Policies { get; } = MakePolicies();

    private static PartnerPolicies MakePolicies()
    {
        var refusing = new NamedPolicy(SignaturePolicy.Default, SignatureLevel.Dsig, TimeSpan.Zero, UnsignedRule.Refuse, ClientCertificateRule.NotRequired, AttachmentRule.NotJudged);
        var signer = new OrganSigner(Signer, null, null, SignerRole.Agency);
        return new PartnerPolicies(
        [
            new PartnerPolicy(Ministry, "Ministry", [signer], refusing),
            new PartnerPolicy(OtherMinistry, "Another", [signer], refusing),
            new PartnerPolicy(Axis, "Over the axis", [signer], refusing with { Unsigned = UnsignedRule.InformationOnly }),
        ]);
    }
}
