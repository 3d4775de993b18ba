using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Office;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>The hub as a process of its own, with an axis to speak to. Its configuration and data lie in a folder that outlives a kill and goes with this object.</summary>
public sealed class HubProcess : IAsyncDisposable
{
    /// <summary>On the axis, and no partner of the hub.</summary>
    public const string Stranger = "000.00.00.G99";

    /// <summary>A second receiver on the axis.</summary>
    public const string Bystander = "000.00.00.G33";

    private const string AxisSecret = "synthetic-secret-of-the-tests";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);   // on a machine with other work to do

    private readonly DirectoryInfo _folder;
    private readonly string _configuration;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly HttpClient _plain = new();
    private readonly Dictionary<string, string> _environment;
    private ReadyProcess? _process;

    private HubProcess(DirectoryInfo folder, AxisServer axis, string configuration)
    {
        (_folder, Axis, _configuration) = (folder, axis, configuration);
        _environment = new() { ["TMPDIR"] = folder.CreateSubdirectory("tmp").FullName };
    }

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "interlink-gateway.dll");

    public static DevelopmentPki Pki => TestPki.Instance;

    public AxisServer Axis { get; }

    public Uri Partners => Address("partners");

    public Uri Inside => Address("inside");

    public Uri Soap => new(Partners, "soap/v1");

    /// <summary>Where the hub would put temporary files, if it made any.</summary>
    public string TemporaryFolder => _environment["TMPDIR"];

    /// <summary>What the hub printed, a line each.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <param name="configure">Changes the configuration before the hub reads it.</param>
    public static async Task<HubProcess> StartAsync(Action<JsonNode>? configure = null)
    {
        var axis = await AxisServer.StartAsync(DemoAxis.Options(0, AxisSecret) with
        {
            Agencies = new Dictionary<string, string> { [HubConfiguration.Office] = "Văn phòng Chính phủ", [Stranger] = "Cơ quan lạ", [Bystander] = "Cơ quan khác" },
        });
        var folder = Directory.CreateTempSubdirectory("interlink-hub-");
        var hub = new HubProcess(folder, axis, WriteConfiguration(folder.FullName, axis.BaseAddress, configure));
        try
        {
            await hub.StartAgainAsync();
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes what <see cref="StartAsync"/> starts from; returns the file's path.</summary>
    public static string WriteConfiguration(string folder, Uri axis, Action<JsonNode>? configure)
    {
        var path = HubConfiguration.Write(folder, Pki, axis, AxisSecret);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        configure?.Invoke(json);
        File.WriteAllText(path, json.ToJsonString());
        return path;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>As an operator stops it (SIGTERM); returns when it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await SignalAsync("-TERM");
        var code = await _process!.WaitForExitAsync().WaitAsync(Patience);
        await _process.DisposeAsync();
        _process = null;
        return code;
    }

    /// <summary>Changes what the hub reads when it is started the next time.</summary>
    public void Reconfigure(Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(_configuration))!;
        change(json);
        File.WriteAllText(_configuration, json.ToJsonString());
    }

    /// <summary>Stops in the middle of whatever it does, as a virtual machine that is moved; connections stay (SIGSTOP).</summary>
    public Task PauseAsync() => SignalAsync("-STOP");

    /// <summary>Goes on where it was paused, and knows nothing of the time between.</summary>
    public Task ResumeAsync() => SignalAsync("-CONT");

    /// <summary>The same hub on the same data; it listens on other ports than before unless its configuration names them.</summary>
    public async Task StartAgainAsync() => _process = await ReadyProcess.StartAsync(Assembly, ["--config", _configuration], _log.Enqueue, Patience, _environment);

    /// <param name="signer">Name of a key of the development PKI.</param>
    public MinistryClient Ministry(SoapDialect dialect = SoapDialect.Soap11, string signer = "ministry") =>
        new(new MinistryOptions(Soap, Pki.Load(signer), Pki.AnchorCertificates(), DevelopmentPki.HubSubject) { Intermediates = [.. Pki.IntermediateCertificates()], Dialect = dialect });

    /// <summary>An agency on the axis that seals with the Government Office's certificate, whoever it says that it is.</summary>
    public OfficeAgency Agency(string organ = HubConfiguration.Office) => new(_plain, Axis.BaseAddress, organ, "Văn phòng Chính phủ", Pki.Load("office"), TimeProvider.System);

    public InsideService Service(string name, bool acknowledges = true, Action<TakenDelivery>? record = null) =>
        InsideService.Start(DemoInside.Options(Inside, Pki) with { Name = name, Acknowledges = acknowledges, Record = record });

    /// <summary>A channel of a registered inside service.</summary>
    public GrpcChannel Channel() => InsideService.Connect(DemoInside.Options(Inside, Pki));

    /// <summary>A channel with another client certificate, or none.</summary>
    public GrpcChannel Channel(X509Certificate2? client) => GrpcChannel.ForAddress(Inside, new GrpcChannelOptions { HttpHandler = Handler(client) });

    public HttpClient Http(X509Certificate2? client = null) => new(Handler(client));

    /// <summary>An item on the axis as the axis's own staff would see it: docId, state, messageType, packet.</summary>
    public async Task<JsonNode> AxisItemAsync(string receiver, string docId)
    {
        var items = JsonNode.Parse(await _plain.GetStringAsync(new Uri(Axis.BaseAddress, $"sandbox/packets?to={receiver}")))!.AsArray();
        return items.Single(item => item!["docId"]!.GetValue<string>() == docId)!;
    }

    /// <summary>The most memory that was ever resident, in octets (proc(5), VmHWM).</summary>
    public long PeakMemory() => File.ReadLines($"/proc/{_process!.Id}/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024).Single();

    /// <summary>Files that the process holds open, deleted ones too (proc(5), fd).</summary>
    public IReadOnlyList<string> OpenFiles() => [.. Directory.EnumerateFiles($"/proc/{_process!.Id}/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>()];

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        await Axis.DisposeAsync();
        _plain.Dispose();
        _folder.Delete(recursive: true);
    }

    private static SocketsHttpHandler Handler(X509Certificate2? client)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(Pki.AnchorCertificates());
        policy.ExtraStore.AddRange(Pki.IntermediateCertificates().ToArray());
        var tls = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        if (client is not null) tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => client;   // shown even where the server would not ask for it
        return new SocketsHttpHandler { SslOptions = tls };
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0) throw new InvalidOperationException($"kill {signal} ended with {kill.ExitCode}.");
    }

    private Uri Address(string edge) => new(_process!.Ready[edge]!.GetValue<string>());
}
