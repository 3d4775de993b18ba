using System.Diagnostics;

namespace Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

/// <summary>A folder for the files that a peer reads and writes, and the peer's runs in it.</summary>
internal sealed class PeerFolder : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public string Path { get; } = Directory.CreateTempSubdirectory("xml-peer-").FullName;

    public string Write(string name, byte[] octets)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, octets);
        return path;
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public byte[] Read(string name) => File.ReadAllBytes(System.IO.Path.Combine(Path, name));

    /// <summary>Runs a program to its end.</summary>
    public (int ExitCode, string Said) Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Path })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end.");
        }

        return (process.ExitCode, error.Result + output.Result);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
