using System.Text.Json;
using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.Sandbox.Demo;

/// <summary>The organs of the sandbox and the hub's configuration for them.</summary>
public static class HubConfiguration
{
    public const string Hub = "000.00.00.G24";
    public const string Ministry = "000.00.00.G12";
    public const string Office = "000.00.00.G22";
    public const string AxisSystem = "vss-interlink";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Writes a whole configuration file and returns its path. Ports are free ones unless given.</summary>
    public static string Write(string folder, DevelopmentPki pki, Uri axis, string axisSecret, int partnersPort = 0, int insidePort = 0)
    {
        Directory.CreateDirectory(folder);
        var configuration = new
        {
            Logging = new { LogLevel = new Dictionary<string, string> { ["Default"] = "Information", ["Microsoft"] = "Warning" } },
            Hosting = new { Partners = $"127.0.0.1:{partnersPort}", Inside = $"127.0.0.1:{insidePort}", TlsKey = pki.KeyUri("hub-tls"), AnnounceReady = true },
            Trust = new
            {
                pki.Anchors,
                pki.Intermediates,
                pki.RevocationLists,
                HubKey = pki.KeyUri("hub"),
                InsideSubjects = new[] { DevelopmentPki.InsideSubject },
                ClockSkewSeconds = 60,
                MaxMessageAgeSeconds = 300,
                Policies = WritePolicies(folder),
            },
            Exchange = new
            {
                DataFolder = Path.Combine(folder, "data"),
                pki.BodyKeys,
                MinFreeBytes = 64 * 1024 * 1024,   // a demo must run on a desk
                HubOrgan = Hub,
                InsideOrgans = new[] { Hub },
                Routes = new[]
                {
                    new { Receiver = Hub, Connector = "inside" },
                    new { Receiver = Ministry, Connector = "box" },
                    new { Receiver = Office, Connector = "axis" },
                },
                Delivery = new { Lease = "00:00:05", Poll = "00:00:01", FirstWait = "00:00:01" },
            },
            Partners = new
            {
                Axis = new { PollInterval = "00:00:00.500", Vxp = new { BaseAddress = axis, AllowPlainHttp = true, SystemId = AxisSystem, Secret = axisSecret, OrganId = Hub, CallTimeout = "00:00:20" } },
            },
        };
        var path = Path.Combine(folder, "hub.json");
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;   // the axis secret stands in it
        using var file = new FileStream(path, options);
        JsonSerializer.Serialize(file, configuration, Readable);
        return path;
    }

    private static string WritePolicies(string folder)
    {
        var algorithms = new Dictionary<string, string>
        {
            ["SHA-256"] = "open", ["SHA-384"] = "open", ["SHA-512"] = "open", ["RSA-PKCS1"] = "open", ["RSA-PSS"] = "open", ["ECDSA"] = "open",
            ["RSA-2048"] = "2030-12-31", ["RSA-3072"] = "open", ["P-256"] = "open", ["P-384"] = "open",
        };
        var path = Path.Combine(folder, "policies.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            policies = new Dictionary<string, object>
            {
                ["sealed"] = new { algorithms, requiredLevel = "B", revocationGrace = "00:00:00", unsigned = "Refuse", clientCertificate = "NotRequired", attachments = "Recorded" },

                // Statuses on the axis are unsigned in practice; its documents are sealed.
                ["axis"] = new { algorithms, requiredLevel = "B", revocationGrace = "00:00:00", unsigned = "InformationOnly", clientCertificate = "NotRequired", attachments = "Recorded" },
            },
            partners = new object[]
            {
                new { organ = Ministry, name = "Ministry of Finance (sandbox)", policy = "sealed", signers = new[] { new { subject = DevelopmentPki.MinistrySubject, role = "Agency" } } },
                new { organ = Office, name = "Government Office (sandbox)", policy = "axis", signers = new[] { new { subject = DevelopmentPki.OfficeSubject, role = "Agency" } } },
            },
        }, Readable));
        return path;
    }
}
