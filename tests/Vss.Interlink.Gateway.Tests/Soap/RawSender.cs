using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>A TLS connection without a client certificate, over which one POST goes as slowly as a test likes.</summary>
internal sealed class RawSender : IAsyncDisposable
{
    private readonly TcpClient _socket = new();
    private SslStream _stream = null!;

    /// <summary>Believes the hub by the anchors of the development PKI.</summary>
    public static SslClientAuthenticationOptions Tls(string host)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(TestPki.Instance.AnchorCertificates());
        policy.ExtraStore.AddRange(TestPki.Instance.IntermediateCertificates().ToArray());
        return new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = policy };
    }

    public static async Task<RawSender> ConnectAsync(Uri endpoint, long contentLength)
    {
        var sender = new RawSender();
        await sender._socket.ConnectAsync(endpoint.Host, endpoint.Port);
        sender._stream = new SslStream(sender._socket.GetStream());
        await sender._stream.AuthenticateAsClientAsync(Tls(endpoint.Host));
        await sender.SendAsync(Encoding.ASCII.GetBytes($"POST {endpoint.AbsolutePath} HTTP/1.1\r\nHost: {endpoint.Authority}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {contentLength}\r\n\r\n"));
        return sender;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        await _stream.WriteAsync(octets);
        await _stream.FlushAsync();
    }

    /// <summary>All that comes back, up to the end of an envelope or of the connection.</summary>
    public async Task<string> AnswerAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var received = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!received.ToString().Contains("Envelope>", StringComparison.Ordinal))
        {
            var read = await _stream.ReadAsync(buffer, patience.Token);
            if (read == 0) break;
            received.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return received.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }
}
