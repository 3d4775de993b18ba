using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;
using Vss.Interlink.Trust.Keys;

namespace Vss.Interlink.Exchange.Replay;

/// <summary>TLS to Redis: only the anchors that are configured count, whatever the machine trusts.</summary>
internal static class RedisTlsPeer
{
    public static void Apply(ConfigurationOptions configuration, RedisOptions options)
    {
        var anchors = new X509Certificate2Collection();
        anchors.ImportFromPemFile(options.Anchors!);
        if (anchors.Count == 0) throw new InvalidDataException($"'{options.Anchors}' holds no certificate.");
        configuration.Ssl = true;
        configuration.SslHost = options.ServerName;
#pragma warning disable CA5398 // an allow-list: left to the system, an old one might agree to TLS 1.0
        configuration.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
#pragma warning restore CA5398
        configuration.CertificateValidation += (_, certificate, chain, errors) => IsGood(certificate, chain, errors, anchors);
        if (options.ClientKey is null) return;
        var own = KeyUri.OpenTls(new Uri(options.ClientKey)).Certificate;
        configuration.CertificateSelection += (_, _, _, _, _) => own;
    }

    // The name was compared by the platform; the chain is built again, for it was built to the machine's anchors. No list is asked: Redis is the site's own, and its certificates are exchanged by hand.
    private static bool IsGood(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors, X509Certificate2Collection anchors)
    {
        if (certificate is not X509Certificate2 server || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1"));   // server authentication
        if (sent is not null) foreach (var element in sent.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(server);
    }
}
