using System.Diagnostics;

namespace Vss.Interlink.TestKit.Pki;

/// <summary>Runs <c>openssl</c> on files of a temporary folder.</summary>
public sealed class OpenSsl : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-openssl-");

    /// <summary>Path of a file of the folder.</summary>
    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file of the folder; gives its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> octets)
    {
        File.WriteAllBytes(this[name], octets);
        return this[name];
    }

    /// <inheritdoc cref="Write(string, ReadOnlySpan{byte})"/>
    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>Its exit code, and what it wrote to both outputs.</returns>
    public (int ExitCode, string Output) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            throw new TimeoutException($"openssl {arguments[0]} did not end.");
        }

        return (process.ExitCode, output.Result + error.Result);
    }

    /// <summary>Runs a command that must succeed, and gives the file that it wrote.</summary>
    public byte[] Make(string file, params string[] arguments)
    {
        var (code, output) = Run([.. arguments, "-out", this[file]]);
        return code == 0 ? File.ReadAllBytes(this[file]) : throw new InvalidOperationException(output);
    }

    /// <summary>Starts a command that stays.</summary>
    public Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.FullName })!;

    public void Dispose() => _folder.Delete(recursive: true);
}
