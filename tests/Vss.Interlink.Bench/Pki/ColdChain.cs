using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Bench.Pki;

/// <summary>A signer of whom nothing is known, below an issuing authority and a root: the status of both certificates is asked of an OCSP responder over loopback, in this process.</summary>
internal static class ColdChain
{
    private const int WarmUp = 30;

    /// <returns>Milliseconds of each validation, from the first judging to the verdict.</returns>
    public static async Task<double[]> MeasureAsync(int times)
    {
        await using var authority = await SandboxAuthority.StartAsync(new AuthorityOptions());
        var folders = new TrustStore([authority.Root], [authority.Issuing], []);
        var signer = authority.Issue(new CertificateOrder("CN=Signer"));
        signer = X509CertificateLoader.LoadCertificate(signer.RawDataMemory.Span);
        List<double> found = [];
        for (var turn = -WarmUp; turn < times; turn++)
        {
            var options = new OnlineOptions { Order = StatusOrder.OcspFirst, Nonce = NonceRule.Required };
            options.Hosts.Add(authority.Address.Authority);
            using var source = new RevocationSource(options, () => folders, new MemoryLibrary(), TimeProvider.System, NullLogger<RevocationSource>.Instance);
            var verifier = new ChannelVerifier(() => source.Current, [signer.Subject], TimeProvider.System);
            var watch = Stopwatch.StartNew();
            var result = await source.VerifyAsync(() => verifier.Inside(signer, ReadOnlyMemory<byte>.Empty), CancellationToken.None);
            if (result is not VerificationResult.Passed) throw new InvalidOperationException($"The chain is refused: {(result as VerificationResult.Refused)?.Verdict.Failure}");
            if (turn >= 0) found.Add(watch.Elapsed.TotalMilliseconds);
        }

        return [.. found.Order()];
    }
}
