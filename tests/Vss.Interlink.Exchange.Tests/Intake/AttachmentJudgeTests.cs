using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Vss.Interlink.Exchange.Bodies;
using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.Exchange.Intake;
using Vss.Interlink.Exchange.Tests.Bodies;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pdf;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Online;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity.Signatures;

namespace Vss.Interlink.Exchange.Tests.Intake;

/// <summary>Attached PDF documents are held to what the sender's policy asks of their signatures.</summary>
public sealed class AttachmentJudgeTests : IDisposable
{
    private static readonly Holder s_root = Holder.Root("CN=Root");
    private static readonly Holder s_person = s_root.Issue("CN=Person");
    private static readonly Holder s_agency = s_root.Issue("CN=Agency");
    private static readonly Holder s_other = s_root.Issue("CN=Other");
    private static readonly Holder s_revoked = s_root.Issue("CN=Agency");
    private static readonly TrustStore s_store = new([s_root.Certificate], [], [CertificateList.TryRead(s_root.List(list => list.Revoke(s_revoked)))!]);

    private readonly TempFolder _folder = new();
    private readonly ManualClock _clock = new(Holder.Now);
    private readonly BodyStore _bodies;
    private readonly RevocationSource _revocation;

    public AttachmentJudgeTests()
    {
        _bodies = new BodyStore(_folder["bodies"], 1 << 24, TestBodyKeys.One, TimeProvider.System);
        _revocation = new RevocationSource(new OnlineOptions(), () => s_store, new MemoryLibrary(), _clock, NullLogger<RevocationSource>.Instance);
    }

    public static TheoryData<string, AttachmentRule, Fault?> Cases => new()
    {
        { "by the agency", AttachmentRule.Agency, null },
        { "by the agency", AttachmentRule.PersonAndAgency, Fault.SignerNotAuthorised },
        { "by both", AttachmentRule.Agency, null },
        { "by both", AttachmentRule.PersonAndAgency, null },
        { "by the person", AttachmentRule.Agency, Fault.SignerNotAuthorised },
        { "by another", AttachmentRule.Agency, Fault.SignerNotAuthorised },
        { "unsigned", AttachmentRule.Agency, Fault.SignatureMissing },
        { "changed", AttachmentRule.Agency, Fault.SignatureInvalid },
        { "revoked", AttachmentRule.Agency, Fault.CertificateRevoked },
        { "cut off", AttachmentRule.Agency, Fault.SignatureInvalid },
        { "cut off", AttachmentRule.Recorded, null },
        { "changed", AttachmentRule.Recorded, null },
        { "unsigned", AttachmentRule.Recorded, null },
        { "changed", AttachmentRule.NotJudged, null },
    };

    public void Dispose()
    {
        _revocation.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_document_is_taken_or_refused_as_the_policy_says(string document, AttachmentRule rule, Fault? fault)
    {
        var judged = JudgeAsync(rule, SignatureLevel.B, Document(document));
        if (fault is not { } refused)
        {
            var found = await judged;
            Assert.Equal(rule is AttachmentRule.NotJudged ? 0 : 1, found.Count);
            Assert.DoesNotContain("CN=", string.Concat(found), StringComparison.Ordinal);   // subjects of persons hold their numbers
            return;
        }

        var told = await Assert.ThrowsAsync<ExchangeFault>(() => judged);
        Assert.Equal((refused, "policy.attachment"), (told.Fault, told.Rule));
    }

    [Fact]
    public async Task What_was_found_says_who_by_certificate_and_whether_it_passed()
    {
        var found = await JudgeAsync(AttachmentRule.Recorded, SignatureLevel.B, Document("by both"), Document("changed"));
        Assert.Contains($"Pades by certificate {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(s_agency.Certificate.RawData))}: passed", found[0], StringComparison.Ordinal);
        Assert.Contains("TotalFailed HashFailure by sig.digest", found[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signatures_below_the_level_that_is_asked_for_do_not_suffice()
    {
        var told = await Assert.ThrowsAsync<ExchangeFault>(() => JudgeAsync(AttachmentRule.Agency, SignatureLevel.T, Document("by the agency")));
        Assert.Contains("below level T", told.Message, StringComparison.Ordinal);
        await JudgeAsync(AttachmentRule.Agency, SignatureLevel.Dsig, Document("by the agency"));
    }

    [Fact]
    public async Task What_is_no_pdf_is_not_judged() => Assert.Empty(await JudgeAsync(AttachmentRule.PersonAndAgency, SignatureLevel.B, "a picture"u8.ToArray(), []));

    private static byte[] Document(string name)
    {
        var page = TestPdf.Create();
        switch (name)
        {
            case "by the agency": return page.Sign(s_agency).Octets;
            case "by the person": return page.Sign(s_person).Octets;
            case "by another": return page.Sign(s_other).Octets;
            case "by both": return page.Sign(s_person).Sign(s_agency, settings => settings.Field = "Signature2").Octets;
            case "revoked": return page.Sign(s_revoked).Octets;
            case "unsigned": return page.Octets;
            case "cut off": return page.Octets[..(page.Octets.Length / 2)];
            default:
                var signed = page.Sign(s_agency).Octets;
                var at = signed.AsSpan().IndexOf("endstream"u8) - 3;
                signed[at] ^= 1;
                return signed;
        }
    }

    private async Task<IReadOnlyList<string>> JudgeAsync(AttachmentRule rule, SignatureLevel level, params byte[][] documents)
    {
        var attachments = new Dictionary<string, StoredBody>();
        foreach (var (number, octets) in documents.Index()) attachments[$"a{number}"] = await _bodies.StoreAsync(new MemoryStream(octets), CancellationToken.None);
        var policy = new NamedPolicy(SignaturePolicy.Default, level, TimeSpan.Zero, UnsignedRule.Refuse, ClientCertificateRule.NotRequired, rule);
        var partner = new PartnerPolicy(Dossiers.Ministry, "Ministry", [new OrganSigner("CN=Agency", null, null, SignerRole.Agency), new OrganSigner(null, "CN=Root", s_person.Certificate.SerialNumber, SignerRole.Person)], policy);
        return await new AttachmentJudge(_bodies, _revocation, _clock).JudgeAsync(Hub.Signed(Dossiers.Small(), attachments: attachments), partner, CancellationToken.None);
    }
}
