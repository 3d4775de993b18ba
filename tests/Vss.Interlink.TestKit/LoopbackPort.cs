using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Vss.Interlink.TestKit;

/// <summary>Ports for servers that must come back at the same address after they were killed.</summary>
public static class LoopbackPort
{
    // Below those that the kernel gives to outgoing connections: a client that keeps knocking at a closed port among these may be given that very port as its own, and talk to itself.
    private const int First = 15_000;
    private const int End = 32_000;

    // Their UDP sides, which nobody speaks to, hold the numbers while a server is away: other tests may run at the same time, in this process or in another.
    private static readonly ConcurrentBag<Socket> s_held = [];

    /// <summary>A port that nobody listened at a moment ago, and that is given to nobody else as long as this process lives.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                holder.Bind(new IPEndPoint(IPAddress.Loopback, port));
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                s_held.Add(holder);
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                holder.Dispose();   // another one
            }
        }
    }
}
