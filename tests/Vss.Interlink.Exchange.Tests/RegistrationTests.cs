using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Vss.Interlink.Exchange.Delivery;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.Exchange.Tests.Bodies;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Policy;

namespace Vss.Interlink.Exchange.Tests;

public sealed class RegistrationTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestTrust _trust = new();

    public void Dispose()
    {
        _trust.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        using var services = Build(new()
        {
            ["Exchange:HubOrgan"] = "no organ",
            ["Exchange:Routes:0:Receiver"] = "G18",
            ["Exchange:Routes:0:Connector"] = "box",
            ["Exchange:Routes:1:Receiver"] = "G18",
            ["Exchange:Routes:2:Receiver"] = "G22",
            ["Exchange:Delivery:MaxAttempts"] = "0",
            ["Exchange:OrphanGrace"] = "00:30:00",
        });

        var wrong = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ExchangeOptions>>().Value).Failures.ToList();

        foreach (var named in (string[])["DataFolder", "HubOrgan", "InsideOrgans", "names no connector", "stands twice", "MaxAttempts", "BodyKeys", "OrphanGrace"]) Assert.Contains(wrong, one => one.Contains(named, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Delivery:Lease", "30", "30.00:00:00")]   // thirty days, where half a minute was meant
    [InlineData("Delivery:Poll", "50.00:00:00", "50.00:00:00")]
    [InlineData("Delivery:Poll", "00:00:00", "00:00:00")]
    [InlineData("Delivery:DeadlinePoll", "50.00:00:00", "50.00:00:00")]
    [InlineData("Delivery:HandOverTimeout", "00:00:00.005", "00:00:00.005")]
    [InlineData("Delivery:Partners:0:HandOverTimeout", "2.00:00:00", "2.00:00:00", "Delivery:Partners:G18:HandOverTimeout")]
    [InlineData("Delivery:LongestWait", "365.00:00:00", "365.00:00:00")]
    [InlineData("Delivery:FirstWait", "2.00:00:00", "2.00:00:00")]
    [InlineData("Delivery:BreakerWindow", "10000000.00:00:00", "10000000.00:00:00")]
    [InlineData("Delivery:BreakerRest", "-00:00:01", "-00:00:01")]
    [InlineData("Delivery:MaxAttempts", "2000000000", "2000000000")]
    [InlineData("Delivery:PartnerConcurrency", "0", "0")]
    [InlineData("InFlightPatience", "50.00:00:00", "50.00:00:00")]
    [InlineData("LongestSubmission", "10000000.00:00:00", "10000000.00:00:00")]
    [InlineData("OrphanGrace", "10000000.00:00:00", "10000000.00:00:00")]
    [InlineData("MaxBodyBytes", "9223372036854775807", "9223372036854775807")]
    [InlineData("MaxOutstanding", "0", "0")]
    [InlineData("MinFreeBytes", "-1", "-1")]
    [InlineData("Retention:ArchiveAfterDays", "2147483647", "2147483647")]
    [InlineData("Claims:Keep", "10000000.00:00:00", "10000000.00:00:00")]
    [InlineData("Claims:MaxNonces", "2147483647", "2147483647")]
    [InlineData("Claims:Limits:RatePerSecond", "NaN", "NaN")]
    [InlineData("Claims:Redis:RebuildAfter", "50.00:00:00", "50.00:00:00")]
    [InlineData("Claims:Redis:BreakerWindow", "2.00:00:00", "2.00:00:00")]
    [InlineData("Claims:Redis:BreakerRest", "2.00:00:00", "2.00:00:00")]
    public void A_number_or_time_that_the_hub_cannot_work_with_is_refused_by_name_with_what_it_may_be(string setting, string value, string shown, string? named = null)
    {
        var settings = Good();
        if (setting.Contains("Partners", StringComparison.Ordinal)) settings["Exchange:Delivery:Partners:0:Receiver"] = "G18";
        settings["Exchange:" + setting] = value;
        using var services = Build(settings);

        var wrong = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ExchangeOptions>>().Value).Failures;

        Assert.Contains(wrong, one => one.StartsWith($"Exchange:{named ?? setting} is {shown}, and must be ", StringComparison.Ordinal));
    }

    [Fact]
    public void Redis_without_its_security_choices_is_refused_and_the_choices_are_named()
    {
        var wrong = WrongWith(("Redis:Endpoints:0", "redis.example"), ("Lease", "00:00:00.1"), ("Limits:RatePerSecond", "0"), ("Partners:no organ:Burst", "0"));
        Assert.Contains("Exchange:Claims:Redis:Tls is not set. Choose Required or PlainText.", wrong);
        Assert.Contains("Exchange:Claims:Redis:Authentication is not set. Choose Password or None.", wrong);
        foreach (var named in (string[])["'redis.example' is not HOST:PORT", "Claims:Lease", "Claims:Limits:RatePerSecond", "'no organ' is no organ code", "Claims:Partners:no organ:Burst"])
            Assert.Contains(wrong, one => one.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Redis_whose_choices_lack_what_they_need_is_refused()
    {
        var wrong = WrongWith(("Redis:Endpoints:0", "redis.example:6379"), ("Redis:Tls", "Required"), ("Redis:Authentication", "Password"), ("Redis:PasswordFile", "/no/such/file"), ("Redis:Prefix", "{x}"));
        foreach (var named in (string[])["Anchors is not set, and Tls is Required", "there is no file '/no/such/file'", "Prefix"]) Assert.Contains(wrong, one => one.Contains(named, StringComparison.Ordinal));
        var idle = WrongWith(("Redis:Endpoints:0", "127.0.0.1:6379"), ("Redis:Tls", "PlainText"), ("Redis:Authentication", "None"), ("Redis:PasswordFile", "/a"), ("Redis:ServerName", "redis.example"), ("Redis:User", "hub"));
        foreach (var named in (string[])["PasswordFile means something only", "ServerName", "User means something only", "User is 'hub', and the client library can log in as 'default' or 'SETNAME' only"]) Assert.Contains(idle, one => one.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Time_stamps_without_a_grace_or_beyond_bounds_are_refused()
    {
        var settings = Good();
        (settings["Exchange:Evidence:TimeStamps:Every"], settings["Exchange:Evidence:TimeStamps:Most"]) = ("00:00:00.5", "16385");
        using (var services = Build(settings))
        {
            var wrong = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ExchangeOptions>>().Value).Failures.ToList();
            foreach (var named in (string[])["TimeStamps:Every is 00:00:00.5, and must be 00:00:01 to 1.00:00:00.", "TimeStamps:Most is 16385, and must be 1 to 16384.", "TimeStamps:Grace is not set"])
                Assert.Contains(wrong, one => one.Contains(named, StringComparison.Ordinal));
        }

        settings = Good();
        (settings["Exchange:Evidence:TimeStamps:Every"], settings["Exchange:Evidence:TimeStamps:Grace"]) = ("00:01:00", "00:01:59");
        using var tight = Build(settings);
        Assert.Contains("Grace (twice Every or more) is 00:01:59, and must be 00:02:00 to 31.00:00:00.", Assert.Throws<OptionsValidationException>(() => tight.GetRequiredService<IOptions<ExchangeOptions>>().Value).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guard_is_the_process_alone_unless_redis_is_configured()
    {
        await using (var alone = Build(Good())) Assert.IsType<ProcessReplayGuard>(alone.GetRequiredService<IReplayGuard>());
        var settings = Good();
        (settings["Exchange:Claims:Redis:Endpoints:0"], settings["Exchange:Claims:Redis:Tls"], settings["Exchange:Claims:Redis:Authentication"]) = ("127.0.0.1:6379", "PlainText", "None");
        await using var shared = Build(settings);
        Assert.IsType<FallbackReplayGuard>(shared.GetRequiredService<IReplayGuard>());
    }

    [Fact]
    public async Task A_route_over_a_connector_that_is_not_there_stops_the_start()
    {
        await using var services = Build(Good());
        Assert.Contains("'box'", Assert.Throws<OptionsValidationException>(services.GetRequiredService<DeliveryWorker>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_good_section_gives_intake_and_worker()
    {
        await using var services = Build(Good(), new ScriptedConnector("box", relays: false, _ => new HandOver.Available()));
        Assert.NotNull(services.GetRequiredService<DossierIntake>());
        Assert.NotNull(services.GetRequiredService<DeliveryWorker>());
        Assert.NotNull(services.GetRequiredService<ReceiverBox>());
        Assert.True(File.Exists(_folder["ledger.db"]));
    }

    private List<string> WrongWith(params (string Key, string Value)[] claims)
    {
        var settings = Good();
        foreach (var (key, value) in claims) settings["Exchange:Claims:" + key] = value;
        using var services = Build(settings);
        return [.. Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ExchangeOptions>>().Value).Failures];
    }

    [Theory]
    [InlineData("Host=db.example;Database=i;Username=i", "SSL Mode=VerifyFull")]
    [InlineData("Host=db.example;Database=i;Username=i;SSL Mode=Require", "SSL Mode=VerifyFull")]
    [InlineData("Host=/run/postgresql,db.example;Database=i;Username=i", "SSL Mode=VerifyFull")]
    [InlineData("Host=localhost.example;Database=i;Username=i", "SSL Mode=VerifyFull")]
    [InlineData("Host=127.0.0.1;Database=i;Username=i;Password=secret", "PGPASSFILE")]
    [InlineData("Host=127.0.0.1;Database=i", "Username")]
    [InlineData("Username=i", "Host")]
    [InlineData("Host=127.0.0.1;Database=i;Username=i;Include Error Detail=true", "Include Error Detail")]
    [InlineData("Passwort=secret;nonsense", "no connection string")]
    [InlineData("Port=x", "no connection string")]
    public void A_connection_that_gives_the_ledger_away_is_refused_and_its_secrets_are_not_repeated(string connection, string named)
    {
        var settings = Good();
        settings["Exchange:Ledger:Postgres"] = connection;
        using var services = Build(settings);
        var wrong = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ExchangeOptions>>().Value).Failures.ToList();
        Assert.Contains(wrong, one => one.Contains(named, StringComparison.Ordinal));
        Assert.DoesNotContain(wrong, one => one.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=/run/postgresql;Database=i;Username=i")]
    [InlineData("Host=127.0.0.1;Port=5433;Database=i;Username=i")]
    [InlineData("Host=::1,localhost;Database=i;Username=i")]
    [InlineData("Host=db1.example,db2.example;Database=i;Username=i;SSL Mode=VerifyFull;Root Certificate=/etc/interlink/db-ca.pem")]
    public void A_connection_that_stays_on_the_machine_or_is_verified_is_taken(string connection)
    {
        var settings = Good();
        settings["Exchange:Ledger:Postgres"] = connection;
        using var services = Build(settings);
        Assert.Equal(connection, services.GetRequiredService<IOptions<ExchangeOptions>>().Value.Ledger.Postgres);
    }

    private Dictionary<string, string?> Good() => new()
    {
        ["Exchange:DataFolder"] = _folder.Path,
        ["Exchange:BodyKeys"] = TestBodyKeys.Write(_folder["keys.json"], ("test", TestBodyKeys.New())).AbsoluteUri,
        ["Exchange:HubOrgan"] = "G24",
        ["Exchange:InsideOrgans:0"] = "G24",
        ["Exchange:Routes:0:Receiver"] = "G18",
        ["Exchange:Routes:0:Connector"] = "box",
    };

    private ServiceProvider Build(Dictionary<string, string?> settings, params IPartnerConnector[] connectors)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton(_trust.Signer).AddSingleton(new PartnerPolicies([])).AddSingleton(_trust.Revocation);
        foreach (var connector in connectors) services.AddSingleton(connector);
        return services.AddExchange(configuration.GetSection("Exchange")).BuildServiceProvider();
    }
}
