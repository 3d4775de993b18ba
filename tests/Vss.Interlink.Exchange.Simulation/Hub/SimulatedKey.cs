using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Exchange.Simulation.Hub;

/// <summary>
/// The hub's key, as a device would be: it takes its time, and fails at times. What it makes is no XML signature, which costs a thousand times as much and is proved elsewhere, but like one it is another
/// each time, even over the same document.
/// </summary>
internal sealed class SimulatedKey(World world, Life life)
{
    private int _made;

    public Task<byte[]> SignAsync(ReadOnlyMemory<byte> document, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<byte[]>();
        var fails = world.Weather.KeyFails();
        byte[] signed = [.. document.Span, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<!-- {life.Name} {_made++} -->"))];
        world.Scheduler.After(world.Dice.Milliseconds(1, 40), life.Flow, () =>
        {
            if (fails) answer.TrySetException(new CryptographicException("The simulated key failed."));
            else answer.TrySetResult(signed);
        });
        return answer.Task;
    }
}

/// <summary>A key for what takes one and is not used here: no road of the simulation seals.</summary>
internal sealed class UnusedKey() : SigningKey(MakeCertificate(), [])
{
    protected override Task<byte[]> SignCoreAsync(ReadOnlyMemory<byte> digest, SignatureAlgorithm algorithm, CancellationToken cancellation) => throw new CryptographicException("No seal is made here.");

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=Simulated hub", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
