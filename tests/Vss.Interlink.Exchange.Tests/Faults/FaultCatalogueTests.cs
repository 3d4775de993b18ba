using Vss.Interlink.Exchange.Faults;
using Vss.Interlink.V1;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Exchange.Tests.Faults;

public sealed class FaultCatalogueTests
{
    public static TheoryData<Fault> Everything => [.. Enum.GetValues<Fault>()];

    [Theory]
    [MemberData(nameof(Everything))]
    public void Every_fault_says_what_it_means_on_every_protocol_and_what_to_do(Fault fault)
    {
        var meaning = FaultCatalogue.Meaning(fault);

        Assert.InRange(meaning.Grpc, 1, 16);
        Assert.Contains(meaning.SoapSide, (string[])["Client", "Server"]);
        Assert.InRange(meaning.ExitCode, 1, 125);
        Assert.EndsWith(".", meaning.Remedy, StringComparison.Ordinal);
        Assert.Matches("^(|02)$", meaning.EdxmlStatus);
        Assert.Equal(fault, Enum.Parse<Fault>(FaultCatalogue.Name(fault).Replace("_", "", StringComparison.Ordinal).Replace("FAULTUNSPECIFIED", "Unspecified", StringComparison.Ordinal), ignoreCase: true));
    }

    [Fact]
    public void A_number_that_the_catalogue_does_not_know_reads_as_unspecified() =>
        Assert.Equal(FaultCatalogue.Meaning(Fault.Unspecified), FaultCatalogue.Meaning((Fault)12345));

    [Fact]
    public void A_caller_is_told_name_detail_rule_remedy_and_reference()
    {
        var told = FaultCatalogue.Describe(Fault.MessageIdReused, "what was found", "claim.conflict", "r-1");

        Assert.Equal(("MESSAGE_ID_REUSED", "what was found", "claim.conflict", "r-1", false), (told.Name, told.Detail, told.Rule, told.Reference, told.Passing));
        Assert.Equal(FaultCatalogue.Meaning(Fault.MessageIdReused).Remedy, told.Remedy);
    }

    [Theory]
    [InlineData("sig.present", Fault.SignatureMissing)]
    [InlineData("sig.structure", Fault.SignatureInvalid)]
    [InlineData("sig.digest", Fault.SignatureInvalid)]
    [InlineData("sig.value", Fault.SignatureInvalid)]
    [InlineData("sig.coverage.body", Fault.SignatureCoverage)]
    [InlineData("sig.coverage.timestamp", Fault.SignatureCoverage)]
    [InlineData("sig.reference.resolved", Fault.SignatureCoverage)]
    [InlineData("sig.id.unique", Fault.SignatureCoverage)]
    [InlineData("sig.algorithm.digest", Fault.AlgorithmRefused)]
    [InlineData("cert.key", Fault.AlgorithmRefused)]
    [InlineData("cert.token", Fault.CertificateUntrusted)]
    [InlineData("cert.chain", Fault.CertificateUntrusted)]
    [InlineData("cert.usage", Fault.CertificateUntrusted)]
    [InlineData("cert.validity", Fault.CertificateExpired)]
    [InlineData("cert.revoked", Fault.CertificateRevoked)]
    [InlineData("cert.revocation-known", Fault.RevocationUnknown)]
    [InlineData("time.window", Fault.TimestampOutOfWindow)]
    [InlineData("policy.organ", Fault.UnknownOrgan)]
    [InlineData("policy.signer", Fault.SignerNotAuthorised)]
    [InlineData("policy.unsigned", Fault.SignatureMissing)]
    [InlineData("policy.present", Fault.PolicyMissing)]
    [InlineData("channel.certificate", Fault.Unauthenticated)]
    [InlineData("channel.subject", Fault.Unauthenticated)]
    [InlineData("sig.digestible", Fault.SignatureInvalid)]
    [InlineData("something.new", Fault.SignatureInvalid)]
    public void The_first_failing_rule_decides_the_fault(string rule, Fault fault)
    {
        var verdict = new Verdict(Indication.Indeterminate, SubIndication.Generic, [new Step("earlier", true, "", "fine"), new Step(rule, false, "soap:Body", "found this", "do that")], []);

        var refused = FaultCatalogue.FromVerdict(verdict);

        Assert.Equal((fault, rule), (refused.Fault, refused.Rule));
        Assert.Contains("found this", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_that_passed_is_no_refusal() =>
        Assert.Throws<ArgumentException>(() => FaultCatalogue.FromVerdict(new Verdict(Indication.TotalPassed, SubIndication.None, [], [])));

    [Theory]
    [InlineData(Fault.Overloaded, "soap.held-bytes", 5)]
    [InlineData(Fault.Overloaded, "limit.disk", 60)]
    [InlineData(Fault.Overloaded, "limit.outstanding", 60)]
    [InlineData(Fault.InFlight, "", 5)]
    [InlineData(Fault.BodyUnreadable, "body.segment", 60)]
    [InlineData(Fault.TimeStampsUnavailable, "limit.time-stamps", 60)]
    public void Who_is_refused_for_now_is_told_when_to_come_again(Fault fault, string rule, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), FaultCatalogue.RetryAfter(FaultCatalogue.Describe(fault, "", rule, "r-1")));

    [Fact]
    public void Who_is_refused_for_good_is_told_no_time() => Assert.Null(FaultCatalogue.RetryAfter(FaultCatalogue.Describe(Fault.Malformed, "", "", "r-1")));
}
