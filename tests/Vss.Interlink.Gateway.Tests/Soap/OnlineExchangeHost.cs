using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>An edge beside an authority of partners that publishes nothing to the hub's folders: whether its certificates are good is asked over the network.</summary>
public sealed class OnlineExchangeHost : IAsyncDisposable
{
    private readonly DirectoryInfo _anchors;

    private OnlineExchangeHost(DirectoryInfo anchors, Holder root, AuthorityHost authority, ExchangeHost host) => (_anchors, Root, Authority, Host) = (anchors, root, authority, host);

    /// <summary>Trusted beside the development PKI's anchors.</summary>
    public Holder Root { get; }

    public AuthorityHost Authority { get; }

    internal ExchangeHost Host { get; }

    public static async Task<OnlineExchangeHost> StartAsync()
    {
        var anchors = Directory.CreateTempSubdirectory("interlink-anchors-");
        var root = Holder.Root("CN=Partners' authority, C=VN");
        var authority = await AuthorityHost.StartAsync();
        foreach (var file in Directory.EnumerateFiles(TestPki.Instance.Anchors)) File.Copy(file, Path.Combine(anchors.FullName, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(anchors.FullName, "partners.crt"), root.Certificate.ExportCertificatePem());
        var host = await ExchangeHost.StartAsync(
            ("Trust:Anchors", anchors.FullName), ("Trust:Online:Hosts:0", authority.Name), ("Trust:Online:Order", "OcspFirst"), ("Trust:Online:Nonce", "IfEchoed"), ("Trust:Online:RestSeconds", "1"));
        return new OnlineExchangeHost(anchors, root, authority, host);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Authority.DisposeAsync();
        _anchors.Delete(recursive: true);
    }
}
