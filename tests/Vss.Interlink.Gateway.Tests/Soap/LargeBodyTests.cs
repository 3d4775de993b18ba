using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Vss.Interlink.Gateway.Soap;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>A gigabyte is refused without ever being held, whether its length is announced or not.</summary>
public sealed class LargeBodyTests : IAsyncLifetime
{
    private const long Gigabyte = 1L << 30;

    private SoapHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SoapHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("text/xml", true)]
    [InlineData("text/xml", false)]
    [InlineData("application/soap+xml", false)]
    public async Task A_body_of_a_gigabyte_exceeds_the_limit_and_memory_stays_flat(string mediaType, bool announced)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (head, body, sent, peak) = await SendGigabyteAsync(mediaType, announced);

        Assert.StartsWith("HTTP/1.1 413", head, StringComparison.Ordinal);
        Assert.Contains("LIMIT_EXCEEDED", body, StringComparison.Ordinal);
        Assert.Contains(SoapVersion.OfMediaType(mediaType)!.Namespace, body, StringComparison.Ordinal);
        Assert.True(sent < Gigabyte, "the whole gigabyte was swallowed before the answer came");
        Assert.True(peak - before < 128L << 20, $"{(peak - before) >> 20} MiB were held");
    }

    [Fact]
    public async Task A_body_that_breaks_off_before_its_announced_length_ends_in_one_line_of_the_log()
    {
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(_host.Address.Host, _host.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST {SoapHost.Path} HTTP/1.1\r\nHost: {_host.Address.Authority}\r\nContent-Type: text/xml\r\nContent-Length: 5000\r\n\r\n<s:Envelope"));
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!_host.Log.Lines.Any(line => line.Text.Contains("TRUNCATED", StringComparison.Ordinal) || line.Text.Contains("left before the answer", StringComparison.Ordinal)))
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        Assert.DoesNotContain(_host.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact(Timeout = 120_000)]
    public async Task Messages_that_are_too_many_at_once_are_told_to_come_again()
    {
        await using var small = await SoapHost.StartAsync(("MaxMessageBytes", "65536"), ("MaxHeldBytes", "65536"));
        var refusedOnce = false;
        for (var round = 1; round <= 10 && !refusedOnce; round++)
        {
            var halfSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning disable CA2025 // it is awaited below, before the content goes
            using var slow = new SlowContent(new byte[60_000], halfSent.Task);
            var first = small.Client.PostAsync(SoapHost.Path, slow);
#pragma warning restore CA2025
            await Task.WhenAny(slow.Started, first).WaitAsync(TimeSpan.FromSeconds(60));
            await Task.Delay(TimeSpan.FromMilliseconds(200 * round));   // until the hub holds it; when it does not yet, the round is played again
            using (var content = Samples.Content(SoapVersion.V11, Samples.Envelope(SoapVersion.V11) + new string(' ', 30_000)))
            using (var refused = await small.Client.PostAsync(SoapHost.Path, content))
            {
                var fault = await SeenFault.OfAsync(refused);
                refusedOnce = fault.Name == "OVERLOADED";
                if (refusedOnce) Assert.Equal("5", refused.Headers.GetValues("Retry-After").Single());
            }

            halfSent.SetResult();
            using var last = await first;
        }

        Assert.True(refusedOnce, "nothing was refused while a large message was held");
        using var free = Samples.Content(SoapVersion.V11, Samples.Envelope(SoapVersion.V11) + new string(' ', 30_000));
        using var accepted = await small.Client.PostAsync(SoapHost.ReadPath, free);
        Assert.True(accepted.IsSuccessStatusCode);
    }

    private async Task<(string Head, string Body, long Sent, long Peak)> SendGigabyteAsync(string mediaType, bool announced)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_host.Address.Host, _host.Address.Port);
        var stream = socket.GetStream();
        var length = announced ? $"Content-Length: {Gigabyte}" : "Transfer-Encoding: chunked";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {SoapHost.Path} HTTP/1.1\r\nHost: {_host.Address.Authority}\r\nContent-Type: {mediaType}\r\n{length}\r\n\r\n"));
#pragma warning disable CA2025 // the same
        var answer = ReadAnswerAsync(stream);
#pragma warning restore CA2025
        var block = new byte[1 << 20];
        Array.Fill(block, (byte)' ');
        long sent = 0, peak = 0;
        try
        {
            while (sent < Gigabyte && !answer.IsCompleted)
            {
                if (!announced) await stream.WriteAsync("100000\r\n"u8.ToArray());
                await stream.WriteAsync(block);
                if (!announced) await stream.WriteAsync("\r\n"u8.ToArray());
                sent += block.Length;
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
            }
        }
        catch (IOException)
        {
            // The hub closed the connection after its answer, as it should.
        }

        var (head, body) = await answer;
        return (head, body, sent, peak);
    }

    private static async Task<(string Head, string Body)> ReadAnswerAsync(NetworkStream stream)
    {
        var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (!Encoding.UTF8.GetString(received.GetBuffer(), 0, (int)received.Length).Contains("Envelope>", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer);
                if (read == 0) break;
                received.Write(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // What came before the reset is the answer.
        }

        var text = Encoding.UTF8.GetString(received.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[end..]);
    }

    /// <summary>Sends its octets at once and ends only when it is told to.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly byte[] _octets;
        private readonly Task _end;
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowContent(byte[] octets, Task end)
        {
            (_octets, _end) = (octets, end);
            Headers.TryAddWithoutValidation("Content-Type", "text/xml");
        }

        public Task Started => _started.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(_octets);
            await stream.FlushAsync();
            _started.SetResult();
            await _end;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
