using System.Text.Json;
using Vss.Interlink.Sandbox.Axis;
using Vss.Interlink.Sandbox.Demo;
using Vss.Interlink.Sandbox.Inside;
using Vss.Interlink.Sandbox.Pki;

// interlink-sandbox pki FOLDER                                    make the development PKI
// interlink-sandbox axis --port N                                 play the axis; the HMAC secret comes from INTERLINK_SANDBOX_SECRET
// interlink-sandbox authority --port N                            play a certification and time-stamping authority
// interlink-sandbox inside --hub URL --pki FOLDER [--port N]      play an inside system
// interlink-sandbox demo --gateway DLL --pki FOLDER [--json] [--stay]
var options = Arguments.Parse(args);
switch (args.FirstOrDefault())
{
    case "pki" when args.Length == 2:
        DevelopmentPki.Ensure(args[1], TimeProvider.System);
        return 0;
    case "axis":
        await using (var axis = await AxisServer.StartAsync(DemoAxis.Options(options.Number("port"), Environment.GetEnvironmentVariable("INTERLINK_SANDBOX_SECRET") ?? "")))
        {
            Ready(axis.BaseAddress);
            await StopAskedAsync();
        }

        return 0;
    case "authority":
        await using (var authority = await SandboxAuthority.StartAsync(new AuthorityOptions { Port = options.Number("port") }))
        {
            Ready(authority.Address);
            await StopAskedAsync();
        }

        return 0;
    case "inside" when options.Text("hub") is { } hub && options.Text("pki") is { } folder:
        var pki = DevelopmentPki.Ensure(folder, TimeProvider.System);
        await using (var service = InsideService.Start(DemoInside.Options(new Uri(hub), pki)))
        await using (var control = await InsideControl.StartAsync(service, options.Number("port")))
        {
            Ready(control.BaseAddress);
            await StopAskedAsync();
        }

        return 0;
    case "demo" when options.Text("gateway") is { } gateway && options.Text("pki") is { } certificates:
        return await DemoRun.RunAsync(new DemoOptions(gateway, options.Text("cli"), certificates, options.Has("json"), options.Has("stay")));
    default:
        await Console.Error.WriteLineAsync("usage: interlink-sandbox pki FOLDER | axis --port N | authority --port N | inside --hub URL --pki FOLDER [--port N] | demo --gateway DLL --pki FOLDER [--json] [--stay]");
        return 64;
}

static void Ready(Uri address)
{
    Console.WriteLine(JsonSerializer.Serialize(new { ready = true, address }));
    Console.Out.Flush();
}

// Until whoever started us closes our standard input, or goes away.
static Task StopAskedAsync() => Console.In.ReadToEndAsync();
