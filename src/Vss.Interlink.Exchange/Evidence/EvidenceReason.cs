using Vss.Interlink.V1;

namespace Vss.Interlink.Exchange.Evidence;

/// <summary>Why, in negative evidence.</summary>
/// <param name="Code">One of the codes below (e-CODEX).</param>
/// <param name="Detail">What was found, without personal data.</param>
/// <param name="Fault">The line of the catalogue, where it is one.</param>
public sealed record EvidenceReason(string Code, string Detail, Fault? Fault = null)
{
    public const string Other = "E100";
    public const string ReceiverRefused = "E200";
    public const string GatewayRefused = "E201";
    public const string DeliveryTimeOut = "E300";
    public const string RelayTimeOut = "E301";
    public const string Unreachable = "E404";

    /// <summary>A refusal for good: the receiver's own, or one of a gateway on the way.</summary>
    public static EvidenceReason Of(Fault fault, string detail) => new(fault == V1.Fault.PartnerRefused ? ReceiverRefused : GatewayRefused, detail, fault);
}
