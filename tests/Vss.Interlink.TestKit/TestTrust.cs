using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;

namespace Vss.Interlink.TestKit;

/// <summary>Trust's verifiers and signers over the development PKI, with a clock of the test's choice. Real keys, real signatures.</summary>
public sealed class TestTrust : IDisposable
{
    public TestTrust(TimeProvider? clock = null, string hubKey = "hub")
    {
        Clock = clock ?? TimeProvider.System;
        Pki = TestPki.Instance;
        Store = TrustStore.Load(Pki.Anchors, Pki.Intermediates, Pki.RevocationLists);
        Key = KeyUri.Open(new Uri(Pki.KeyUri(hubKey)));
        Revocation = new RevocationSource(new OnlineOptions(), () => Store, new MemoryLibrary(), Clock, NullLogger<RevocationSource>.Instance);
        Enveloped = new EnvelopedVerifier(() => Store, ValidationPolicy.Strict, Clock);
        Seals = new SealVerifier(() => Store, ValidationPolicy.Strict, Clock);
        Window = new TimestampWindow(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(10));
        Soap = new SoapVerifier(() => Store, ValidationPolicy.Strict, Window, Clock);
        SoapSigner = new SoapSigner(Key, () => Store, Clock);
        Signer = new HubSigner(Key, Enveloped, Seals, Clock);
        Channel = new ChannelVerifier(() => Store, [DevelopmentPki.InsideSubject], Clock);
    }

    public TimeProvider Clock { get; }

    public DevelopmentPki Pki { get; }

    /// <summary>Replace it to judge with other anchors or lists.</summary>
    public TrustStore Store { get; set; }

    public SigningKey Key { get; }

    /// <summary>Fetches nothing.</summary>
    public RevocationSource Revocation { get; }

    public EnvelopedVerifier Enveloped { get; }

    public SealVerifier Seals { get; }

    public TimestampWindow Window { get; }

    public SoapVerifier Soap { get; }

    public SoapSigner SoapSigner { get; }

    public HubSigner Signer { get; }

    public ChannelVerifier Channel { get; }

    public void Dispose()
    {
        Key.Dispose();
        Revocation.Dispose();
    }
}
