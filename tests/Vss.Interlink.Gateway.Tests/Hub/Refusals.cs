using Grpc.Core;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>What a gRPC error of the hub carries.</summary>
internal static class Refusals
{
    /// <summary>The one FaultDetail among the details of the google.rpc.Status that travels as a trailer.</summary>
    public static FaultDetail Fault(this RpcException refused)
    {
        var octets = refused.Trailers.GetValueBytes("grpc-status-details-bin");
        Assert.NotNull(octets);
        var status = Google.Rpc.Status.Parser.ParseFrom(octets);
        Assert.Equal((int)refused.StatusCode, status.Code);
        return Assert.Single(status.Details, one => one.Is(FaultDetail.Descriptor)).Unpack<FaultDetail>();
    }
}
