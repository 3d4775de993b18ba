using Vss.Interlink.Connectors.Axis;
using Vss.Interlink.Connectors.Box;
using Vss.Interlink.Connectors.Inside;
using Vss.Interlink.Exchange;
using Vss.Interlink.Gateway.Grpc;
using Vss.Interlink.Gateway.Hosting;
using Vss.Interlink.Gateway.Soap;
using Vss.Interlink.Trust;

if (!Settings.AreOptions(args))
{
    await Console.Error.WriteLineAsync(Settings.Usage);
    return StartCheck.WrongUse;
}

var builder = WebApplication.CreateBuilder(args);
if (builder.AddConfigurationFile(args) is { } unreadable)
{
    await Console.Error.WriteLineAsync(unreadable);
    return StartCheck.ExitCode;
}

var config = builder.Configuration;

builder.Services.AddTrust(config.GetSection("Trust"))
                .AddExchange(config.GetSection("Exchange"))
                .AddInside()
                .AddBox()
                .AddAxis(config.GetSection("Partners:Axis"))
                .AddSoap(config.GetSection("Soap"))
                .AddSoapOperations()
                .AddInsideServices()
                .AddOrderlyStop();
builder.AddEdges(config.GetSection("Hosting"));

if (StartCheck.Build(builder) is not { } app) return StartCheck.ExitCode;

app.Listen();
app.UseOrderlyStop();
app.UseEdges();
app.MapSoap();
app.MapInsideServices();
app.MapHealth();
return await StartCheck.RunAsync(app);

/// <summary>The host, named for tests.</summary>
public partial class Program;
