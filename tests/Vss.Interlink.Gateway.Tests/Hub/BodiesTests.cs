using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Sandbox.Demo;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>The staff's work over bodies, over the wire, while the hub runs.</summary>
public sealed class BodiesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-keys-");

    private string KeyFile => Path.Combine(_folder.FullName, "keys.json");

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Bodies_are_scrubbed_rekeyed_and_collected_while_the_hub_runs()
    {
        var (old, next) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        WriteKeys(("old", old));
        await using var hub = await HubProcess.StartAsync(json =>
        {
            json["Exchange"]!["BodyKeys"] = new Uri(KeyFile).AbsoluteUri;
            json["Exchange"]!["DataFolder"] = Data;
        });
        await using var service = hub.Service("claims");
        using var channel = hub.Channel();
        var admin = new Vss.Interlink.Admin.V1.Admin.AdminClient(channel);
        var accepted = await service.SubmitAsync(Dossiers.FromInside("bodies-1", HubConfiguration.Hub, Dossiers.Report), Dossiers.Report);
        await service.TakenAsync("bodies-1");
        await File.WriteAllTextAsync(Path.Combine(Data, "bodies", "leftover"), "no body");   // the hub's folder, and not a body: none of its business

        var scrub = await LastAsync(admin.ScrubBodies(new BodiesRequest()));
        Assert.Equal((1, Dossiers.Report["report"].Length, 0, true), (scrub.Seen, scrub.Octets, scrub.Faults, scrub.Done));

        WriteKeys(("new", next), ("old", old));
        Assert.Equal((1, 1), await CountsAsync(admin.RekeyBodies(new BodiesRequest())));
        WriteKeys(("new", next));
        Assert.Equal((1, 0), await CountsAsync(admin.RekeyBodies(new BodiesRequest())));
        Assert.Equal((1, 0), await CountsAsync(admin.CollectBodies(new BodiesRequest())));

        using var download = service.Inbox.Download(new V1.DownloadRequest { ExchangeId = accepted.ExchangeId, AttachmentId = "report" });
        Assert.True(await download.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(Dossiers.Report["report"], download.ResponseStream.Current.Data.ToByteArray());

        var file = Directory.EnumerateFiles(Path.Combine(Data, "bodies"), "*", SearchOption.AllDirectories).Single(file => Path.GetFileName(file).Length == 64);
        await using (var damaged = new FileStream(file, FileMode.Open)) damaged.SetLength(damaged.Length - 1);
        var found = await LastAsync(admin.ScrubBodies(new BodiesRequest()));
        Assert.Equal(("body.length", 1), (Assert.Single(found.Findings).Rule, found.Faults));
        using var broken = service.Inbox.Download(new V1.DownloadRequest { ExchangeId = accepted.ExchangeId, AttachmentId = "report" });
        var refused = await Assert.ThrowsAsync<RpcException>(() => broken.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal((StatusCode.DataLoss, true), (refused.StatusCode, refused.Status.Detail.StartsWith("BODY_UNREADABLE", StringComparison.Ordinal)));

        await File.WriteAllTextAsync(KeyFile, "{");
        refused = await Assert.ThrowsAsync<RpcException>(() => LastAsync(admin.RekeyBodies(new BodiesRequest())));
        Assert.Equal((StatusCode.FailedPrecondition, true), (refused.StatusCode, refused.Status.Detail.StartsWith("BODY_KEYS_UNUSABLE: Exchange:BodyKeys", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_hub_that_finds_no_bodies_does_not_start_on_a_ledger_that_names_some()
    {
        await using var hub = await HubProcess.StartAsync(json => json["Exchange"]!["DataFolder"] = Data);
        await using (var service = hub.Service("claims")) await service.SubmitAsync(Dossiers.FromInside("bodies-2", HubConfiguration.Hub, Dossiers.Report), Dossiers.Report);
        await hub.StopAsync();
        var (bodies, elsewhere) = (Path.Combine(Data, "bodies"), Path.Combine(_folder.FullName, "elsewhere"));
        Directory.Move(bodies, elsewhere);   // as a volume that is not mounted

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(hub.StartAgainAsync);
        Assert.Contains("Exchange:DataFolder cannot be opened: the ledger names bodies, and there is none at all.", refused.Message, StringComparison.Ordinal);

        Directory.Delete(bodies, recursive: true);
        Directory.Move(elsewhere, bodies);
        await hub.StartAgainAsync();
    }

    [Fact]
    public async Task A_stranger_may_not_touch_bodies()
    {
        await using var hub = await HubProcess.StartAsync();
        using var channel = hub.Channel(HubProcess.Pki.Load("ministry"));
        var refused = await Assert.ThrowsAsync<RpcException>(() => LastAsync(new Vss.Interlink.Admin.V1.Admin.AdminClient(channel).CollectBodies(new BodiesRequest())));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    private void WriteKeys(params (string Id, byte[] Key)[] keys)
    {
        File.WriteAllText(KeyFile, JsonSerializer.Serialize(new { current = keys[0].Id, keys = keys.ToDictionary(key => key.Id, key => Convert.ToBase64String(key.Key)) }));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task<(long Seen, long Changed)> CountsAsync(AsyncServerStreamingCall<BodiesProgress> call)
    {
        var last = await LastAsync(call);
        return (last.Seen, last.Changed);
    }

    private static async Task<BodiesProgress> LastAsync(AsyncServerStreamingCall<BodiesProgress> call)
    {
        using var _ = call;
        var last = new BodiesProgress();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) last = call.ResponseStream.Current;
        return last;
    }
}
