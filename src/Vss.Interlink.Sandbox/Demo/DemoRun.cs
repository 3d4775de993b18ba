using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vss.Interlink.Sandbox.Pki;

namespace Vss.Interlink.Sandbox.Demo;

/// <summary>What the demo was asked for.</summary>
public sealed record DemoOptions(string Gateway, string? Cli, string Pki, bool Json, bool Stay);

/// <summary>One row of what happened.</summary>
/// <param name="Where">Under which id it can be looked up.</param>
public sealed record DemoRow(string Leg, string Id, string Expected, string Outcome, bool Ok, long Ms, string Where);

/// <summary>Brings everything up as separate processes, runs the legs and tells what happened.</summary>
public static class DemoRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>0 only when every row did what it should.</returns>
    public static async Task<int> RunAsync(DemoOptions options)
    {
        var folder = Path.Combine(Environment.CurrentDirectory, "run", "demo");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        await using var log = new StreamWriter(Path.Combine(folder, "processes.log")) { AutoFlush = true };
        var together = TextWriter.Synchronized(log);
        void Log(string who, string line) => together.WriteLine($"{who}: {line}");

        try
        {
            var pki = DevelopmentPki.Ensure(options.Pki, TimeProvider.System);
            var sandbox = typeof(DemoRun).Assembly.Location;
            var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            await Console.Error.WriteLineAsync("Starting the axis, the hub and an inside system …");
            await using var axis = await ReadyProcess.StartAsync(sandbox, ["axis"], line => Log("axis", line), Patience, new Dictionary<string, string> { ["INTERLINK_SANDBOX_SECRET"] = secret });
            var axisAddress = Address(axis, "address");
            await using var hub = await ReadyProcess.StartAsync(options.Gateway, ["--config", HubConfiguration.Write(folder, pki, axisAddress, secret)], line => Log("hub", line), Patience);
            await using var inside = await ReadyProcess.StartAsync(sandbox, ["inside", "--hub", Address(hub, "inside").ToString(), "--pki", options.Pki], line => Log("inside", line), Patience);
            using var http = new HttpClient();
            var parts = new DemoLegs.Parts(pki, Address(hub, "partners"), axisAddress, Address(inside, "address"), http, Path.Combine(folder, "receipts"));
            var rows = await new DemoLegs(parts).RunAsync();
            Tell(rows, options.Json, folder);
            if (options.Stay) await StayAsync(options, parts, Address(hub, "inside"), folder);
            return rows.All(row => row.Ok) ? 0 : 1;
        }
        catch (Exception failed) when (failed is InvalidOperationException or IOException or HttpRequestException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"The demo could not run: {failed.Message}\nThe processes' own words are in {Path.Combine(folder, "processes.log")}.");
            if (options.Json) Console.WriteLine(JsonSerializer.Serialize(new { ok = false, rows = Array.Empty<DemoRow>() }, Camel));
            return 1;
        }
    }

    private static Uri Address(ReadyProcess process, string name) => new(process.Ready[name]!.GetValue<string>());

    private static void Tell(IReadOnlyList<DemoRow> rows, bool json, string folder)
    {
        var ok = rows.All(row => row.Ok);
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { ok, rows }, Camel));
        var table = json ? Console.Error : Console.Out;
        table.WriteLine();
        table.WriteLine($"{"",-3} {"leg",-52} {"outcome",-64} {"ms",6}  look up");
        foreach (var row in rows) table.WriteLine($"{(row.Ok ? "ok" : "NO"),-3} {row.Leg,-52} {Cut(row.Outcome, 64),-64} {row.Ms,6}  {row.Where}");
        foreach (var row in rows.Where(row => !row.Ok)) table.WriteLine($"\n{row.Leg} ({row.Id}):\n  expected {row.Expected}\n  got      {row.Outcome}");
        table.WriteLine();
        table.WriteLine(ok ? "Every leg did what it should." : "At least one leg did not do what it should.");
        table.WriteLine($"Signed receipts and the processes' logs: {Path.GetRelativePath(Environment.CurrentDirectory, folder)}");
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static async Task StayAsync(DemoOptions options, DemoLegs.Parts parts, Uri insideEdge, string folder)
    {
        var interlink = options.Cli is { } cli ? $"dotnet {cli}" : "interlink";
        var key = parts.Pki.KeyUri("inside");
        var trust = Path.Combine(parts.Pki.Anchors, "root.crt");
        await Console.Error.WriteLineAsync($"""

            Everything stays up until you press Enter (or standard input ends).

              SOAP of the hub        {parts.Soap}            WSDL: {parts.Soap}?wsdl
              gRPC of the hub        {insideEdge}  (client certificate required)
              axis (sandbox)         {parts.Axis}
              inside system          {parts.Inside}
              trust                  {trust}

              curl --cacert {trust} '{parts.Soap}?wsdl'
              {interlink} exchanges list --hub {insideEdge} --key '{key}' --trust {trust}
              {interlink} trace ID --hub {insideEdge} --key '{key}' --trust {trust}
              {interlink} bodies scrub --hub {insideEdge} --key '{key}' --trust {trust}
              {interlink} verify {Path.Combine(folder, "receipts")}/FILE --trust {trust} --extra-certs {parts.Pki.Intermediates} --crl {parts.Pki.RevocationLists}
              curl {parts.Inside}sandbox/deliveries
              curl '{parts.Axis}sandbox/packets?to={HubConfiguration.Office}'
            """);
        await Console.In.ReadLineAsync();
    }
}
