using System.Diagnostics;
using System.Globalization;

namespace Vss.Interlink.TestKit.Redis;

/// <summary>A redis-server of its own on free loopback ports, in a temporary folder, in memory alone: whoever restarts it has an empty one. Stopped by its process handle.</summary>
public sealed class RedisServer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-redis-");
    private readonly string[] _options;
    private readonly string[] _client;
    private Process _process;

    /// <summary>Without more options.</summary>
    public RedisServer() : this([], [], isTls: false) { }

    /// <param name="options">More options of redis-server; <c>{folder}</c> and <c>{port}</c> are replaced.</param>
    /// <param name="client">Options that redis-cli needs to reach it, beside the port.</param>
    /// <param name="isTls">Whether the port speaks TLS.</param>
    public static RedisServer With(string[] options, string[]? client = null, bool isTls = false) => new(options, client ?? [], isTls);

    private RedisServer(string[] options, string[] client, bool isTls)
    {
        Port = LoopbackPort.Free();
        _options = [isTls ? "--tls-port" : "--port", "{port}", .. isTls ? ["--port", "0"] : Array.Empty<string>(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "{folder}", "--loglevel", "notice", .. options];
        _client = client;
        _process = Launch();
    }

    public int Port { get; }

    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Stops answering, as a machine that hangs does; connections stay.</summary>
    public void Pause() => Signal("-STOP");

    /// <summary>Goes on where it was paused.</summary>
    public void Resume() => Signal("-CONT");

    /// <summary>Ends it at once; what it held is gone.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Starts it again at the same port, empty.</summary>
    public void Restart()
    {
        Kill();
        _process.Dispose();
        _process = Launch();
    }

    /// <summary>Runs redis-cli against it.</summary>
    /// <exception cref="InvalidOperationException">It failed, or the server answered an error.</exception>
    public string Cli(params string[] arguments)
    {
        var (code, output) = Run("redis-cli", ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "--no-auth-warning", "-e", .. _client, .. arguments]);
        return code == 0 ? output.Trim() : throw new InvalidOperationException($"redis-cli {string.Join(' ', arguments)}: {output}");
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Starts a server that stays, its outputs drained; comes back when it has written the line.</summary>
    internal static Process Start(string command, IEnumerable<string> arguments, string readyLine)
    {
        var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var ready = new TaskCompletionSource();
        var seen = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, line) => Look(line.Data);
        process.ErrorDataReceived += (_, line) => Look(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (readyLine.Length == 0 || ready.Task.Wait(s_patience)) return process;
        if (!process.HasExited) process.Kill();
        lock (seen) throw new InvalidOperationException($"{command} did not start: {seen}");

        void Look(string? line)
        {
            if (line is null) return;
            lock (seen) seen.AppendLine(line);
            if (readyLine.Length > 0 && line.Contains(readyLine, StringComparison.Ordinal)) ready.TrySetResult();
        }
    }

    internal static (int ExitCode, string Output) Run(string command, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            throw new TimeoutException($"{command} did not end.");
        }

        return (process.ExitCode, output.Result + error.Result);
    }

    private Process Launch() => Start(
        "redis-server",
        _options.Select(option => option.Replace("{folder}", _folder.FullName, StringComparison.Ordinal).Replace("{port}", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)),
        "Ready to accept connections");

    private void Signal(string signal) => Run("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
}
