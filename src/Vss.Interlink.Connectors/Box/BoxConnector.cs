using Microsoft.Extensions.DependencyInjection;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Translation;

namespace Vss.Interlink.Connectors.Box;

/// <summary>
/// The box from which a SOAP partner fetches (ListInbox, FetchDossier, ConfirmReceived). Making available and being taken over are two moments with two pieces of evidence; the
/// seal is made at the first, so that every fetch carries the same one.
/// </summary>
public sealed class BoxConnector : IPartnerConnector
{
    public string Name => Roads.Box;

    public bool Relays => false;

    public async Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation)
    {
        await work.SealAsync(DossierSeal.Of(work.Dossier), cancellation);
        return new HandOver.Available();
    }
}

public static class BoxRegistration
{
    public static IServiceCollection AddBox(this IServiceCollection services) => services.AddSingleton<IPartnerConnector, BoxConnector>();
}
