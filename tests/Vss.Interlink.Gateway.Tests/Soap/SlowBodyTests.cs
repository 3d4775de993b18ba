using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.Sandbox.Ministry;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>Senders without any certificate who send large bodies slowly, or not to the end, over real sockets.</summary>
public sealed class SlowBodyTests
{
    private const int Largest = 1024 * 1024;
    private const int Room = 2 * Largest;

    [Fact]
    public async Task Small_submissions_get_their_receipts_while_slow_senders_hold_all_the_room_for_large_ones()
    {
        await using var host = await StartAsync(TimeProvider.System);
        var silent = await FillAsync(host);
        using var ministry = host.Client();

        for (var number = 0; number < 5; number++) Assert.NotNull((await ministry.SubmitAsync(Dossier(1024))).Answer);
        Assert.Equal(("OVERLOADED", "soap.held-bytes"), (await ministry.SubmitAsync(Dossier(400 * 1024))).Fault is { } fault ? (fault.Name, fault.Rule) : default);

        foreach (var sender in silent) await sender.DisposeAsync();
        await UntilAsync(() => IsFree(host, Room));
        Assert.NotNull((await ministry.SubmitAsync(Dossier(400 * 1024))).Answer);
    }

    [Fact]
    public async Task A_sender_who_falls_silent_is_cut_off_and_what_he_held_is_free()
    {
        await using var host = await StartAsync(new HurriedClock());
        var silent = await FillAsync(host);

        foreach (var sender in silent)
        {
            var answer = await sender.AnswerAsync();
            Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
            Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
            Assert.Contains("TRUNCATED", answer, StringComparison.Ordinal);
            Assert.Contains(BodyPace.Rule, answer, StringComparison.Ordinal);
        }

        Assert.True(IsFree(host, Room));   // as soon as it is said, and not when the connection is gone
        Assert.DoesNotContain(host.Log.Lines, line => line.Level >= LogLevel.Error);
        using var ministry = host.Client();
        Assert.NotNull((await ministry.SubmitAsync(Dossier(400 * 1024))).Answer);
        foreach (var sender in silent) await sender.DisposeAsync();
    }

    [Fact]
    public async Task A_sender_who_falls_silent_in_a_stream_of_http2_is_answered_the_same_and_his_connection_serves_on()
    {
        await using var host = await StartAsync(new HurriedClock());
        var never = new TaskCompletionSource();
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = RawSender.Tls(host.Endpoint.Host) }) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var silent = new SilentContent(400 * 1024, never.Task);

        for (var round = 0; round < 2; round++)
        {
            using var answer = await http.PostAsync(host.Endpoint, silent);
            var fault = await SeenFault.OfAsync(answer);
            Assert.Equal((408, "TRUNCATED", BodyPace.Rule), (fault.Status, fault.Name, fault.Rule));
        }

        Assert.True(IsFree(host, Room));
        never.SetResult();
    }

    [Fact]
    public async Task A_sender_who_is_slow_but_steady_gets_his_receipt_and_may_pause()
    {
        await using var host = await StartAsync(new HurriedClock());
        using var ministry = host.Client();
        var envelope = await ministry.PrepareSubmitAsync(Dossier(600 * 1024));
        await using var sender = await RawSender.ConnectAsync(host.Endpoint, envelope.Length);
        var start = Stopwatch.StartNew();
        for (var sent = 0; sent < envelope.Length; sent += 16 * 1024)
        {
            var due = TimeSpan.FromSeconds(sent / (1.25 * HurriedClock.Times * BodyPace.OctetsPerSecond)) - start.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due);
            await sender.SendAsync(envelope.AsMemory(sent, Math.Min(16 * 1024, envelope.Length - sent)));
            if (sent == 256 * 1024) await Task.Delay(BodyPace.Patience / HurriedClock.Times / 2);
        }

        var answer = await sender.AnswerAsync();
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("SubmitDossierResponse", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pause_of_eight_seconds_behind_the_first_octet_is_borne()
    {
        await using var host = await StartAsync(TimeProvider.System);
        using var ministry = host.Client();
        var envelope = await ministry.PrepareSubmitAsync(Dossier(1024));
        await using var sender = await RawSender.ConnectAsync(host.Endpoint, envelope.Length);
        await sender.SendAsync(envelope.AsMemory(0, 1));
        await Task.Delay(TimeSpan.FromSeconds(8));
        await sender.SendAsync(envelope.AsMemory(1));

        Assert.StartsWith("HTTP/1.1 200", await sender.AnswerAsync(), StringComparison.Ordinal);
    }

    private static Task<ExchangeHost> StartAsync(TimeProvider clock) => ExchangeHost.StartAsync(clock, ("Soap:MaxMessageBytes", $"{Largest}"), ("Soap:MaxHeldBytes", $"{Room}"));

    // Each sends all but its last octet.
    private static async Task<List<RawSender>> FillAsync(ExchangeHost host)
    {
        List<RawSender> silent = [];
        for (var octets = 0; octets < Room; octets += Largest)
        {
            silent.Add(await RawSender.ConnectAsync(host.Endpoint, Largest));
            var body = new byte[Largest - 1];
            Array.Fill(body, (byte)' ');
            await silent[^1].SendAsync(body);
        }

        await UntilAsync(() => !IsFree(host, 16));
        return silent;
    }

    private static bool IsFree(ExchangeHost host, long octets)
    {
        using var large = host.Services.GetRequiredService<HeldBytes>().Begin(Largest);
        try
        {
            large.Take(octets);
            return true;
        }
        catch (ExchangeFault)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
    }

    private static MinistryDossier Dossier(int octets) => new($"m-{Guid.NewGuid():N}", ExchangeHost.Ministry, ExchangeHost.Office, "Hồ sơ")
    {
        Attachments = [new MinistryAttachment("scan", "scan.bin", "application/octet-stream", RandomNumberGenerator.GetBytes(octets))],
    };

    private sealed class SilentContent : HttpContent
    {
        private readonly int _octets;
        private readonly Task _until;

        public SilentContent(int octets, Task until)
        {
            (_octets, _until) = (octets, until);
            Headers.TryAddWithoutValidation("Content-Type", "text/xml; charset=utf-8");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[_octets]);
            await stream.FlushAsync();
            await _until;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _octets + 1;
            return true;
        }
    }

    /// <summary>Measures and waits as if time went faster; the time of day is the true one.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        public const int Times = 8;

        public override long TimestampFrequency => System.TimestampFrequency / Times;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Hurried(System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period)));

        private static TimeSpan Shorter(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / Times;

        private sealed class Hurried(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Shorter(dueTime), Shorter(period));

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
