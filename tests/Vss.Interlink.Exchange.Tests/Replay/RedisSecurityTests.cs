using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vss.Interlink.Exchange.Replay;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.TestKit.Redis;

namespace Vss.Interlink.Exchange.Tests.Replay;

/// <summary>Who the hub talks to and who it says it is. Refused by either side, it goes on without Redis and tells why.</summary>
public sealed class RedisSecurityTests : IDisposable
{
    private const string Name = "redis.test";
    private const string Password = "correct-horse";

    private readonly TempFolder _folder = new();
    private readonly Holder _root = Holder.Root("CN=Redis root", Now);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Over_tls_the_server_must_lead_to_the_configured_anchor_and_bear_its_name()
    {
        using var server = TlsServer(clients: "no");
        Assert.Null(await TroubleAsync(server, Tls));
        Assert.NotNull(await TroubleAsync(server, redis => Tls(redis, Holder.Root("CN=Redis root", Now))));
        Assert.NotNull(await TroubleAsync(server, redis =>
        {
            Tls(redis);
            redis.ServerName = "other.test";
        }));
        Assert.NotNull(await TroubleAsync(server, redis =>
        {
            Tls(redis);
            redis.ServerName = null;   // then the address counts, which the certificate does not bear
        }));
        Assert.NotNull(await TroubleAsync(server, _ => { }));   // in plain text
    }

    [Fact]
    public async Task A_certificate_that_is_for_clients_serves_no_server()
    {
        using var server = TlsServer(clients: "no", purpose: "1.3.6.1.5.5.7.3.2");
        Assert.NotNull(await TroubleAsync(server, Tls));
    }

    [Fact]
    public async Task A_server_that_asks_for_a_client_certificate_gets_the_configured_one()
    {
        using var server = TlsServer(clients: "yes");
        Assert.NotNull(await TroubleAsync(server, Tls));
        Assert.Null(await TroubleAsync(server, redis =>
        {
            Tls(redis);
            redis.ClientKey = ClientKey();
        }));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("SETNAME")]   // and default is off
    public async Task The_documented_acl_permits_every_step_of_the_hub_and_nothing_else_is_tried(string user)
    {
        using var server = AclServer(user);
        var options = RedisGuards.Options([server.Endpoint], WithPassword(Password, user));
        await using var node = RedisGuards.Node(options);
        var guard = node.Guard;
        await WellAsync(guard);
        var (owner, partner) = (new ClaimOwner("node"), OrganId.Stored("G18"));
        var (first, second) = (Ticket(owner, "m-1"), Ticket(owner, "m-2"));
        Assert.IsType<GuardAnswer.Taken>(await guard.ClaimAsync(first, null, CancellationToken.None));
        Assert.True(await guard.AcceptedAsync(first, ExchangeId.New(TimeProvider.System), CancellationToken.None));
        Assert.IsType<GuardAnswer.Accepted>(await guard.ClaimAsync(Ticket(owner, "m-1"), null, CancellationToken.None));
        Assert.IsType<GuardAnswer.Taken>(await guard.ClaimAsync(second, null, CancellationToken.None));
        Assert.True(await guard.ReleaseAsync(second, CancellationToken.None));
        Assert.True(await guard.SeeAsync(partner, "ff", RedisGuards.InAMinute, CancellationToken.None));
        Assert.Null(await guard.EnterAsync(partner, "slot", new PartnerLimits(), CancellationToken.None));
        await guard.LeaveAsync(partner, "slot", CancellationToken.None);
        Assert.Null(await guard.TroubleAsync(CancellationToken.None));
        Assert.Equal("", server.Cli("ACL", "LOG"));
    }

