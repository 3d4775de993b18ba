using System.Net;
using System.Net.Sockets;

namespace Vss.Interlink.Rpc.Tests;

/// <summary>A TCP relay that can fall silent: connections stay open, and nothing passes any more, as when a cable is pulled.</summary>
internal sealed class SilentRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _connections = [];
    private readonly Uri _server;
    private readonly Task _accepting;
    private volatile bool _silent;

    public SilentRelay(Uri server)
    {
        _server = server;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public void FallSilent() => _silent = true;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _connections) connection.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                await server.ConnectAsync(_server.Host, _server.Port);
                _connections.AddRange([client, server]);
                _ = PassAsync(client.GetStream(), server.GetStream());
                _ = PassAsync(server.GetStream(), client.GetStream());
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // disposed
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReadAsync(buffer) is > 0 and var read)
            {
                if (!_silent) await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // one side has gone
        }
    }
}
