using System.Security.Cryptography;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.TimeStamps;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>A time-stamping authority without a network, and a verifier that trusts it. Its tokens are of the clock's time.</summary>
public sealed class StampingAuthority
{
    private readonly Holder _authority;
    private readonly TimeProvider _clock;

    public StampingAuthority(TimeProvider clock)
    {
        _clock = clock;
        Root = Holder.Root("CN=Stamping root");
        _authority = Root.TimeAuthority("CN=Stamping authority");
        var list = CertificateList.TryRead(Root.List(settings => (settings.ThisUpdate, settings.NextUpdate) = (clock.GetUtcNow().AddDays(-1), clock.GetUtcNow().AddDays(30))))!;
        var store = new TrustStore([Root.Certificate], [], [list]);
        Verifier = new TimeStampVerifier(() => store, clock);
    }

    public Holder Root { get; }

    public string Name => _authority.Certificate.Subject;

    public TimeStampVerifier Verifier { get; }

    /// <summary>How often it was asked.</summary>
    public int Asked { get; private set; }

    /// <summary>While it is so, it fails as a pool does that reaches nobody.</summary>
    public bool IsAway { get; set; }

    /// <summary>While it is so, it stamps something else than it was asked to.</summary>
    public bool IsWrong { get; set; }

    /// <summary>A token over a SHA-256.</summary>
    public Task<byte[]> StampAsync(ReadOnlyMemory<byte> imprint, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Asked++;
        if (IsAway) throw new InvalidDataException("No time-stamping authority gave a good token.");
        return Task.FromResult(_authority.TokenOf(IsWrong ? SHA256.HashData(imprint.Span) : imprint.ToArray(), _clock.GetUtcNow()));
    }
}
