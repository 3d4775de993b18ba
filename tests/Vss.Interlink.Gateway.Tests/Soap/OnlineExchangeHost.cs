namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>An edge beside an authority of partners that it asks over the network.</summary>
public sealed class OnlineExchangeHost : IAsyncDisposable
{
    private OnlineExchangeHost(PartnersAuthority partners, ExchangeHost host) => (Partners, Host) = (partners, host);

    public PartnersAuthority Partners { get; }

    internal ExchangeHost Host { get; }

    public static async Task<OnlineExchangeHost> StartAsync()
    {
        var partners = await PartnersAuthority.StartAsync();
        return new OnlineExchangeHost(partners, await ExchangeHost.StartAsync([.. partners.Settings.Select(setting => ("Trust:" + setting.Key, setting.Value))]));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Partners.DisposeAsync();
    }
}
