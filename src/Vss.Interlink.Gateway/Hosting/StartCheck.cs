using System.Data.Common;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Vss.Interlink.Connectors.Axis;
using Vss.Interlink.Exchange;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Gateway.Soap;
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

    /// <summary>The same: EX_USAGE.</summary>
    public const int WrongUse = 64;

    // What SQLite says when there is no room for the files beside its data base does not speak of room.
    private const long LeastToOpen = 1024 * 1024;

    /// <summary>The hub, or null when it cannot start; then all that is wrong stands on standard error, a sentence a line.</summary>
    public static WebApplication? Build(WebApplicationBuilder builder)
    {
        var unknown = Settings.Unknown((IConfigurationRoot)builder.Configuration);
        if (!unknown.Any(fault => fault.StartsWith("Logging:", StringComparison.Ordinal)))   // without a log nothing can be built
        {
            var app = builder.Build();
            List<string> faults = [.. unknown, .. Faults(app.Services, namesAreRight: unknown.Count == 0)];
            if (faults.Count == 0) return app;
            unknown = faults;
        }

        foreach (var fault in unknown.Distinct(StringComparer.Ordinal)) Console.Error.WriteLine(fault);
        return null;
    }

    /// <summary>Runs until it is told to stop.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(WebApplication app)
    {
        var edges = app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value;
        try
        {
            await app.RunAsync();
            return 0;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return 0;   // told to stop while it started
        }
        catch (Exception failed) when (failed is SocketException or IOException { InnerException: AddressInUseException })
        {
            await Console.Error.WriteLineAsync($"Hosting:Partners ({edges.Partners}) or Hosting:Inside ({edges.Inside}) cannot be listened at: {failed.Message}");
            return ExitCode;
        }
    }

    private static IReadOnlyList<string> Faults(IServiceProvider services, bool namesAreRight)
    {
        List<string> faults = [];
        Gather(faults, Read<EdgeOptions>, namesAreRight);
        Gather(faults, Read<TrustOptions>, namesAreRight);
        Gather(faults, Read<ExchangeOptions>, namesAreRight);
        Gather(faults, Read<SoapOptions>, namesAreRight);
        Gather(faults, Read<AxisConnectorOptions>, namesAreRight);
        List<string> closed = [];
        if (faults.Count == 0 && namesAreRight)
        {
            Open(closed, "Trust:HubKey", () => services.GetRequiredService<SigningKey>());
            Open(closed, "Trust:AnswerKey", () => services.GetRequiredKeyedService<SigningKey>(TrustRegistration.AnswerKey));
            Open(closed, "Hosting:TlsKey", () => KeyUri.OpenTls(services.GetRequiredService<IOptions<EdgeOptions>>().Value.TlsKey!).Certificate.Dispose());
            if (Open(closed, "Exchange:BodyKeys", () => services.GetRequiredService<BodyKeys>())) Open(closed, "Exchange:DataFolder", () => services.GetRequiredService<BodyStore>());
            Open(closed, "Trust:Policies", () => services.GetRequiredService<PolicyBook>());
            if (Open(closed, "Exchange:Ledger", () => OpenLedger(services)) && closed.Count == 0) Open(closed, "Exchange:DataFolder", () => HoldBodies(services));
            if (closed.Count == 0) Open(closed, "Trust", () => services.GetRequiredService<TrustFolder>());   // which anchors there are is recorded in the ledger
        }

        faults.AddRange(closed);
        if (closed.Count == 0)
        {
            Gather(faults, () => services.GetRequiredService<DeliveryWorker>(), namesAreRight);   // holds the routes against the connectors, once these can be made
            Gather(faults, () => services.GetRequiredService<EvidenceStamps>(), namesAreRight);
        }

        return faults;

        void Read<TOptions>() where TOptions : class => _ = services.GetRequiredService<IOptions<TOptions>>().Value;
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
        catch (SqliteException failed) when (FreeOf(services) is var free and < LeastToOpen)
        {
            throw new InvalidDataException($"the disk is full. {free} octets are free where it lies, and it needs some to open; nothing in it is lost. Make room and start again ({failed.Message})", failed);
        }
    }

    // Of the folder, for the file may not be there yet.
    private static long FreeOf(IServiceProvider services) =>
        new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(services.GetRequiredService<IOptions<ExchangeOptions>>().Value.LedgerFile()))!).AvailableFreeSpace;

    // What a node takes in where nobody else looks is lost to the others, and hidden once the right volume is mounted above it.
    private static void HoldBodies(IServiceProvider services)
    {
        if (services.GetRequiredService<BodyStore>().IsEmpty && services.GetRequiredService<ExchangeLedger>().NamesBodiesAsync(CancellationToken.None).GetAwaiter().GetResult())
            throw new InvalidDataException("the ledger names bodies, and there is none at all. Is the volume mounted, and is it the one that all nodes share? Where all are lost, restore those that there are copies of.");
    }

    private static void Gather(List<string> faults, Action check, bool namesAreRight)
    {
        try
        {
            check();
        }
        catch (OptionsValidationException one)
        {
            faults.AddRange(one.Failures);
        }
        catch (InvalidOperationException unreadable)
        {
            // A setting that is no number, time or choice; the binder's last word of it names it. What there is not is named already.
            Exception named = unreadable;
            while (named.InnerException is InvalidOperationException inner) named = inner;
            if (namesAreRight) faults.Add(named.Message);
        }
    }
}
