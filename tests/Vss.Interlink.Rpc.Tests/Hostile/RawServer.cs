using System.Net;
using System.Net.Sockets;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>A server whose frames the test chooses. It plays the same part to every connection, and hangs up when the part is over.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public RawServer(Func<RawServerConnection, Task> part)
    {
        _listener.Start();
        _accepting = AcceptAsync(part);
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <exception cref="Exception">What the part threw, unless its client had hung up.</exception>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<RawServerConnection, Task> part)
    {
        var played = new List<Task>();
        try
        {
            while (true) played.Add(PlayAsync(await _listener.AcceptTcpClientAsync(_stop.Token), part));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(played);
        }
    }

    private async Task PlayAsync(TcpClient client, Func<RawServerConnection, Task> part)
    {
        using var connection = new RawServerConnection(client);
        await using var stopped = _stop.Token.Register(client.Dispose);
        try
        {
            await part(connection);
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException or SocketException)
        {
            // The client hung up, or the test is done.
        }
    }
}

/// <summary>The server's end of one connection.</summary>
internal sealed class RawServerConnection(TcpClient client) : IDisposable
{
    public NetworkStream Stream { get; } = client.GetStream();

    public Http2Frames Frames { get; } = new(client.GetStream());

    /// <summary>Takes the preface and the settings, and waits for the first call.</summary>
    /// <returns>Its stream.</returns>
    public async Task<int> AcceptAsync()
    {
        await Stream.ReadExactlyAsync(new byte[Http2Frames.Preface.Length]);
        await Frames.SendAsync(FrameType.Settings, FrameFlags.None, 0, []);
        return (await NextAsync(FrameType.Headers)).Stream;
    }

    /// <summary>The next frame of a type; acknowledges settings on the way to it.</summary>
    /// <exception cref="IOException">The client hung up first.</exception>
    public async Task<Frame> NextAsync(FrameType type)
    {
        while (await Frames.ReadAsync() is { } frame)
        {
            if (frame.Type == FrameType.Settings && !frame.Flags.HasFlag(FrameFlags.Ack))
                await Frames.SendAsync(FrameType.Settings, FrameFlags.Ack, 0, []);
            if (frame.Type == type) return frame;
        }

        throw new IOException("The client hung up.");
    }

    public async Task DrainAsync()
    {
        while (await Frames.ReadAsync() is not null) { }
    }

    /// <summary>Closes its half after what it sent. Closing both at once would throw away what the client has not read yet: TCP resets a connection that is closed with octets unread (RFC 2525, 2.17).</summary>
    public Task HangUpAsync()
    {
        client.Client.Shutdown(SocketShutdown.Send);
        return DrainAsync();
    }

    public Task SendHeadersAsync(int stream, params IEnumerable<(string Name, string Value)> more) => Frames.SendAsync(
        FrameType.Headers, FrameFlags.EndHeaders, stream,
        Http2Frames.HeaderBlock([(":status", "200"), ("content-type", "application/grpc"), .. more]));

    public Task SendTrailersAsync(int stream, params IEnumerable<(string Name, string Value)> fields) => Frames.SendAsync(
        FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, stream, Http2Frames.HeaderBlock(fields));

    /// <summary>A whole answer of one message.</summary>
    public async Task AnswerAsync(int stream, Answer answer)
    {
        await SendHeadersAsync(stream);
        await Frames.SendAsync(FrameType.Data, FrameFlags.None, stream, RawCall.Frame(answer));
        await SendTrailersAsync(stream, ("grpc-status", "0"));
    }

    public void Dispose()
    {
        Frames.Dispose();
        client.Dispose();
    }
}
