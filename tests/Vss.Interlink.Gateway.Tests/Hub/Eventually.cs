using System.Diagnostics;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.V1;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>Looks until something has come about, or fails the test.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<T> SeeAsync<T>(string what, Func<Task<T?>> look)
        where T : class => SeeAsync(what, Patience, look);

    public static async Task<T> SeeAsync<T>(string what, TimeSpan patience, Func<Task<T?>> look)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < patience)
        {
            if (await look() is { } seen) return seen;
            await Task.Delay(50);
        }

        throw new TimeoutException($"Not within {patience.TotalSeconds:0} s: {what}");
    }

    public static Task<T> SeeAsync<T>(string what, Func<T?> look)
        where T : class => SeeAsync(what, () => Task.FromResult(look()));

    public static Task HoldsAsync(string what, Func<Task<bool>> holds) => HoldsAsync(what, Patience, holds);

    public static Task HoldsAsync(string what, TimeSpan patience, Func<Task<bool>> holds) => SeeAsync(what, patience, async () => await holds() ? what : null);

    /// <summary>The delivery of a message to a service.</summary>
    public static Task<TakenDelivery> TakenAsync(this InsideService service, string messageId) =>
        SeeAsync($"a delivery of {messageId}", () => service.Taken.Values.FirstOrDefault(taken => taken.Delivery.Dossier.MessageId == messageId));

    /// <summary>The exchange once its state or that of a delivery is as wanted.</summary>
    public static Task<ExchangeView> ViewAsync(this DossierExchange.DossierExchangeClient exchange, string id, Func<ExchangeView, bool> wanted) =>
        SeeAsync($"exchange {id} as wanted", async () => await exchange.GetAsync(new GetRequest { ExchangeId = id }) is { } view && wanted(view) ? view : null);
}
