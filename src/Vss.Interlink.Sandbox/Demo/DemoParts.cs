using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.Sandbox.Demo;

/// <summary>The axis of the demo: the hub is one of its systems, the Government Office is an agency without one.</summary>
public static class DemoAxis
{
    public static AxisOptions Options(int port, string secret) => new()
    {
        Port = port,
        Systems = [new AxisSystem(HubConfiguration.AxisSystem, secret, HubConfiguration.Hub, "Bảo hiểm xã hội Việt Nam")],
        Agencies = new Dictionary<string, string> { [HubConfiguration.Office] = "Văn phòng Chính phủ" },
    };
}

/// <summary>The inside system of the demo.</summary>
public static class DemoInside
{
    public static InsideOptions Options(Uri hub, DevelopmentPki pki) => new(hub, pki.Load("inside"), pki.AnchorCertificates(), "claims") { Intermediates = [.. pki.IntermediateCertificates()] };

    public static IEnumerable<X509Certificate2> IntermediateCertificates(this DevelopmentPki pki) => [X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki.Intermediates, "issuing.crt"))];
}
