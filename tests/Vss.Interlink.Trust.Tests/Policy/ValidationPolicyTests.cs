using System.Text;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Policy;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Policy;

public sealed class ValidationPolicyTests : IDisposable
{
    private static readonly byte[] Document = "<e:Evidence xmlns:e='urn:x'>text</e:Evidence>"u8.ToArray();
    private static readonly ValidationPolicy ToTheEnd = new(RevocationRule.Required, UntrustedSignerRule.JudgeIntegrity);
    private readonly TestTrust _trust = new();

    public void Dispose() => _trust.Dispose();

    [Fact]
    public async Task The_strict_policy_computes_nothing_for_a_signer_it_does_not_trust()
    {
        var verdict = Refused(await SignedAsync(), WithoutAnchors, ValidationPolicy.Strict);
        Assert.Equal(Rules.Chain, verdict.Ladder[^1].Rule);
        Assert.DoesNotContain(verdict.Ladder, step => step.Rule is Rules.Value or Rules.Digest);
    }

    [Fact]
    public async Task Judging_integrity_goes_on_to_the_arithmetic_and_stays_a_refusal()
    {
        var verdict = Refused(await SignedAsync(), WithoutAnchors, ToTheEnd);
        Assert.Equal((Indication.Indeterminate, SubIndication.NoCertificateChainFound, Rules.Chain), (verdict.Indication, verdict.SubIndication, verdict.Failure!.Rule));
        Assert.Equal(1, verdict.Ladder.Count(step => !step.Ok));
        Assert.Contains(verdict.Ladder, step => step is { Rule: Rules.Value, Ok: true });
        Assert.Equal(2, verdict.Ladder.Count(step => step is { Rule: Rules.Digest, Ok: true }));
    }

    [Fact]
    public async Task A_changed_document_is_final_even_where_the_signer_is_unknown()
    {
        var changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(await SignedAsync()).Replace(">text<", ">other<", StringComparison.Ordinal));
        var verdict = Refused(changed, WithoutAnchors, ToTheEnd);
        Assert.Equal((Indication.TotalFailed, SubIndication.HashFailure), (verdict.Indication, verdict.SubIndication));
    }

    [Fact]
    public async Task Revocation_that_is_not_checked_leaves_no_rung_that_says_it_was()
    {
        var store = new TrustStore(_trust.Store.Anchors, _trust.Store.Intermediates, []);
        var policy = new ValidationPolicy(RevocationRule.NotChecked, UntrustedSignerRule.Stop);
        var passed = Assert.IsType<VerificationResult.Passed>(new EnvelopedVerifier(() => store, policy, _trust.Clock).Verify(await SignedAsync()));
        Assert.DoesNotContain(passed.Document.Verdict.Ladder, step => step.Rule is Rules.RevocationKnown or Rules.Revoked);
    }

    private TrustStore WithoutAnchors => new([], _trust.Store.Intermediates, _trust.Store.Lists);

    private Task<byte[]> SignedAsync() => _trust.Signer.SignEvidenceAsync(Document, default);

    private Verdict Refused(byte[] document, TrustStore store, ValidationPolicy policy) =>
        Assert.IsType<VerificationResult.Refused>(new EnvelopedVerifier(() => store, policy, _trust.Clock).Verify(document)).Verdict;
}
