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

    /// <summary>A port that nobody listened at a moment ago.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // another one
            }
        }
    }
}
