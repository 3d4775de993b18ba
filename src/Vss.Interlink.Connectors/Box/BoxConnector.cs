using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Translation;
using Vss.Interlink.V1;

namespace Vss.Interlink.Connectors.Box;

/// <summary>
/// The box from which a SOAP partner fetches (ListInbox, FetchDossier, ConfirmReceived). Making available and being taken over are two moments with two pieces of evidence; the
/// seal is made at the first, so that every fetch carries the same one. What an answer cannot carry is not taken in, and where it was before the limit became what it is, not put there.
/// </summary>
public sealed class BoxConnector(IOptions<BoxOptions> options) : IPartnerConnector
{
    // Envelope, signature and certificate of the answer, those of the seal and a reference for each attachment, and the request for it.
    private const int Around = 32 * 1024;
    private const int AroundAttachment = 1024;

    public string Name => Roads.Box;

    public bool Relays => false;

    /// <summary>Octets of the message that carries the dossier to its receiver, its attachments as base64; a little more than it will have.</summary>
    public static long AnswerOctets(Dossier dossier)
    {
        var (fields, contents) = DossierXml.LengthOf(dossier);
        return fields + contents + DossierXml.Base64Length(fields) + Around + ((long)AroundAttachment * dossier.Attachments.Count);   // the seal holds the fields once more
    }

    public ExchangeFault? RefusalOf(Dossier dossier) => AnswerOctets(dossier) is var octets && octets > options.Value.MaxAnswerBytes
        ? new ExchangeFault(Fault.LimitExceeded, $"A receiver who fetches over SOAP can be given messages of {options.Value.MaxAnswerBytes} octets, and this dossier's would have some {octets}.", "limit.box")
        : null;

    public async Task<HandOver> HandOverAsync(DeliveryWork work, CancellationToken cancellation)
    {
        if (RefusalOf(work.Dossier) is { } refusal) return new HandOver.Refused(refusal.Fault, refusal.Detail) { ByHub = true };
        await work.SealAsync(DossierSeal.Of(work.Dossier), cancellation);
        return new HandOver.Available();
    }
}

/// <summary>What the edge that serves the box can carry; the edge sets it.</summary>
public sealed class BoxOptions
{
    /// <summary>Octets of an answer that carries a dossier.</summary>
    public long MaxAnswerBytes { get; set; } = 32 * 1024 * 1024;
}

public static class BoxRegistration
{
    public static IServiceCollection AddBox(this IServiceCollection services) =>
        services.AddSingleton<BoxConnector>().AddSingleton<IPartnerConnector>(provider => provider.GetRequiredService<BoxConnector>());
}
