using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Paths;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Certificates;

/// <summary>Anchors as data: what each is trusted for, how long, and by whose word.</summary>
public sealed class AnchorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interlink-anchors-");
    private readonly Holder _root = Holder.Root();
    private readonly Holder _other = Holder.Root("CN=Other");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_folder_without_description_trusts_each_certificate_for_everything()
    {
        Put("root.crt", _root.Certificate.RawData);
        Put("other.p7b", new X509Certificate2Collection(_other.Certificate).Export(X509ContentType.Pkcs7)!);
        var store = Load();
        Assert.Equal(2, store.TrustAnchors.Count);
        Assert.All(store.TrustAnchors, anchor => Assert.Equal((AnchorPurposes.All, null, null), (anchor.Purposes, anchor.From, anchor.Until)));
        Assert.Contains("root.crt", store.TrustAnchors.Single(anchor => anchor.Certificate.Subject == "CN=Root").Provenance, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CertificatePurpose.Signing, true)]
    [InlineData(CertificatePurpose.Any, true)]
    [InlineData(CertificatePurpose.ClientAuth, false)]
    [InlineData(CertificatePurpose.TimeStamping, false)]
    public void An_anchor_is_trusted_for_its_purposes_alone(CertificatePurpose purpose, bool isGood)
    {
        Describe(new { file = "root.crt", purposes = new[] { "Documents" }, provenance = "by hand" });
        Put("root.crt", _root.Certificate.RawData);
        var leaf = _root.Issue(set: settings => settings.With(purpose == CertificatePurpose.TimeStamping ? Extensions.Extended(true, Extensions.TimeStamping) : Extensions.Extended(Extensions.ClientAuth, Extensions.ServerAuth, Extensions.EmailProtection)));
        var verdict = Judge(Load(), leaf, purpose);
        Assert.Equal((isGood, isGood ? null : Rules.Anchor), (verdict.Passed, verdict.Failure?.Rule));
        if (isGood) Assert.Contains(verdict.Ladder, step => step.Rule == Rules.Anchor && step.Detail.Contains("by hand", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-20, true)]
    [InlineData(-40, false)]   // before it was trusted
    [InlineData(20, false)]    // after
    public void An_anchor_is_trusted_in_its_time_and_a_proved_time_counts(int days, bool isGood)
    {
        Describe(new { file = "root.crt", purposes = new[] { "Documents" }, from = Holder.Now.AddDays(-30), until = Holder.Now.AddDays(-10), provenance = "by hand" });
        Put("root.crt", _root.Certificate.RawData);
        var store = Load();
        Assert.Equal(isGood, Judge(store, _root.Issue(), CertificatePurpose.Signing, Holder.Now.AddDays(days)).Passed);
        Assert.Equal(days <= -20 && isGood, Judge(store, _root.Issue(), CertificatePurpose.Signing, Holder.Now.AddDays(30), Holder.Now.AddDays(days)).Passed);
    }

    [Fact]
    public void Another_path_is_taken_where_one_anchor_does_not_serve()
    {
        // The same authority below two roots, of which one is not trusted for documents.
        var authority = _root.Authority("CN=Authority");
        var cross = _other.Authority("CN=Authority", settings => settings.Key = authority.Key);
        Describe(new { file = "root.crt", purposes = new[] { "TimeStamps" }, provenance = "a" }, new { file = "other.crt", purposes = new[] { "Documents" }, provenance = "b" });
        Put("root.crt", _root.Certificate.RawData);
        Put("other.crt", _other.Certificate.RawData);
        var verdict = new CertificateVerifier(Load()).Verify(authority.Issue().Certificate, [authority.Certificate, cross.Certificate], Request(CertificatePurpose.Signing, Holder.Now, null));
        Assert.True(verdict.Passed, verdict.Failure?.ToString());
    }

    [Fact]
    public void Every_fault_of_a_description_is_told_at_once()
    {
        Describe(new { file = "root.crt", purposes = Array.Empty<string>(), from = Holder.Now, until = Holder.Now.AddDays(-1) }, new { file = "gone.crt", purposes = new[] { "Documents" }, provenance = "a" },
            new { file = "third.crt", sha256 = new string('0', 64), purposes = new[] { "Documents" }, provenance = "a" });
        Put("root.crt", _root.Certificate.RawData);
        Put("other.crt", _other.Certificate.RawData);
        Put("third.crt", _other.Certificate.RawData);
        var told = Assert.Throws<InvalidDataException>(Load).Message;
        foreach (var part in (string[])["does not set purposes", "does not set provenance", "ends before it begins", "gone.crt', which is not there", "other.crt' is not described", "not the one certificate with the SHA-256"])
            Assert.Contains(part, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"anchors\": [ { \"file\": \"root.crt\", \"purpose\": [\"Documents\"] } ] }")]
    [InlineData("{ \"anchors\": [ { \"file\": \"root.crt\", \"purposes\": [\"Everything\"], \"provenance\": \"a\" } ] }")]
    [InlineData("{ \"anchors\": [ null ] }")]
    [InlineData("{ }")]
    [InlineData("[")]
    public void A_description_that_cannot_be_read_is_a_fault(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "anchors.json"), text);
        Put("root.crt", _root.Certificate.RawData);
        Assert.Throws<InvalidDataException>(Load);
    }

    [Fact]
    public void A_trust_list_gives_anchors_until_its_next_update()
    {
        PutList(number: 7, "Cerificates");
        var store = Load();
        Assert.Equal(("GCA-CTL", 7), (store.TrustLists.Single().Identifier, store.TrustLists.Single().SequenceNumber));
        Assert.True(Judge(store, _root.Issue(), CertificatePurpose.Signing).Passed);
        Assert.True(Judge(store, _other.Issue(), CertificatePurpose.Signing).Passed);
        Assert.Equal(Rules.Anchor, Judge(store, _root.Issue(), CertificatePurpose.Signing, Holder.Now.AddDays(8)).Failure?.Rule);
        PutList(number: 8, "Certificates");
        Assert.Equal(8, Load().TrustLists.Single().SequenceNumber);
    }

    [Theory]
    [InlineData("{ \"ListIdentifier\": \"a\" }")]
    [InlineData("{ \"ListIdentifier\": \"a\", \"SequenceNumber\": \"x\", \"ThisUpdate\": \"2026-01-01\", \"NextUpdate\": \"2027-01-01\", \"Cerificates\": [] }")]
    [InlineData("{ \"ListIdentifier\": \"a\", \"SequenceNumber\": 1, \"ThisUpdate\": \"2026-01-01\", \"NextUpdate\": \"soon\", \"Cerificates\": [] }")]
    [InlineData("{ \"ListIdentifier\": \"a\", \"SequenceNumber\": 1, \"ThisUpdate\": \"2026-01-01\", \"NextUpdate\": \"2027-01-01\", \"Cerificates\": [ \"AAAA\" ] }")]
    [InlineData("{ \"ListIdentifier\": \"a\", \"SequenceNumber\": 1, \"ThisUpdate\": \"2026-01-01\", \"NextUpdate\": \"2027-01-01\", \"Cerificates\": 3 }")]
    public void What_is_no_trust_list_is_a_fault_that_names_the_file(string text)
    {
        Put("gca.ctl", System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Contains("gca.ctl", Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_hub_takes_a_newer_list_and_no_older_one_and_keeps_its_store_while_nothing_changes()
    {
        PutList(number: 7, "Cerificates");
        var clock = new ManualClock(Holder.Now);
        var folder = new TrustFolder(Options.Create(new TrustOptions { Anchors = _folder.FullName }), clock, NullLogger<TrustFolder>.Instance);
        var first = folder.Current;
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(first, folder.Current);
        PutList(number: 6, "Cerificates");
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(first, folder.Current);
        PutList(number: 18, "Cerificates");
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(18, folder.Current.TrustLists.Single().SequenceNumber);
    }

    [Fact]
    public void A_link_that_comes_to_lead_elsewhere_is_a_new_file()
    {
        var elsewhere = Directory.CreateTempSubdirectory("interlink-anchors-");
        try
        {
            foreach (var (name, holder) in new[] { ("1", _root), ("2", _other) }) File.WriteAllBytes(Path.Combine(elsewhere.FullName, name), holder.Certificate.RawData);
            var current = Path.Combine(elsewhere.FullName, "current");
            File.CreateSymbolicLink(current, "1");
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, "root.crt"), current);
            var clock = new ManualClock(Holder.Now);
            var folder = new TrustFolder(Options.Create(new TrustOptions { Anchors = _folder.FullName }), clock, NullLogger<TrustFolder>.Instance);
            Assert.Equal("CN=Root", folder.Current.TrustAnchors.Single().Certificate.Subject);
            File.Delete(current);
            File.CreateSymbolicLink(current, "2");
            clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal("CN=Other", folder.Current.TrustAnchors.Single().Certificate.Subject);
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Fact]
    public void An_anchor_counts_once_it_is_recorded_and_not_before()
    {
        Put("root.crt", _root.Certificate.RawData);
        var clock = new ManualClock(Holder.Now);
        List<string> recorded = [];
        var isAway = false;
        var folder = new TrustFolder(Options.Create(new TrustOptions { Anchors = _folder.FullName }), clock, NullLogger<TrustFolder>.Instance,
            anchors => recorded.Add(isAway ? throw new IOException("The ledger is away.") : string.Join(',', anchors.Select(anchor => anchor.Certificate.Subject))));
        isAway = true;
        Put("other.crt", _other.Certificate.RawData);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(folder.Current.TrustAnchors);
        isAway = false;
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, folder.Current.TrustAnchors.Count);
        Assert.Equal(["CN=Root", "CN=Other,CN=Root"], recorded);
    }

    private static PathRequest Request(CertificatePurpose purpose, DateTimeOffset now, DateTimeOffset? proved) => new() { Purpose = purpose, Now = now, ProvedAt = proved, Revocation = RevocationRule.NotChecked };

    private static XmlSecurity.Verdict Judge(TrustStore store, Holder leaf, CertificatePurpose purpose, DateTimeOffset? now = null, DateTimeOffset? proved = null) =>
        new CertificateVerifier(store).Verify(leaf.Certificate, [], Request(purpose, now ?? Holder.Now, proved));

    private TrustStore Load() => TrustStore.Load(_folder.FullName, null, null);

    private void Put(string name, byte[] octets) => File.WriteAllBytes(Path.Combine(_folder.FullName, name), octets);

    private void Describe(params object[] anchors) => File.WriteAllText(Path.Combine(_folder.FullName, "anchors.json"), JsonSerializer.Serialize(new { anchors }));

    // One certificate by itself, one with a description.
    private void PutList(int number, string member)
    {
        object[] certificates = [Convert.ToBase64String(_root.Certificate.RawData), new { Name = "Other root", Data = Convert.ToBase64String(_other.Certificate.RawData) }];
        var list = new Dictionary<string, object>
        {
            ["Version"] = "1.0", ["ListIdentifier"] = "GCA-CTL", ["SequenceNumber"] = number, ["ThisUpdate"] = Holder.Now.AddDays(-1), ["NextUpdate"] = Holder.Now.AddDays(7), [member] = certificates,
        };
        File.WriteAllText(Path.Combine(_folder.FullName, "gca.ctl"), "\uFEFF" + JsonSerializer.Serialize(list));
    }
}
