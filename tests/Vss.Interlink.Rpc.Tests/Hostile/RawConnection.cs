using System.Collections.Concurrent;
using System.Net.Sockets;
using Google.Protobuf;

namespace Vss.Interlink.Rpc.Tests.Hostile;

/// <summary>
/// A client's connection whose frames the test chooses. What comes back is read beside: settings and pings are acknowledged, windows kept open, and
/// the end of each stream and of the connection noted.
/// </summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly ConcurrentDictionary<int, StreamState> _streams = new();
    private readonly TaskCompletionSource<uint?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading = Task.CompletedTask;
    private int _lastStream = -1;

    private RawConnection(TcpClient tcp, bool reads)
    {
        _tcp = tcp;
        Frames = new Http2Frames(tcp.GetStream());
        if (reads) _reading = ReadToEndAsync();
    }

    public Http2Frames Frames { get; }

    /// <summary>Ends when the server hangs up, with the error code of its GOAWAY if there was one.</summary>
    public Task<uint?> Closed => _closed.Task;

    /// <param name="reads">False for a client that never reads what the server sends.</param>
    public static async Task<RawConnection> OpenAsync(Uri address, bool reads = true)
    {
        var connection = await ConnectAsync(address, reads);
        await connection.Frames.SendAsync(Http2Frames.Preface);
        await connection.Frames.SendAsync(FrameType.Settings, FrameFlags.None, 0, []);
        // Later, the acknowledgement of the server's settings would fall between a test's own frames.
        if (reads) await connection._settled.Task;
        return connection;
    }

    /// <summary>Connected, and nothing said yet, not even the preface.</summary>
    public static async Task<RawConnection> ConnectAsync(Uri address, bool reads = true)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(address.Host, address.Port);
        return new RawConnection(tcp, reads);
    }

    public static byte[] RequestHeaders(string method, params IEnumerable<(string Name, string Value)> metadata) => Http2Frames.HeaderBlock(
    [
        (":method", "POST"), (":scheme", "http"), (":path", $"/interlink.rpc.tests.Counter/{method}"), (":authority", "localhost"),
        ("te", "trailers"), ("content-type", "application/grpc"), .. metadata,
    ]);

    /// <summary>The next stream's number, not yet used.</summary>
    public int NextStream() => _lastStream += 2;

    /// <summary>Opens a call and sends no message.</summary>
    public async Task<int> BeginAsync(string method)
    {
        var stream = NextStream();
        await Frames.SendAsync(FrameType.Headers, FrameFlags.EndHeaders, stream, RequestHeaders(method));
        return stream;
    }

    /// <summary>A whole request of one message.</summary>
    public async Task<int> CallAsync(string method, IMessage message)
    {
        var stream = await BeginAsync(method);
        await SendAsync(stream, RawCall.Frame(message), end: true);
        return stream;
    }

    public Task SendAsync(int stream, byte[] octets, bool end = false) =>
        Frames.SendAsync(FrameType.Data, end ? FrameFlags.EndStream : FrameFlags.None, stream, octets);

    public Task ResetAsync(int stream) => Frames.SendAsync(FrameType.Reset, FrameFlags.None, stream, Http2Frames.Number(Http2Error.Cancel));

    /// <summary>Ends with the stream: null when the server closed it, else the code it was reset with.</summary>
    /// <exception cref="IOException">The connection ended first.</exception>
    public async Task<uint?> EndOf(int stream)
    {
        var ended = StateOf(stream).Ended.Task;
        await Task.WhenAny(ended, Closed);
        return ended.IsCompleted ? await ended : throw new IOException("The server ended the connection before the stream.");
    }

    /// <summary>Ends when the first octets of the answer are there.</summary>
    public Task AnswerOf(int stream) => StateOf(stream).Answered.Task;

    public async ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        await _reading;
        Frames.Dispose();
    }

    private StreamState StateOf(int stream) => _streams.GetOrAdd(stream, static _ => new StreamState());

    private async Task ReadToEndAsync()
    {
        uint? code = null;
        while (await Frames.ReadAsync() is { } frame)
        {
            if (frame.Type == FrameType.GoAway) code = frame.GoAwayCode;
            else await NoteAsync(frame);
        }

        _closed.TrySetResult(code);
    }

    private async Task NoteAsync(Frame frame)
    {
        try
        {
            if (frame.Type is FrameType.Settings or FrameType.Ping && !frame.Flags.HasFlag(FrameFlags.Ack))
                await Frames.SendAsync(frame.Type, FrameFlags.Ack, 0, frame.Type == FrameType.Ping ? frame.Payload : []);
            if (frame.Type == FrameType.Settings) _settled.TrySetResult();
            if (frame is { Type: FrameType.Data, Payload.Length: > 0 })
            {
                StateOf(frame.Stream).Answered.TrySetResult();
                foreach (var window in new[] { 0, frame.Stream })
                    await Frames.SendAsync(FrameType.WindowUpdate, FrameFlags.None, window, Http2Frames.Number((uint)frame.Payload.Length));
            }
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException)
        {
            // The server hung up, or the test is done; the next read says so.
        }

        if (frame.EndsStream) StateOf(frame.Stream).Ended.TrySetResult(null);
        else if (frame.Type == FrameType.Reset) StateOf(frame.Stream).Ended.TrySetResult(frame.ResetCode);
    }

    private sealed class StreamState
    {
        public readonly TaskCompletionSource Answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public readonly TaskCompletionSource<uint?> Ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
