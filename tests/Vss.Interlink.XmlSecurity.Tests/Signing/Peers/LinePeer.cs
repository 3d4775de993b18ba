using System.ComponentModel;
using System.Diagnostics;

namespace Vss.Interlink.XmlSecurity.Tests.Signing.Peers;

/// <summary>A foreign program that answers a line with a line. It is started once in a test run and ends when its standard input does.</summary>
internal sealed class LinePeer
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _oneAtATime = new();
    private readonly Process _process;
    private readonly string _packages;

    private LinePeer(Process process, string packages) => (_process, _packages) = (process, packages);

    /// <summary>Runs a program to its end, which must be 0.</summary>
    public static void Prepare(string packages, string program, params IEnumerable<string> arguments)
    {
        using var folder = new PeerFolder();
        var (exitCode, said) = Guarded(packages, () => folder.Run(program, arguments));
        if (exitCode != 0) throw new InvalidOperationException($"{packages} {program} ended with {exitCode}: {said}");
    }

    /// <param name="packages">What must be installed, for who reads the failure.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static LinePeer Start(string packages, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Guarded(packages, () => Process.Start(start)!);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill(entireProcessTree: true);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new LinePeer(process, packages);
    }

    public string Ask(params ReadOnlySpan<string> fields)
    {
        var request = string.Join('\t', fields!);
        lock (_oneAtATime)
        {
            _process.StandardInput.WriteLine(request);
            _process.StandardInput.Flush();
            var answer = _process.StandardOutput.ReadLineAsync();
            if (!answer.Wait(Patience)) throw new TimeoutException($"The peer did not answer. {_packages}");
            return answer.Result ?? throw new InvalidOperationException($"The peer ended. {_packages}");
        }
    }

    private static T Guarded<T>(string packages, Func<T> start)
    {
        try
        {
            return start();
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{packages} {missing.Message}", missing);
        }
    }
}
