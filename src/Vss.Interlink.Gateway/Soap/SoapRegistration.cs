using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Vss.Interlink.Connectors.Box;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Gateway.Soap.Operations;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Gateway.Soap;

/// <summary>Puts the SOAP edge into a host.</summary>
public static class SoapRegistration
{
    private const string Path = "/soap/v1";

    /// <summary>Registers reader, endpoint and published files. Needs AddTrust, and the operations.</summary>
    public static IServiceCollection AddSoap(this IServiceCollection services, IConfigurationSection section)
    {
        services.AddOptions<SoapOptions>().Bind(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SoapOptions>, SoapOptionsValidator>());
        services.TryAddSingleton(provider => new HeldBytes(provider.GetRequiredService<IOptions<SoapOptions>>().Value.MaxHeldBytes));
        services.AddOptions<BoxOptions>().Configure<IOptions<SoapOptions>>((box, soap) => box.MaxAnswerBytes = soap.Value.MaxMessageBytes);
        services.TryAddSingleton<SoapReader>();
        services.TryAddSingleton<SoapEndpoint>();
        services.TryAddSingleton(new WsdlDocument(System.IO.Path.Combine(AppContext.BaseDirectory, "wsdl")));
        return services;
    }

    /// <summary>Registers the operations of the WSDL over AddExchange.</summary>
    public static IServiceCollection AddSoapOperations(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new CallerRules(provider.GetRequiredService<PartnerPolicies>, provider.GetRequiredService<SignedOnce>()));
        services.TryAddSingleton<KnownEnvelopes>();
        services.TryAddSingleton<SubmitOperation>();
        services.TryAddSingleton<HistoryOperations>();
        services.TryAddSingleton<BoxOperations>();
        services.TryAddSingleton(Operations);
        return services;
    }

    /// <summary>Maps POST /soap/v1, GET /soap/v1?wsdl and GET /soap/interlink-v1.xsd, which is where the WSDL's relative import points.</summary>
    public static IEndpointRouteBuilder MapSoap(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, (HttpContext http, SoapEndpoint endpoint) => endpoint.AnswerAsync(http));
        routes.MapGet("/soap/interlink-v1.xsd", (WsdlDocument published) => Results.Bytes(published.Schema, "text/xml; charset=utf-8"));
        routes.MapGet(Path, (HttpContext http, SoapEndpoint endpoint, WsdlDocument published, IOptions<SoapOptions> options) =>
            http.Request.Query.ContainsKey("wsdl") ? WsdlAsync(http, published, options.Value.PublicAddress) : endpoint.RefuseMethodAsync(http));
        routes.Map(Path, (HttpContext http, SoapEndpoint endpoint) => endpoint.RefuseMethodAsync(http));
        return routes;
    }

    private static SoapOperations Operations(IServiceProvider provider)
    {
        var (submit, history, box) = (provider.GetRequiredService<SubmitOperation>(), provider.GetRequiredService<HistoryOperations>(), provider.GetRequiredService<BoxOperations>());
        return new SoapOperations()
            .Add("SubmitDossier", submit.SubmitAsync, submit.RepeatAsync)
            .Add("GetStatus", history.GetStatusAsync)
            .Add("GetReceipt", history.GetReceiptAsync)
            .Add("ListInbox", box.ListInboxAsync)
            .Add("FetchDossier", box.FetchDossierAsync)
            .Add("ConfirmReceived", box.ConfirmReceivedAsync);
    }

    private static Task WsdlAsync(HttpContext http, WsdlDocument published, Uri? publicAddress) =>
        (publicAddress ?? WsdlDocument.AddressOf(http.Request)) is { } address
            ? Results.Bytes(published.At(address), "text/xml; charset=utf-8").ExecuteAsync(http)
            : Results.BadRequest().ExecuteAsync(http);
}