    [Fact]
    public async Task A_wrong_password_no_password_and_keys_that_the_acl_does_not_give_are_troubles_that_are_told()
    {
        using var server = AclServer();
        Assert.Null(await TroubleAsync(server, WithPassword(Password)));
        Assert.NotNull(await TroubleAsync(server, WithPassword("wrong")));
        Assert.NotNull(await TroubleAsync(server, redis => redis.Prefix = "interlink:"));
        var trouble = await TroubleAsync(server, redis =>
        {
            WithPassword(Password)(redis);
            redis.Prefix = "other:";
        });
        Assert.Contains("NOPERM", trouble, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Password, trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_user_is_logged_in_by_its_password_alone_and_where_default_is_off_nobody_else_is()
    {
        using var server = AclServer(RedisOptions.NamedUser);
        Assert.Null(await TroubleAsync(server, WithPassword(Password, RedisOptions.NamedUser)));
        Assert.NotNull(await TroubleAsync(server, WithPassword(Password)));
        Assert.NotNull(await TroubleAsync(server, WithPassword("wrong", RedisOptions.NamedUser)));
        Assert.Contains("printable ASCII", await TroubleAsync(server, WithPassword("correct horse", RedisOptions.NamedUser)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_that_hangs_makes_the_client_say_holds_no_password()
    {
        using var server = AclServer(RedisOptions.NamedUser);
        await using var link = RedisGuards.Link(RedisGuards.Options([server.Endpoint], redis =>
        {
            WithPassword(Password, RedisOptions.NamedUser)(redis);
            redis.Timeout = TimeSpan.FromSeconds(1);
        }));
        await link.RunAsync(RedisScripts.Probe, ["interlink:probe"], [], CancellationToken.None);
        server.Cli("CLIENT", "PAUSE", "20000", "ALL");
        Exception? said = null;
        for (var time = 0; time < 3; time++) said = await Assert.ThrowsAsync<GuardAwayException>(() => link.RunAsync(RedisScripts.Probe, ["interlink:probe"], [], CancellationToken.None));
        Assert.DoesNotContain(Password, said!.ToString(), StringComparison.Ordinal);
        for (var inner = said; inner is not null; inner = inner.InnerException)
            foreach (System.Collections.DictionaryEntry detail in inner.Data) Assert.DoesNotContain(Password, $"{detail.Value}", StringComparison.Ordinal);
    }

    // Tests are judged at the machine's time: TLS knows no other.
    private static void Now(CertificateSettings settings) => (settings.NotBefore, settings.NotAfter) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(30));

    private static ClaimTicket Ticket(ClaimOwner owner, string id) => owner.Ticket(new ClaimKey(OrganId.Stored("G18"), MessageId.Stored(id)), ContentDigest.Stored(new byte[32]));

    private static async Task WellAsync(FallbackReplayGuard guard)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await guard.TroubleAsync(CancellationToken.None) is not null) await Task.Delay(50, patience.Token);
    }

    // What is left after three questions: a first one may come before the connection stands.
    private static async Task<string?> TroubleAsync(RedisServer server, Action<RedisOptions> set)
    {
        await using var node = RedisGuards.Node(RedisGuards.Options([server.Endpoint], redis =>
        {
            set(redis);
            redis.Timeout = TimeSpan.FromSeconds(1.5);
        }));
        string? trouble = null;
        for (var time = 0; time < 3; time++)
        {
            trouble = await node.Guard.TroubleAsync(CancellationToken.None);
            if (trouble is null) return null;
        }

        return trouble;
    }

    private Action<RedisOptions> WithPassword(string password, string user = "default") => redis =>
    {
        redis.User = user == "default" ? null : user;
        (redis.Authentication, redis.PasswordFile, redis.Prefix) = (RedisAuthentication.Password, _folder[$"{Guid.NewGuid():N}.pass"], "interlink:");
        File.WriteAllText(redis.PasswordFile!, password + "\n");
    };

    private RedisServer AclServer(string user = "default")
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md")).Select(line => line.Trim()).Single(line => line.StartsWith("user default on ", StringComparison.Ordinal));
        var digest = "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Password)));
        var hub = documented.Replace("#SHA256", digest, StringComparison.Ordinal);
        if (user != "default") hub = hub.Replace("user default ", $"user {user} ", StringComparison.Ordinal) + "\nuser default off";
        File.WriteAllText(_folder["users.acl"], hub + "\nuser staff on >staff ~* &* +@all\n");
        return RedisServer.With(["--aclfile", _folder["users.acl"]], ["--user", "staff", "--pass", "staff"]);
    }

    private void Tls(RedisOptions redis) => Tls(redis, _root);

    private void Tls(RedisOptions redis, Holder anchor)
    {
        (redis.Tls, redis.Anchors, redis.ServerName) = (RedisTls.Required, _folder[$"{Guid.NewGuid():N}.pem"], Name);
        File.WriteAllText(redis.Anchors, anchor.Certificate.ExportCertificatePem());
    }

    private RedisServer TlsServer(string clients, string purpose = "1.3.6.1.5.5.7.3.1")
    {
        var own = _root.Issue($"CN={Name}", settings =>
        {
            Now(settings);
            settings.With(Extensions.DnsNames(Name), Extensions.Extended(purpose));
        });
        File.WriteAllText(_folder["server.pem"], own.Certificate.ExportCertificatePem());
        File.WriteAllText(_folder["server.key"], own.Key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(_folder["root.pem"], _root.Certificate.ExportCertificatePem());
        return RedisServer.With(["--tls-cert-file", _folder["server.pem"], "--tls-key-file", _folder["server.key"], "--tls-ca-cert-file", _folder["root.pem"], "--tls-auth-clients", clients], isTls: true);
    }

    private string ClientKey()
    {
        var own = _root.Issue("CN=hub", settings =>
        {
            Now(settings);
            settings.With(Extensions.Extended("1.3.6.1.5.5.7.3.2"));
        });
        using var withKey = own.WithKey();
        File.WriteAllBytes(_folder["hub.p12"], withKey.Export(X509ContentType.Pfx, "pass"));
        File.WriteAllText(_folder["hub.pass"], "pass");
        return $"file://{_folder["hub.p12"]}?password-file={_folder["hub.pass"]}";
    }
}
