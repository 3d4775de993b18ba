using System.Diagnostics;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Verification;

public sealed class EnvelopedVerifierTests : IDisposable
{
    private static readonly byte[] Document = Encoding.UTF8.GetBytes("<e:Evidence xmlns:e='urn:x' xmlns:unused='urn:y'><e:A b='1&#10;2'>chữ ký &amp; <![CDATA[<x>]]></e:A></e:Evidence>");
    private readonly TestTrust _trust = new();

    public void Dispose() => _trust.Dispose();

    [Fact]
    public async Task What_the_hub_signs_passes_and_the_octets_are_the_document_without_its_signature()
    {
        var signed = await _trust.Signer.SignEvidenceAsync(Document, default);
        var passed = Assert.IsType<VerificationResult.Passed>(_trust.Enveloped.Verify(signed));
        Assert.Equal(Indication.TotalPassed, passed.Document.Verdict.Indication);
        Assert.Equal("<e:Evidence xmlns:e=\"urn:x\"><e:A b=\"1&#xA;2\">chữ ký &amp; &lt;x&gt;</e:A></e:Evidence>", Encoding.UTF8.GetString(passed.Document.Octets.Span));
        Assert.Contains(passed.Document.Verdict.Covered, coverage => coverage.Kind == CoverageKind.WholeDocument);
    }

