using Grpc.Core;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Gateway.Grpc;

/// <summary>Who calls on the inside: a registered service by its TLS client certificate, checked on every call.</summary>
public sealed class InsideCaller(ChannelVerifier channel)
{
    /// <summary>The octets as a document of the caller. Throws UNAUTHENTICATED naming the rule.</summary>
    public VerifiedDocument Verify(ServerCallContext context, ReadOnlyMemory<byte> octets) =>
        channel.Inside(context.GetHttpContext().Connection.ClientCertificate, octets) switch
        {
            VerificationResult.Passed passed => passed.Document,
            VerificationResult.Refused refused => throw FaultCatalogue.FromVerdict(refused.Verdict),
            _ => throw new InvalidOperationException("A verification passes or refuses."),
        };

    /// <summary>Throws unless the caller is a registered inside service.</summary>
    /// <returns>The subject under which it is registered.</returns>
    public string Require(ServerCallContext context) => Verify(context, ReadOnlyMemory<byte>.Empty).SignedBy?.Subject ?? throw new InvalidOperationException("A caller from inside has a certificate.");
}
