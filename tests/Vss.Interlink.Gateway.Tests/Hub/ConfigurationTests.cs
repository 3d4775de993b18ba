using Vss.Interlink.TestKit;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Vss.Interlink.Sandbox.Demo;

namespace Vss.Interlink.Gateway.Tests.Hub;

public sealed class ConfigurationTests
{
    [Fact]
    public async Task Several_faults_of_the_configuration_stop_the_start_and_are_all_named()
    {
        var errors = await FailedStartAsync(json =>
        {
            json["Hosting"]!["Partners"] = "nowhere";
            json["Trust"]!.AsObject().Remove("Anchors");
            json["Trust"]!["Policies"] = "/no/such.json";
            json["Exchange"]!["Routes"]!.AsArray().Add(new JsonObject { ["Receiver"] = HubProcess.Bystander, ["Connector"] = "pigeon" });
        });

        Assert.Contains("Hosting:Partners", errors, StringComparison.Ordinal);
        Assert.Contains("Trust:Anchors", errors, StringComparison.Ordinal);
        Assert.Contains("Trust:Policies names '/no/such.json', which does not exist", errors, StringComparison.Ordinal);
        Assert.Contains("'pigeon'", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Poll", "soon", "'soon' at 'Exchange:Delivery:Poll'")]
    [InlineData("Pol", "00:00:05", "Exchange:Delivery:Pol is no setting. In Exchange:Delivery there are: ")]
    [InlineData("Poll", "50.00:00:00", "Exchange:Delivery:Poll is 50.00:00:00, and must be 00:00:00.001 to 01:00:00.")]
    public async Task A_setting_that_is_no_time_that_there_is_not_or_that_no_timer_takes_stops_the_start_by_name(string setting, string value, string named) =>
        Assert.Contains(named, await FailedStartAsync(json => json["Exchange"]!["Delivery"]![setting] = value), StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_not_there_or_is_no_json_stops_the_start_by_name()
    {
        Assert.StartsWith("The configuration file '/no/such.json' cannot be read: ", await FailedStartAsync("/no/such.json"), StringComparison.Ordinal);
        var broken = Path.GetTempFileName();
        await File.WriteAllTextAsync(broken, "{ \"Trust\": ");
        Assert.StartsWith($"The configuration file '{broken}' cannot be read: ", await FailedStartAsync(broken), StringComparison.Ordinal);
        File.Delete(broken);
    }

    [Fact]
    public async Task Whatever_is_set_and_is_no_setting_is_named_with_its_path_and_with_what_else_is_wrong()
    {
        var errors = await FailedStartAsync(json =>
        {
            json["Soap"] = new JsonObject { ["MaxPart"] = 3 };
            json["Soapp"] = new JsonObject { ["MaxParts"] = 3 };
            json["Partners"]!["Axs"] = new JsonObject { ["LookBackDays"] = 3 };
            json["Kestrel"] = new JsonObject { ["Endpoints"] = new JsonObject { ["Plain"] = new JsonObject { ["Url"] = "http://127.0.0.1:0" } } };
            json["Exchange"]!["Routes"]![0]!["Conector"] = "box";
            json["Exchange"]!["Claims"] = new JsonObject { ["Partners"] = new JsonObject { [HubConfiguration.Office] = new JsonObject { ["Inflght"] = 1 } } };
            json["Hosting"]!["Partners"] = new JsonObject { ["Address"] = "127.0.0.1:0" };
            json["Trust"]!["RevocationLists"] = null;
        });

        Assert.Contains("Soap:MaxPart is no setting. In Soap there are: MaxMessageBytes, ", errors, StringComparison.Ordinal);
        Assert.Contains("Soapp is no section. There are: Hosting, ", errors, StringComparison.Ordinal);
        Assert.Contains("Partners:Axs is no section.", errors, StringComparison.Ordinal);
        Assert.Contains("Kestrel is no section of a hub", errors, StringComparison.Ordinal);
        Assert.Contains("Exchange:Routes:0:Conector is no setting. In Exchange:Routes:0 there are: Receiver, Connector.", errors, StringComparison.Ordinal);
        Assert.Contains($"Exchange:Claims:Partners:{HubConfiguration.Office}:Inflght is no setting.", errors, StringComparison.Ordinal);
        Assert.Contains("Hosting:Partners is a section or list, and must be one value.", errors, StringComparison.Ordinal);
        Assert.Contains("Trust:RevocationLists", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_below_a_list_is_named_with_its_path() =>
        Assert.Contains("'soon' at 'Exchange:Delivery:Partners:0:Ordered'", await FailedStartAsync(json => json["Exchange"]!["Delivery"]!["Partners"] = new JsonArray(new JsonObject { ["Receiver"] = HubConfiguration.Office, ["Ordered"] = "soon" })), StringComparison.Ordinal);

    [Fact]
    public async Task A_profile_of_a_partner_to_whom_no_route_leads_stops_the_start() =>
        Assert.Contains("names 000.99.99.Z9, to whom no route leads", await FailedStartAsync(json => json["Exchange"]!["Delivery"]!["Partners"] = new JsonArray(new JsonObject { ["Receiver"] = "000.99.99.Z9", ["Ordered"] = true })), StringComparison.Ordinal);

    [Fact]
    public async Task The_environment_counts_above_the_file() =>
        Assert.Contains("'much' at 'Trust:MaxMessageAgeSeconds'", await FailedStartAsync(json => json["Trust"]!["MaxMessageAgeSeconds"] = 300, start => start.Environment["Trust__MaxMessageAgeSeconds"] = "much"), StringComparison.Ordinal);

    [Fact]
    public async Task An_argument_that_is_no_option_ends_the_start_with_how_it_is_used() =>
        Assert.StartsWith("Usage: interlink-gateway --config FILE", await FailedStartAsync(_ => { }, start => start.ArgumentList.Add("more"), exitCode: 64), StringComparison.Ordinal);

    [Fact]
    public async Task An_address_that_is_taken_stops_the_start_by_name()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var errors = await FailedStartAsync(json => json["Hosting"]!["Partners"] = taken.LocalEndpoint.ToString());
        Assert.Contains($"Hosting:Partners ({taken.LocalEndpoint})", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_level_of_the_log_an_empty_calendar_and_a_folder_that_is_a_file_are_named()
    {
        Assert.Contains("Logging:LogLevel:Default is 'Loud', and must be one of Trace, ", await FailedStartAsync(json => json["Logging"] = new JsonObject { ["LogLevel"] = new JsonObject { ["Default"] = "Loud" } }), StringComparison.Ordinal);
        Assert.Contains("Exchange:Calendar is empty.", await FailedStartAsync(json => json["Exchange"]!["Calendar"] = ""), StringComparison.Ordinal);
        Assert.Contains("Exchange:DataFolder cannot be opened", await FailedStartAsync(json => json["Exchange"]!["DataFolder"] = json["Trust"]!["Policies"]!.GetValue<string>()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_for_its_bodies_no_hub_starts()
    {
        var errors = await FailedStartAsync(json =>
        {
            json["Exchange"]!.AsObject().Remove("BodyKeys");
            json["Exchange"]!["MinFreeBytes"] = -1;
        });
        Assert.Contains("Exchange:BodyKeys is not set", errors, StringComparison.Ordinal);
        Assert.Contains("Exchange:MinFreeBytes", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_of_the_policy_file_is_named()
    {
        var errors = await FailedStartAsync(json =>
        {
            var path = json["Trust"]!["Policies"]!.GetValue<string>();
            var policies = JsonNode.Parse(File.ReadAllText(path))!;
            policies["policies"]!["sealed"]!.AsObject().Remove("unsigned");
            policies["partners"]![1]!["policy"] = "nowhere";
            File.WriteAllText(path, policies.ToJsonString());
        });
        Assert.Contains("Trust:Policies: policies.sealed does not set unsigned", errors, StringComparison.Ordinal);
        Assert.Contains($"Trust:Policies: partners[1] ({HubConfiguration.Office}) names the policy 'nowhere'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_do_not_open_are_named_each()
    {
        var errors = await FailedStartAsync(json =>
        {
            json["Trust"]!["HubKey"] = TestPki.Instance.KeyUri("hub").Replace("hub.pass", "ministry.pass", StringComparison.Ordinal);
            json["Hosting"]!["TlsKey"] = "file:///no/such.p12?password-file=/no/such.pass";
            json["Exchange"]!["BodyKeys"] = "file:///no/such.json";
        });
        Assert.Contains("Trust:HubKey cannot be opened", errors, StringComparison.Ordinal);
        Assert.Contains("Hosting:TlsKey cannot be opened", errors, StringComparison.Ordinal);
        Assert.Contains("Exchange:BodyKeys cannot be opened", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seal_that_is_not_rsa_is_named()
    {
        var errors = await FailedStartAsync(json =>
        {
            json["Trust"]!["HubKey"] = TestPki.Instance.KeyUri("hub-answers");
            json["Trust"]!["AnswerKey"] = TestPki.Instance.KeyUri("hub").Replace("hub.pass", "ministry.pass", StringComparison.Ordinal);
        });
        Assert.Contains("Trust:HubKey cannot be opened: the key is not RSA", errors, StringComparison.Ordinal);
        Assert.Contains("Trust:AnswerKey cannot be opened", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_over_a_connector_that_is_not_there_stops_the_start()
    {
        var errors = await FailedStartAsync(json => json["Partners"]!.AsObject().Remove("Axis"));
        Assert.Contains($"{HubConfiguration.Office} goes over 'axis', and no such connector is registered", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_stamps_of_evidence_without_anybody_to_ask_stop_the_start()
    {
        var errors = await FailedStartAsync(json => json["Exchange"]!["Evidence"] = new JsonObject { ["TimeStamps"] = new JsonObject { ["Grace"] = "12:00:00" } });
        Assert.Contains("Exchange:Evidence:TimeStamps is set, and Trust:TimeStamping:Authorities names nobody to ask.", errors, StringComparison.Ordinal);
    }

    private static async Task<string> FailedStartAsync(Action<JsonNode> configure, Action<ProcessStartInfo>? prepare = null, int exitCode = 78)
    {
        var folder = Directory.CreateTempSubdirectory("interlink-hub-");
        try
        {
            return await FailedStartAsync(HubProcess.WriteConfiguration(folder.FullName, new Uri("http://127.0.0.1:9/"), configure), prepare, exitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> FailedStartAsync(string configuration, Action<ProcessStartInfo>? prepare = null, int exitCode = 78)   // EX_CONFIG
    {
        var start = new ProcessStartInfo("dotnet", [HubProcess.Assembly, "--config", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true };
        prepare?.Invoke(start);
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.Equal(exitCode, process.ExitCode);
            Assert.DoesNotContain("\"ready\"", await output, StringComparison.Ordinal);
            return await errors;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
