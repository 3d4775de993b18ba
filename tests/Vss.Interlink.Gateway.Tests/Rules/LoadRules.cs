using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using Vss.Interlink.Admin.V1;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>The reliability rules about many messages. docs/message-life.md lists where each rule is tested.</summary>
public sealed class LoadRules(ITestOutputHelper output) : IDisposable
{
    private const int Senders = 4;
    private const int Megabyte = 1024 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-keys-");

    private string KeyFile => Path.Combine(_folder.FullName, "keys.json");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <remarks><c>INTERLINK_R16_MESSAGES</c> says how many; 10,000 are the rule's own number.</remarks>
    [Fact]
    public async Task R16_Many_messages_leave_no_temporary_file_and_take_no_more_memory_than_half_of_them()
    {
        var messages = Environment.GetEnvironmentVariable("INTERLINK_R16_MESSAGES") is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : 1000;
        await using var hub = await HubProcess.StartAsync();
        await using var service = hub.Service("claims");
        await SendAsync(hub, "R16-first", messages / 2);
        await Eventually.HoldsAsync("all taken", () => Task.FromResult(service.Taken.Count == messages / 2));
        var (memory, files) = (hub.PeakMemory(), hub.OpenFiles().Count);

        await SendAsync(hub, "R16-second", messages / 2);
        await Eventually.HoldsAsync("all taken", () => Task.FromResult(service.Taken.Count == messages));

        output.WriteLine($"{messages} messages: {memory / Megabyte} MiB and {files} open files after half of them, {hub.PeakMemory() / Megabyte} MiB and {hub.OpenFiles().Count} open files at the end");
        var temporary = Directory.EnumerateFileSystemEntries(hub.TemporaryFolder).Select(entry => Path.GetFileName(entry)!);
        Assert.DoesNotContain(temporary, name => !name.StartsWith("dotnet-diagnostic-", StringComparison.Ordinal) && !name.StartsWith("clr-debug-pipe-", StringComparison.Ordinal));   // the runtime's own doors for debuggers
        Assert.DoesNotContain(hub.OpenFiles(), file => file.EndsWith(" (deleted)", StringComparison.Ordinal) && !file.StartsWith("/memfd:", StringComparison.Ordinal));
        Assert.InRange(hub.PeakMemory() - memory, 0, 48 * Megabyte);
        Assert.InRange(hub.OpenFiles().Count - files, -files, 16);
    }

    [Fact]
    public async Task R17_While_the_key_of_bodies_at_rest_is_rotated_under_load_no_message_fails()
    {
        var (old, next) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        WriteKeys(("old", old));
        await using var hub = await HubProcess.StartAsync(json => json["Exchange"]!["BodyKeys"] = new Uri(KeyFile).AbsoluteUri);
        await using var service = hub.Service("claims");
        using var channel = hub.Channel();
        var admin = new Vss.Interlink.Admin.V1.Admin.AdminClient(channel);
        await SendAsync(hub, "R17-before", 40);

        var load = SendAsync(hub, "R17-during", 200);
        WriteKeys(("new", next), ("old", old));
        var during = await LastAsync(admin.RekeyBodies(new BodiesRequest()));
        await load;
        var after = await LastAsync(admin.RekeyBodies(new BodiesRequest()));
        WriteKeys(("new", next));
        await SendAsync(hub, "R17-after", 40);

        output.WriteLine($"{during.Changed} of {during.Seen} bodies under the new key while messages came, {after.Changed} of {after.Seen} afterwards");
        Assert.True(during.Changed > 0);
        await Eventually.HoldsAsync("all taken", () => Task.FromResult(service.Taken.Count == 280));   // their attachments were read: under whichever key
        Assert.Equal((280, 0), ((await LastAsync(admin.ScrubBodies(new BodiesRequest()))).Seen, (await LastAsync(admin.ScrubBodies(new BodiesRequest()))).Faults));
    }

    // Fails at the first message that is not accepted at once.
    private static Task SendAsync(HubProcess hub, string prefix, int count) => Task.WhenAll(Enumerable.Range(0, Senders).Select(async sender =>
    {
        using var ministry = hub.Ministry(sender % 2 == 0 ? SoapDialect.Soap11 : SoapDialect.Soap12);
        for (var number = sender; number < count; number += Senders)
        {
            var content = new byte[4000];
            BitConverter.TryWriteBytes(content, number);
            prefix.AsSpan().CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(content.AsSpan(8)));
            var dossier = Dossiers.FromMinistry($"{prefix}-{number}") with { Attachments = [new MinistryAttachment("scan", "scan.bin", "application/octet-stream", content)] };
            Assert.Null((await ministry.SubmitAsync(dossier, number % 3 == 0 ? Packaging.Mtom : Packaging.Inline)).Fault);
        }
    }));

    private void WriteKeys(params (string Id, byte[] Key)[] keys)
    {
        var draft = KeyFile + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(new { current = keys[0].Id, keys = keys.ToDictionary(key => key.Id, key => Convert.ToBase64String(key.Key)) }));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(draft, KeyFile, overwrite: true);   // whole at any moment, as an operator should
    }

    private static async Task<BodiesProgress> LastAsync(AsyncServerStreamingCall<BodiesProgress> call)
    {
        using var _ = call;
        var last = new BodiesProgress();
        while (await call.ResponseStream.MoveNext(CancellationToken.None)) last = call.ResponseStream.Current;
        return last;
    }
}
