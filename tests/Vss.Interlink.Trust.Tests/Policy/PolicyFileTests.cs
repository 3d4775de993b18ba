using System.Text;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Trust.Tests.Policy;

public sealed class PolicyFileTests
{
    internal const string Whole = """
        {
          "policies": {
            "sealed": {
              "algorithms": { "SHA-256": "open", "SHA-1": "2016-12-31", "RSA-PKCS1": "open", "RSA-2048": "2030-12-31", "RSA-3072": "open" },
              "requiredLevel": "T", "revocationGrace": "02:00:00", "unsigned": "Refuse", "clientCertificate": "NotRequired", "attachments": "PersonAndAgency"
            }
          },
          "partners": [
            { "organ": "000.00.00.G12", "name": "Ministry", "policy": "sealed", "signers": [
              { "subject": "CN=Seal, C=VN", "role": "Agency" },
              { "issuer": "CN=Issuing, C=VN", "serialNumber": "0A12", "role": "Person" } ] }
          ]
        }
        """;

    [Fact]
    public void A_whole_file_says_who_may_sign_for_whom_and_how_it_is_judged()
    {
        var partners = Parse(Whole).Partners;
        var partner = partners.Find("000.00.00.G12")!;
        Assert.Equal(("sealed", SignatureLevel.T, TimeSpan.FromHours(2), AttachmentRule.PersonAndAgency), (partner.Policy.Name, partner.Policy.RequiredLevel, partner.Policy.RevocationGrace, partner.Policy.Attachments));
        Assert.True(partners.MaySign("000.00.00.G12", new Signatory("CN=Seal, C=VN", "CN=Any", "01", "")));
        Assert.True(partners.MaySign("000.00.00.G12", new Signatory("CN=A person", "CN=Issuing, C=VN", "0A12", "")));
        Assert.False(partners.MaySign("000.00.00.G12", new Signatory("CN=A person", "CN=Issuing, C=VN", "0A13", "")));
        Assert.False(partners.MaySign("000.00.00.G12", new Signatory("CN=A person", "CN=Other", "0A12", "")));
        Assert.False(partners.MaySign("000.00.00.G12", null));
        Assert.False(partners.MaySign("000.00.00.G13", new Signatory("CN=Seal, C=VN", "CN=Any", "01", "")));
    }

    [Fact]
    public void Each_algorithm_and_key_is_acceptable_until_its_own_date_and_the_day_itself_counts()
    {
        var policy = Parse(Whole).Policies["sealed"].Algorithms;
        Assert.Null(policy.EndedAt(["SHA-1"], new DateTimeOffset(2016, 12, 31, 23, 59, 59, TimeSpan.Zero)));
        Assert.Equal("SHA-1", policy.EndedAt(["SHA-256", "SHA-1"], new DateTimeOffset(2017, 1, 1, 0, 0, 0, TimeSpan.Zero))?.Name);
        Assert.Equal(("RSA-2048", "RSA-3072", "RSA-3072", null), (policy.NameOfKey(true, 2048), policy.NameOfKey(true, 3072), policy.NameOfKey(true, 4096), policy.NameOfKey(true, 1024)));
        Assert.Null(policy.NameOfKey(false, 256));
        Assert.False(policy.Admits("ECDSA"));
    }

    [Fact]
    public void The_strictest_of_several_policies_admits_what_all_admit_until_the_first_end()
    {
        var first = new SignaturePolicy("first", Until(("SHA-256", 2030), ("SHA-1", 2016), ("RSA-2048", 2028), ("RSA-PKCS1", 0)));
        var second = new SignaturePolicy("second", Until(("SHA-256", 2027), ("RSA-3072", 0), ("RSA-PKCS1", 0)));
        var both = SignaturePolicy.Strictest([first, second]);
        Assert.Equal(("first+second", 3072), (both.Name, both.MinRsaBits));
        Assert.False(both.Admits("SHA-1"));
        Assert.Equal("SHA-256", both.EndedAt(["SHA-256"], new DateTimeOffset(2028, 1, 1, 0, 0, 0, TimeSpan.Zero))?.Name);
        Assert.Equal("RSA-3072", both.EndedAt(["RSA-3072"], new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero))?.Name);
        Assert.Null(both.EndedAt(["SHA-256", "RSA-3072", "RSA-PKCS1"], new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        static Dictionary<string, DateTimeOffset?> Until(params (string Name, int Year)[] names) => names.ToDictionary(name => name.Name, name => name.Year == 0 ? (DateTimeOffset?)null : new DateTimeOffset(name.Year, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Every_choice_that_is_left_open_is_a_fault_and_all_are_told_at_once()
    {
        var faults = Faults("""{ "policies": { "p": { "algorithms": {} } }, "partners": [ { "policy": "q" }, { "organ": "A", "policy": "p", "signers": [ { "subject": "CN=S", "issuer": "CN=I" } ] }, { "organ": "A" } ] }""");
        foreach (var part in (string[])["lists no algorithms", "requiredLevel", "revocationGrace", "unsigned", "clientCertificate", "attachments", "partners[0] (no organ) has no organ", "the policy 'q'", "needs a subject, or an issuer", "does not set role", "partners[2] (A) names no policy", "organ A more than once"])
            Assert.Contains(faults, fault => fault.Contains(part, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"SHA-256\": \"open\"", "\"MD5\": \"open\"", "MD5")]
    [InlineData("\"SHA-256\": \"open\"", "\"sha-256\": \"open\"", "sha-256")]
    [InlineData("\"RSA-2048\"", "\"RSA-512\"", "RSA-512")]
    [InlineData("2016-12-31", "2016-13-31", "2016-13-31")]
    [InlineData("02:00:00", "8.00:00:00", "revocationGrace")]
    [InlineData("02:00:00", "-02:00:00", "revocationGrace")]
    [InlineData("\"unsigned\": \"Refuse\"", "\"unsigned\": \"Maybe\"", "unsigned")]
    [InlineData("\"unsigned\": \"Refuse\"", "\"unsigned\": 1", "unsigned")]
    [InlineData("\"unsigned\": \"Refuse\"", "\"unsigned\": \"Refuse\", \"unsigned\": \"InformationOnly\"", "unsigned")]
    [InlineData("\"unsigned\": \"Refuse\"", "\"unsigned\": \"Refuse\", \"alsoThis\": true", "alsoThis")]
    [InlineData("\"policy\": \"sealed\",", "\"policy\": \"sealed\", \"suspended\": \"Maybe\",", "suspended")]
    [InlineData("\"role\": \"Person\"", "\"role\": \"Agency\"", "the signature of a person")]
    [InlineData("\"role\": \"Agency\"", "\"role\": \"Person\"", "the signature of the agency")]
    [InlineData("\"0A12\"", "\"a12\"", "a12")]
    [InlineData("{ \"subject\": \"CN=Seal, C=VN\", \"role\": \"Agency\" },", "", "the signature of the agency")]
    public void A_choice_that_is_not_known_is_a_fault(string from, string to, string told) => Assert.Contains(Faults(Whole.Replace(from, to, StringComparison.Ordinal)), fault => fault.Contains(told, StringComparison.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{ \"policies\": ")]
    [InlineData("{ \"partners\": [ null ] }")]
    [InlineData("{ \"policies\": { \"p\": null } }")]
    public void What_is_no_policy_file_is_a_fault(string text) => Assert.NotEmpty(Faults(text));

    private static PolicyFile Parse(string text) => PolicyFile.Parse(Encoding.UTF8.GetBytes(text));

    private static IReadOnlyList<string> Faults(string text) => Assert.Throws<PolicyException>(() => Parse(text)).Faults;
}
