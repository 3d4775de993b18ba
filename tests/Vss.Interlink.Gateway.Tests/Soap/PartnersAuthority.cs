using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;

namespace Vss.Interlink.Gateway.Tests.Soap;

/// <summary>An authority of partners that publishes nothing to the hub's folders: whether its certificates are good is asked over the network.</summary>
public sealed class PartnersAuthority : IAsyncDisposable
{
    private readonly DirectoryInfo _anchors;

    private PartnersAuthority(DirectoryInfo anchors, Holder root, AuthorityHost host) => (_anchors, Root, Host) = (anchors, root, host);

    /// <summary>Trusted beside the development PKI's anchors.</summary>
    public Holder Root { get; }

    public AuthorityHost Host { get; }

    /// <summary>Settings of <c>Trust</c> under which a hub trusts it and asks it.</summary>
    public IReadOnlyList<(string Key, string Value)> Settings =>
        [("Anchors", _anchors.FullName), ("Online:Hosts:0", Host.Name), ("Online:Order", "OcspFirst"), ("Online:Nonce", "IfEchoed"), ("Online:RestSeconds", "1")];

    public static async Task<PartnersAuthority> StartAsync()
    {
        var anchors = Directory.CreateTempSubdirectory("interlink-anchors-");
        var root = Holder.Root("CN=Partners' authority, C=VN");
        foreach (var file in Directory.EnumerateFiles(TestPki.Instance.Anchors)) File.Copy(file, Path.Combine(anchors.FullName, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(anchors.FullName, "partners.crt"), root.Certificate.ExportCertificatePem());
        return new PartnersAuthority(anchors, root, await AuthorityHost.StartAsync());
    }

    /// <summary>Writes <see cref="Settings"/> into a hub's configuration.</summary>
    public void Configure(JsonNode configuration)
    {
        var trust = configuration["Trust"]!;
        trust["Online"] = new JsonObject { ["Hosts"] = new JsonArray() };
        foreach (var (key, value) in Settings)
        {
            if (key.StartsWith("Online:Hosts:", StringComparison.Ordinal)) trust["Online"]!["Hosts"]!.AsArray().Add(value);
            else if (key.StartsWith("Online:", StringComparison.Ordinal)) trust["Online"]![key["Online:".Length..]] = value;
            else trust[key] = value;
        }
    }

    /// <summary>A certificate whose status is asked at <c>/ocsp</c>.</summary>
    public Holder Issue(string subject, params X509Extension[] extensions) => Root.Issue(subject, settings =>
    {
        settings.Key = RSA.Create(2048);
        settings.With([new X509AuthorityInformationAccessExtension([Host.At("/ocsp")], []), .. extensions]);
    });

    /// <summary>From now on each question is answered as of its moment, for <paramref name="life"/>.</summary>
    public void Answer(Holder holder, TimeSpan life, bool isRevoked = false) => Host.Serve("/ocsp", call =>
    {
        var now = TimeProvider.System.GetUtcNow();
        return Task.FromResult<byte[]?>(Root.Answer(holder, Root, answer =>
        {
            (answer.ProducedAt, answer.ThisUpdate, answer.NextUpdate, answer.RevokedAt) = (now, now, now + life, isRevoked ? now.AddSeconds(-1) : null);
            answer.Other = OcspAnswers.NonceOf(call.Body);
        }));
    });

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _anchors.Delete(recursive: true);
    }
}
