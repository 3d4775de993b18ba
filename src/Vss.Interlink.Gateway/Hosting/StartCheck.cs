using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Trust;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Gateway.Hosting;

/// <summary>
/// Names everything that is wrong with the configuration before anything starts. The host's own check comes too late for that: it first makes the hosted services, and the first
/// of them that misses something hides the rest.
/// </summary>
internal static class StartCheck
{
    /// <summary>sysexits.h: EX_CONFIG.</summary>
    public const int ExitCode = 78;

    /// <summary>One sentence each; empty when the hub can start.</summary>
    public static IReadOnlyList<string> Faults(IServiceProvider services)
    {
        List<string> faults = [];
        Gather(faults, () => services.GetService<IStartupValidator>()?.Validate());
        List<string> closed = [];
        if (faults.Count == 0)
        {
            Open(closed, "Trust:HubKey", () => services.GetRequiredService<SigningKey>());
            Open(closed, "Trust:AnswerKey", () => services.GetRequiredKeyedService<SigningKey>(TrustRegistration.AnswerKey));
            Open(closed, "Hosting:TlsKey", () => KeyUri.OpenTls(services.GetRequiredService<IOptions<EdgeOptions>>().Value.TlsKey!).Certificate.Dispose());
            Open(closed, "Exchange:BodyKeys", () => services.GetRequiredService<BodyKeys>());
            Open(closed, "Trust:Policies", () => services.GetRequiredService<PolicyBook>());
            if (Open(closed, "Exchange:Ledger", () => OpenLedger(services))) Open(closed, "Trust", () => services.GetRequiredService<TrustFolder>());   // which anchors there are is recorded in the ledger
        }

        faults.AddRange(closed);
        if (closed.Count == 0)
        {
            Gather(faults, () => services.GetRequiredService<DeliveryWorker>());   // holds the routes against the connectors, once these can be made
            Gather(faults, () => services.GetRequiredService<EvidenceStamps>());
        }

        return [.. faults.Distinct(StringComparer.Ordinal)];
    }

    // Keys and certificates are named by the configuration and open only when it is whole.
    private static bool Open(List<string> faults, string setting, Action open)
    {
        try
        {
            open();
            return true;
        }
        catch (PolicyException faulty)
        {
            faults.AddRange(faulty.Faults.Select(fault => $"{setting}: {fault}"));
        }
        catch (Exception failed) when (failed is IOException or InvalidDataException or CryptographicException or NotSupportedException or UnauthorizedAccessException or DbException)
        {
            faults.Add($"{setting} cannot be opened: {failed.Message}");
        }

        return false;
    }

    private static void OpenLedger(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<ExchangeLedger>();
            if (services.GetRequiredService<LedgerClock>().TroubleAsync(CancellationToken.None).GetAwaiter().GetResult() is { } trouble) throw new InvalidDataException(trouble);   // nothing runs yet that could wait
        }
        catch (InvalidOperationException refused)
        {
            throw new InvalidDataException(refused.Message, refused);   // a newer hub wrote it, or it does not flush what it commits
        }
    }

    private static void Gather(List<string> faults, Action check)
    {
        try
        {
            check();
        }
        catch (OptionsValidationException one)
        {
            faults.AddRange(one.Failures);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            faults.AddRange(several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures));
        }
        catch (InvalidOperationException unreadable)
        {
            faults.Add(unreadable.Message);   // a setting that is no number, time or choice, or one that there is not
        }
    }
}
