using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Vss.Interlink.Rpc.Tests.Interop;

/// <summary>
/// A TCP relay in front of an h2c server. It reads the HTTP/2 frames it passes on, and so sees what no client or server shows: whether a gRPC message
/// was compressed, and whether the client reset a call. A frame is seen before its receiver gets it.
/// </summary>
internal sealed class WireTap : IAsyncDisposable
{
    private const int PrefaceLength = 24;
    private const int HeaderLength = 9;
    private const int Data = 0x0;
    private const int RstStream = 0x3;
    private const int Padded = 0x8;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _connections = [];
    private readonly Uri _server;
    private readonly Task _accepting;
    private volatile CaseTraffic _current = new();

    public WireTap(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>What passes in the calls that begin from now on.</summary>
    public CaseTraffic Watch() => _current = new CaseTraffic();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var connection in _connections) connection.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                _connections.Add(client);
                _connections.Add(server);
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(_server.Host, _server.Port);
                relays.Add(RelayAsync(client, server));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client, TcpClient server)
    {
        var calls = new ConcurrentDictionary<int, Call>();
        await Task.WhenAll(
            PassAsync(client, server, PrefaceLength, frame => CallOf(frame).SeeRequest(frame)),
            PassAsync(server, client, 0, frame => CallOf(frame).SeeResponse(frame)));

        Call CallOf(Frame frame) => calls.GetOrAdd(frame.Stream, _ => new Call(_current));
    }

    private static async Task PassAsync(TcpClient from, TcpClient to, int prefaceLength, Action<Frame> see)
    {
        try
        {
            var (source, target) = (from.GetStream(), to.GetStream());
            var preface = new byte[prefaceLength];
            await source.ReadExactlyAsync(preface);
            await target.WriteAsync(preface);
            var header = new byte[HeaderLength];
            while (true)
            {
                await source.ReadExactlyAsync(header);
                var payload = new byte[header[0] << 16 | header[1] << 8 | header[2]];
                await source.ReadExactlyAsync(payload);
                see(new Frame(header, payload));
                await target.WriteAsync((byte[])[.. header, .. payload]);
            }
        }
        catch (Exception closed) when (closed is IOException or InvalidOperationException)
        {
            from.Dispose();
            to.Dispose();
        }
    }

    private readonly struct Frame(byte[] header, byte[] payload)
    {
        public int Type => header[3];

        public int Stream => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue;

        public ReadOnlySpan<byte> Content => (header[4] & Padded) != 0 && Type == Data ? payload.AsSpan(1..^payload[0]) : payload;
    }

    private sealed class Call(CaseTraffic traffic)
    {
        private readonly MessagePrefixes _requests = new(traffic.RequestFlags);
        private readonly MessagePrefixes _responses = new(traffic.ResponseFlags);

        public void SeeRequest(Frame frame)
        {
            if (frame.Type == Data) _requests.Read(frame.Content);
            if (frame.Type == RstStream) traffic.Reset.TrySetResult(BinaryPrimitives.ReadInt32BigEndian(frame.Content));
        }

        public void SeeResponse(Frame frame)
        {
            if (frame.Type == Data) _responses.Read(frame.Content);
        }
    }

    /// <summary>Finds the flag of each message in one direction of a call: a byte, and four of the length that follows.</summary>
    private sealed class MessagePrefixes(ConcurrentQueue<int> flags)
    {
        private readonly byte[] _prefix = new byte[5];
        private int _have;
        private int _left;

        public void Read(ReadOnlySpan<byte> data)
        {
            while (!data.IsEmpty)
            {
                var taken = _left > 0 ? Math.Min(_left, data.Length) : 1;
                if (_left > 0) _left -= taken;
                else _prefix[_have++] = data[0];
                data = data[taken..];
                if (_have < _prefix.Length) continue;
                flags.Enqueue(_prefix[0]);
                _left = BinaryPrimitives.ReadInt32BigEndian(_prefix.AsSpan(1));
                _have = 0;
            }
        }
    }
}

/// <summary>What the tap saw of one case: the compressed flag of each message in order, and the error code of the first call the client reset.</summary>
internal sealed class CaseTraffic
{
    public ConcurrentQueue<int> RequestFlags { get; } = [];

    public ConcurrentQueue<int> ResponseFlags { get; } = [];

    public TaskCompletionSource<int> Reset { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
