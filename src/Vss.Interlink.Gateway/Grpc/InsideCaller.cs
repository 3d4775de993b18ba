using Grpc.Core;
using Vss.Interlink.Exchange.Audit;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Gateway.Grpc;

/// <summary>Who calls on the inside: a registered service by its TLS client certificate, checked on every call.</summary>
public sealed class InsideCaller(ChannelVerifier channel, RevocationSource revocation, AuditTrail audit)
{
    /// <summary>The octets as a document of the caller, who waits where an answer about the certificate ended since the connection was made. Throws UNAUTHENTICATED naming the rule.</summary>
    public async ValueTask<VerifiedDocument> VerifyAsync(ServerCallContext context, ReadOnlyMemory<byte> octets) =>
        await revocation.VerifyAsync(() => channel.Inside(context.GetHttpContext().Connection.ClientCertificate, octets), context.CancellationToken) switch
        {
            VerificationResult.Passed passed => passed.Document,
            VerificationResult.Refused refused => throw await AuditedAsync(FaultCatalogue.FromVerdict(refused.Verdict)),
            _ => throw new InvalidOperationException("A verification passes or refuses."),
        };

    /// <summary>The caller's name, as audits have it: the subject of its certificate. Throws unless it is a registered inside service.</summary>
    public async ValueTask<string> NameAsync(ServerCallContext context) => (await VerifyAsync(context, ReadOnlyMemory<byte>.Empty)).SignedBy!.Subject;

    /// <summary>Throws unless the caller is a registered inside service.</summary>
    public async ValueTask RequireAsync(ServerCallContext context) => await VerifyAsync(context, ReadOnlyMemory<byte>.Empty);

    // Here, where it is known that nobody knows him: what he is refused takes no line of the audit from the services.
    private async Task<ExchangeFault> AuditedAsync(ExchangeFault fault)
    {
        await audit.RefusedAsync(fault, FaultBoundary.Edge, null, signedBy: null, CancellationToken.None);
        return fault;
    }
}
