using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.TestKit;

/// <summary>One development PKI per test process, in a temporary folder that goes with the process.</summary>
public static class TestPki
{
    private static readonly Lazy<DevelopmentPki> Made = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("interlink-pki-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return DevelopmentPki.Ensure(folder, TimeProvider.System);
    });

    public static DevelopmentPki Instance => Made.Value;
}