    [Fact]
    public async Task The_platforms_own_verifier_agrees_with_our_signature()
    {
        var signed = await _trust.Signer.SignEvidenceAsync(Document, default);
        var document = XmlTree.Load(signed);
        var second = new SignedXml(document);
        second.LoadXml((XmlElement)document.GetElementsByTagName("Signature", SignedXml.XmlDsigNamespaceUrl)[0]!);
        Assert.True(second.CheckSignature(_trust.Key.Certificate, verifySignatureOnly: true));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Xmlsec_says_the_same_of_it_intact_and_changed(bool changed, int exitCode)
    {
        var signed = Encoding.UTF8.GetString(await _trust.Signer.SignEvidenceAsync(Document, default));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, changed ? signed.Replace("chữ ký", "chữ kí", StringComparison.Ordinal) : signed);
        try
        {
            string[] arguments =
            [
                "--verify", "--trusted-pem", Path.Combine(_trust.Pki.Anchors, "root.crt"), "--untrusted-pem", Path.Combine(_trust.Pki.Intermediates, "issuing.crt"),
                "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", file,
            ];
            using var xmlsec = Process.Start(new ProcessStartInfo("/usr/bin/xmlsec1", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var said = await xmlsec.StandardError.ReadToEndAsync() + await xmlsec.StandardOutput.ReadToEndAsync();
            await xmlsec.WaitForExitAsync();
            Assert.True(xmlsec.ExitCode == exitCode, $"xmlsec1 (Debian package xmlsec1) ended with {xmlsec.ExitCode}: {said}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task One_changed_character_is_a_hash_failure()
    {
        var signed = Encoding.UTF8.GetString(await _trust.Signer.SignEvidenceAsync(Document, default));
        var verdict = Refused(signed.Replace("chữ ký", "chữ kí", StringComparison.Ordinal));
        Assert.Equal((Indication.TotalFailed, SubIndication.HashFailure, Rules.Digest), (verdict.Indication, verdict.SubIndication, verdict.Failure!.Rule));
    }

    [Theory]
    [InlineData("<a/>", Rules.Present)]
    [InlineData("<a", Rules.Structure)]
    [InlineData("<a><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/></a>", Rules.Structure)]
    public void A_document_without_a_proper_signature_is_refused_by_the_rule(string xml, string rule) => Assert.Equal(rule, Refused(xml).Failure!.Rule);

    [Fact]
    public async Task A_second_signature_element_is_refused()
    {
        var signed = Encoding.UTF8.GetString(await _trust.Signer.SignEvidenceAsync(Document, default));
        var from = signed.IndexOf("<ds:Signature", StringComparison.Ordinal);
        var signature = signed[from..(signed.IndexOf("</ds:Signature>", StringComparison.Ordinal) + "</ds:Signature>".Length)];
        Assert.Equal(Rules.Structure, Refused(signed.Replace(signature, signature + signature, StringComparison.Ordinal)).Failure!.Rule);
    }

    [Fact]
    public async Task An_element_among_the_transforms_that_is_no_transform_is_refused()
    {
        var signed = Encoding.UTF8.GetString(await _trust.Signer.SignEvidenceAsync(Document, default));
        Assert.Equal(Rules.Structure, Refused(signed.Replace("<ds:Transforms>", "<ds:Transforms><ds:Other/>", StringComparison.Ordinal)).Failure!.Rule);
    }

    [Fact]
    public async Task A_comment_inside_a_digest_value_is_refused()
    {
        var signed = Encoding.UTF8.GetString(await _trust.Signer.SignEvidenceAsync(Document, default));
        Assert.Equal(Rules.Structure, Refused(signed.Replace("</ds:DigestValue>", "<!--x--></ds:DigestValue>", StringComparison.Ordinal)).Failure!.Rule);
    }

    [Theory]
    [InlineData("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2007/05/xmldsig-more#sha3-256", Rules.AlgorithmDigest)]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", Rules.AlgorithmSignature)]
    [InlineData("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116", Rules.AlgorithmTransform)]
    public async Task An_algorithm_outside_the_allow_list_is_named(string allowed, string other, string rule)
    {
        var signed = Encoding.UTF8.GetString(await _trust.Signer.SignEvidenceAsync(Document, default));
        Assert.Equal(rule, Refused(signed.Replace(allowed, other, StringComparison.Ordinal)).Failure!.Rule);
    }

    [Fact]
    public async Task Sha1_is_outside_the_allow_list()
    {
        var signed = Encoding.UTF8.GetString(await _trust.Signer.SignEvidenceAsync(Document, default));
        var other = Regex.Replace(signed, "<ds:DigestValue>[^<]*<", "<ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAA=<").Replace("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1", StringComparison.Ordinal);
        Assert.Equal(Rules.AlgorithmDigest, Refused(other).Failure!.Rule);
    }

    [Theory]
    [InlineData("ministry-expired", Rules.Validity)]
    [InlineData("ministry-revoked", Rules.Revoked)]
    [InlineData("stranger", Rules.Chain)]
    public async Task A_signer_that_is_not_good_now_is_refused_before_his_signature_counts(string key, string rule)
    {
        using var other = new TestTrust(hubKey: key);
        await Assert.ThrowsAsync<System.Security.Cryptography.CryptographicException>(() => other.Signer.SignEvidenceAsync(Document, default));   // the hub proves what it signs
        using var naive = new TestTrust(hubKey: key) { Store = new TrustStore(_trust.Store.Anchors, _trust.Store.Intermediates, []) };
        var thrown = await Assert.ThrowsAsync<System.Security.Cryptography.CryptographicException>(() => naive.Signer.SignEvidenceAsync(Document, default));
        Assert.Contains(rule == Rules.Revoked ? Rules.RevocationKnown : rule, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_revocation_list_nothing_passes()
    {
        var signed = await _trust.Signer.SignEvidenceAsync(Document, default);
        _trust.Store = new TrustStore(_trust.Store.Anchors, _trust.Store.Intermediates, []);
        Assert.Equal(Rules.RevocationKnown, Refused(Encoding.UTF8.GetString(signed)).Failure!.Rule);
    }

    [Fact]
    public async Task Without_an_anchor_nothing_passes()
    {
        var signed = await _trust.Signer.SignEvidenceAsync(Document, default);
        _trust.Store = new TrustStore([], _trust.Store.Intermediates, _trust.Store.Lists);
        Assert.Equal(Rules.Chain, Refused(Encoding.UTF8.GetString(signed)).Failure!.Rule);
    }

    private Verdict Refused(string xml) => Assert.IsType<VerificationResult.Refused>(_trust.Enveloped.Verify(Encoding.UTF8.GetBytes(xml))).Verdict;
}
