using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Evidence;
using Vss.Interlink.Exchange.Ledger;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Routing;
using Vss.Interlink.Trust;

namespace Vss.Interlink.Exchange;

/// <summary>Section <c>Exchange</c> of the configuration.</summary>
public sealed class ExchangeOptions
{
    /// <summary>Folder of the bodies, and of the ledger unless that is elsewhere; made when it is not there.</summary>
    public string? DataFolder { get; set; }

    /// <summary>The hub's own organ, as evidence names it.</summary>
    public string? HubOrgan { get; set; }

    /// <summary>Organs that VSS's own services may send as, and nobody else.</summary>
    public IList<string> InsideOrgans { get; } = [];

    /// <summary>Who is reached how; an organ without a route is an unknown receiver.</summary>
    public IList<RouteOptions> Routes { get; } = [];

    /// <summary>This node's name; the machine's when it is not set.</summary>
    public string? Node { get; set; }

    /// <summary>Octets that one attachment may have.</summary>
    public long MaxBodyBytes { get; set; } = 1L << 30;

    /// <summary>Master keys of the bodies at rest: <c>file:///PATH</c> of a key file. There is no default, and no way to keep bodies in clear.</summary>
    public Uri? BodyKeys { get; set; }

    /// <summary>Octets that must stay free on the volume of <see cref="DataFolder"/>; below them nothing more is taken in.</summary>
    public long MinFreeBytes { get; set; } = 1L << 30;

    /// <summary>Deliveries that may be pending or leased; beyond them nothing more is taken in.</summary>
    public long MaxOutstanding { get; set; } = 1_000_000;

    /// <summary>How long a submission may take from its first stored attachment to its acceptance.</summary>
    public TimeSpan LongestSubmission { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a body that no exchange names is kept: at least twice <see cref="LongestSubmission"/>.</summary>
    public TimeSpan OrphanGrace { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long a submission waits for an equal one that is being taken in.</summary>
    public TimeSpan InFlightPatience { get; set; } = TimeSpan.FromSeconds(10);

    public DeliveryOptions Delivery { get; set; } = new();

    /// <summary>File with working hours, and years that count above those that come with the hub.</summary>
    public string? Calendar { get; set; }

    public ClaimOptions Claims { get; set; } = new();

    public LedgerOptions Ledger { get; set; } = new();

    public RetentionOptions Retention { get; set; } = new();

    public EvidenceOptions Evidence { get; set; } = new();

    /// <summary>The file of a ledger that is no PostgreSQL data base.</summary>
    public string LedgerFile() => Ledger.Sqlite ?? Path.Combine(DataFolder!, "ledger.db");
}

/// <summary>One route.</summary>
public sealed class RouteOptions
{
    public string? Receiver { get; set; }

    public string? Connector { get; set; }
}

/// <summary>Says everything that is wrong at once, at start.</summary>
internal sealed class ExchangeOptionsValidator : IValidateOptions<ExchangeOptions>
{
    public ValidateOptionsResult Validate(string? name, ExchangeOptions options)
    {
        List<string> wrong = [];
        if (string.IsNullOrWhiteSpace(options.DataFolder)) wrong.Add("DataFolder is not set: the ledger and the bodies need a place that is backed up.");
        if (!OrganId.TryParse(options.HubOrgan, out _)) wrong.Add($"HubOrgan '{options.HubOrgan}' is no organ code.");
        if (options.InsideOrgans.Count == 0) wrong.Add("InsideOrgans is empty, so every inside service would be refused.");
        foreach (var organ in options.InsideOrgans.Where(organ => !OrganId.TryParse(organ, out _))) wrong.Add($"InsideOrgans: '{organ}' is no organ code.");
        if (options.Routes.Count == 0) wrong.Add("Routes is empty, so nobody could be reached.");
        RoutingTable.Build(options.Routes.Select(route => (route.Receiver, route.Connector)), wrong);
        Bounds.Check("MaxBodyBytes", options.MaxBodyBytes, 1, 1L << 40, wrong);
        if (options.BodyKeys is null) wrong.Add("BodyKeys is not set: bodies are kept encrypted. Give file:///PATH of a key file.");
        Bounds.Check("MinFreeBytes", options.MinFreeBytes, 0, 1L << 50, wrong);
        Bounds.Check("MaxOutstanding", options.MaxOutstanding, 1L, 1_000_000_000, wrong);
        Bounds.Check("LongestSubmission", options.LongestSubmission, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7), wrong);
        Bounds.Check("OrphanGrace", options.OrphanGrace, TimeSpan.FromMinutes(2), TimeSpan.FromDays(365), wrong);
        if (options.OrphanGrace / 2 < options.LongestSubmission) wrong.Add("OrphanGrace must be at least twice LongestSubmission, or a body could be removed while its submission is under way.");
        Bounds.Check("InFlightPatience", options.InFlightPatience, TimeSpan.Zero, TimeSpan.FromMinutes(10), wrong);
        if (options.Calendar is not null && string.IsNullOrWhiteSpace(options.Calendar)) wrong.Add("Calendar is empty. Name a file, or leave it out.");
        options.Delivery.Check(wrong);
        options.Claims.Check(wrong);
        options.Ledger.Check(wrong);
        options.Retention.Check(wrong);
        options.Evidence.Check(wrong);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong.Select(one => "Exchange:" + one));
    }
}
