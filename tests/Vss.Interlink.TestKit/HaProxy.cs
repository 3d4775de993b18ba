using System.Diagnostics;
using Vss.Interlink.TestKit.Redis;

namespace Vss.Interlink.TestKit;

/// <summary>Debian's HAProxy with a configuration of the test's own.</summary>
public sealed class HaProxy : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-haproxy-");
    private readonly Process _process;

    /// <param name="sections">What comes behind <c>global</c>.</param>
    public HaProxy(string sections)
    {
        var file = Path.Combine(_folder.FullName, "haproxy.cfg");
        File.WriteAllText(file, $"global\n  log stdout format raw local0\n{sections}\n");
        _process = RedisServer.Start("haproxy", ["-db", "-f", file], "");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
