using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Vss.Interlink.Rpc.Tests.Reflection;

/// <summary>Tool/reflection_client.js as a process of Node, with the npm packages that Tool/package.json names. Killed by its handle.</summary>
internal static class ReflectionTool
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Tool");
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    /// <summary>What the tool saw.</summary>
    public static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        await Installed.Value;
        return JsonElement.Parse(await OutputAsync("node", [Path.Combine(Folder, "reflection_client.js"), .. arguments], TimeSpan.FromSeconds(30)));
    }

    private static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "grpc-js-reflection-client"))) return;
        await OutputAsync("npm", ["install", "--prefix", Folder, "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], TimeSpan.FromMinutes(3));
    }

    private static async Task<string> OutputAsync(string program, IEnumerable<string> arguments, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        using var process = Start(program, arguments);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program}: {await errors}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"The foreign tool needs node and npm. {missing.Message}", missing);
        }
    }
}
