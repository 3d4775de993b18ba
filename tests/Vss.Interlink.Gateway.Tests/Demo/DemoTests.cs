using System.Diagnostics;
using System.Text.Json;
using Vss.Interlink.Gateway.Tests.Hub;

namespace Vss.Interlink.Gateway.Tests.Demo;

/// <summary>The demonstration is what a newcomer and a machine see first.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_does_every_leg_and_tells_it_as_one_json_object_again_and_again()
    {
        var folder = Directory.CreateTempSubdirectory("interlink-demo-");
        try
        {
            for (var run = 1; run <= 2; run++)
            {
                var (code, output, errors) = await RunAsync(folder.FullName);
                Assert.True(code == 0, $"run {run} ended with {code}:\n{output}\n{errors}");
                AssertOneGoodObject(output);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AssertOneGoodObject(string output)
    {
        using var json = JsonDocument.Parse(output);   // refuses anything after the object
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToList();
        Assert.True(rows.Count >= 10, $"only {rows.Count} legs");
        foreach (var row in rows)
        {
            foreach (var text in (string[])["leg", "id", "expected", "outcome", "where"]) Assert.NotEmpty(row.GetProperty(text).GetString()!);
            Assert.True(row.GetProperty("ok").GetBoolean(), row.GetRawText());
            Assert.True(row.GetProperty("ms").GetInt64() >= 0);
            Assert.Equal(7, row.EnumerateObject().Count());
        }
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string folder)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "interlink-sandbox.dll"), "demo", "--gateway", HubProcess.Assembly, "--pki", "certs", "--json"];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
