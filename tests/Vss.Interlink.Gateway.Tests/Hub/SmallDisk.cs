using System.Diagnostics;

namespace Vss.Interlink.Gateway.Tests.Hub;

/// <summary>A volume of some megabytes (tmpfs), to be filled up with ballast and emptied again. Mounting takes root, as the tests' packages do.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-disk-");

    public SmallDisk(int megabytes) => Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0700", "tmpfs", _folder.FullName);

    public string Path => _folder.FullName;

    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Leaves so many octets free.</summary>
    public void FillUpTo(long free)
    {
        using var ballast = new FileStream(Ballast, FileMode.Append);
        var octets = new byte[64 * 1024];
        for (var left = Free - free; left > 0; left -= octets.Length) ballast.Write(octets.AsSpan(0, (int)Math.Min(left, octets.Length)));
    }

    public void Empty() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        _folder.Delete();
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {error}");
    }
}
