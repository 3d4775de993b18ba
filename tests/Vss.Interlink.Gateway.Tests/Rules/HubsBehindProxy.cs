using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vss.Interlink.Gateway.Tests.Crashes;
using Vss.Interlink.Gateway.Tests.Hub;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Ministry;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;

namespace Vss.Interlink.Gateway.Tests.Rules;

/// <summary>Two hubs behind HAProxy, which passes TLS on unread and asks each hub for its health: the configuration of docs/operations.md. Partners and services know the proxy alone.</summary>
internal sealed class HubsBehindProxy : IDisposable
{
    private readonly HaProxy _proxy;
    private readonly int _partners = LoopbackPort.Free();
    private readonly int _inside = LoopbackPort.Free();

    private HubsBehindProxy(TwoHubs hubs) => _proxy = new HaProxy($"""
        defaults
          mode tcp
          retries 3
          option redispatch
          timeout connect 5s
          timeout client 1h
          timeout server 1h
          timeout check 30s
          option httpchk
          option allbackups
          http-check send meth GET uri /health ver HTTP/1.1 hdr Host localhost
          http-check expect status 200
          default-server check check-ssl verify required verifyhost localhost ca-file {Path.Combine(HubProcess.Pki.Anchors, "root.crt")} inter 1s fastinter 300ms fall 2 rise 1
        listen partners
          bind 127.0.0.1:{Text(_partners)}
          server first 127.0.0.1:{Text(hubs.First.Partners.Port)}
          server second 127.0.0.1:{Text(hubs.Second.Partners.Port)}
          server first-anyway 127.0.0.1:{Text(hubs.First.Partners.Port)} backup no-check
          server second-anyway 127.0.0.1:{Text(hubs.Second.Partners.Port)} backup no-check
        listen inside
          bind 127.0.0.1:{Text(_inside)}
          server first 127.0.0.1:{Text(hubs.First.Inside.Port)} port {Text(hubs.First.Partners.Port)}
          server second 127.0.0.1:{Text(hubs.Second.Inside.Port)} port {Text(hubs.Second.Partners.Port)}
          server first-anyway 127.0.0.1:{Text(hubs.First.Inside.Port)} backup no-check
          server second-anyway 127.0.0.1:{Text(hubs.Second.Inside.Port)} backup no-check
        """);

    /// <summary>Returns once both sides lead to a hub.</summary>
    public static async Task<HubsBehindProxy> StartAsync(TwoHubs hubs)
    {
        var proxy = new HubsBehindProxy(hubs);
        try
        {
            foreach (var port in (int[])[proxy._partners, proxy._inside]) await Eventually.HoldsAsync("the proxy listens", () => ListensAsync(port));
            return proxy;
        }
        catch
        {
            proxy.Dispose();
            throw;
        }
    }

    public MinistryClient Ministry(SoapDialect dialect) =>
        new(new MinistryOptions(new Uri($"https://localhost:{_partners}/soap/v1"), HubProcess.Pki.Load("ministry"), HubProcess.Pki.AnchorCertificates(), DevelopmentPki.HubSubject) { Intermediates = [.. HubProcess.Pki.IntermediateCertificates()], Dialect = dialect });

    public InsideService Service(string name, Action<TakenDelivery> record) =>
        InsideService.Start(DemoInside.Options(new Uri($"https://localhost:{_inside}"), HubProcess.Pki) with { Name = name, Record = record });

    public void Dispose() => _proxy.Dispose();

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
