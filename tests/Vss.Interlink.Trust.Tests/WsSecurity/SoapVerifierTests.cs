using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Certificates;
using Vss.Interlink.Trust.Keys;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.Trust.WsSecurity;
using Vss.Interlink.XmlSecurity;
using Vss.Interlink.XmlSecurity.Signatures;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.Trust.Tests.WsSecurity;

public sealed class SoapVerifierTests : IDisposable
{
    private const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private const string Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private const string Security = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private const string X509v3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
    private const string Dsig = "http://www.w3.org/2000/09/xmldsig#";
    private readonly ManualClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly TestTrust _trust;

    public SoapVerifierTests() => _trust = new TestTrust(_clock);

    public void Dispose() => _trust.Dispose();

    [Theory]
    [InlineData(Soap11)]
    [InlineData("http://www.w3.org/2003/05/soap-envelope")]
    public async Task What_we_sign_passes_and_the_octets_are_the_canonical_body(string soap)
    {
        var signed = await Signed($"<s:Envelope xmlns:s='{soap}' xmlns:unused='urn:u'><s:Body><m:Do xmlns:m='urn:m'>é</m:Do></s:Body></s:Envelope>");
        var passed = Assert.IsType<VerificationResult.Passed>(Verdict(signed));
        Assert.EndsWith("><m:Do xmlns:m=\"urn:m\">é</m:Do></s:Body>", Encoding.UTF8.GetString(passed.Document.Octets.Span), StringComparison.Ordinal);
        Assert.Equal(Assurance.Signed, passed.Document.Assurance);
    }

    [Fact]
    public async Task A_message_is_good_for_its_window_and_not_longer()
    {
        var signed = await Signed();
        _clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(59));
        Assert.IsType<VerificationResult.Passed>(Verdict(signed));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Rules.Window, Refused(signed));
    }

    [Fact]
    public async Task A_message_has_one_nonce_however_its_envelope_is_written_and_signed_anew_another_one()
    {
        var signed = await Signed();
        var nonce = Nonce(signed);
        Assert.Equal(32, nonce.Id.Length);
        Assert.Equal(TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(Math.Round((nonce.Until - _clock.GetUtcNow()).TotalSeconds)));   // Expires after five minutes, and the skew of one

        var signature = (XmlElement)signed.GetElementsByTagName("SignatureValue", Dsig)[0]!;
        signature.InnerText = signature.InnerText.Insert(10, "\n");
        signed.DocumentElement!.SetAttribute("xmlns:other", "urn:o");
        Assert.Equal(nonce.Id.ToArray(), Nonce(signed).Id.ToArray());

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(nonce.Id.ToArray(), Nonce(await Signed()).Id.ToArray());
    }

    [Fact]
    public async Task A_message_that_passed_is_still_good_while_its_time_and_its_signer_are()
    {
        var passed = Assert.IsType<VerificationResult.Passed>(Verdict(await Signed())).Message!;
        Assert.True(_trust.Soap.IsStillGood(passed));

        var store = _trust.Store;
        _trust.Store = new TrustStore(store.Anchors, store.Intermediates, []);
        Assert.False(_trust.Soap.IsStillGood(passed));
        _trust.Store = store;
        _clock.Advance(TimeSpan.FromSeconds(-62));
        Assert.False(_trust.Soap.IsStillGood(passed));
        _clock.Advance(TimeSpan.FromSeconds(62) + TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(59));
        Assert.True(_trust.Soap.IsStillGood(passed));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_trust.Soap.IsStillGood(passed));
    }

    [Fact]
    public async Task A_key_on_p256_signs_answers_and_one_on_p384_is_refused()
    {
        using var answers = KeyUri.Open(new Uri(_trust.Pki.KeyUri("hub-answers")));
        var octets = await new SoapSigner(answers, () => _trust.Store, _clock).SignAsync(XmlTree.Octets(Envelope(null)), default);
        using var report = SignatureVerifier.Verify(octets, new VerificationRequest());
        var signature = Assert.Single(report.Signatures);
        Assert.Equal(SignatureIntegrity.Intact, signature.Integrity);
        Assert.Equal(SignatureAlgorithm.EcdsaSha256.Uri, signature.Algorithms[1]);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=Too long", key, HashAlgorithmName.SHA384).CreateSelfSigned(_clock.GetUtcNow().AddHours(-1), _clock.GetUtcNow().AddHours(1));
        using var long384 = new OtherKey(certificate);
        Assert.Throws<CryptographicException>(long384.AlgorithmForXml);
    }

    [Fact]
    public async Task Nothing_is_answered_under_a_certificate_that_partners_would_refuse()
    {
        _clock.Advance(TimeSpan.FromDays(500));
        var refusal = await Assert.ThrowsAsync<CryptographicException>(() => Signed());
        Assert.Contains("certificate of the hub's answers", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_from_the_future_is_refused()
    {
        var signed = await Signed();
        _clock.Advance(TimeSpan.FromSeconds(-62));
        Assert.Equal(Rules.Window, Refused(signed));
    }

    [Fact]
    public async Task A_changed_body_is_refused()
    {
        var signed = await Signed();
        Body(signed).FirstChild!.InnerText = "other";
        Assert.Equal(Rules.Digest, Refused(signed));
    }

    [Fact]
    public async Task A_changed_timestamp_is_refused()
    {
        var signed = await Signed();
        signed.GetElementsByTagName("Expires", Utility)[0]!.InnerText = "2099-01-01T00:00:00Z";
        Assert.Equal(Rules.Digest, Refused(signed));
    }

    [Fact]
    public void No_security_header_is_no_signature() => Assert.Equal(Rules.Present, Refused(Envelope()));

    [Fact]
    public async Task A_signed_body_that_was_moved_into_a_header_block_does_not_cover_the_body_that_is_there()
    {
        var signed = await Signed();
        var moved = Body(signed);
        var evil = Evil(signed, moved, id: null);
        var wrapper = signed.CreateElement("w", "Wrapper", "urn:w");
        signed.DocumentElement!.ReplaceChild(evil, moved);
        signed.DocumentElement.FirstChild!.AppendChild(wrapper);
        wrapper.AppendChild(moved);
        Assert.Equal(Rules.ReferenceTarget, Refused(signed));
    }

    [Fact]
    public async Task A_moved_body_whose_id_the_evil_body_shares_is_refused()
    {
        var signed = await Signed();
        var moved = Body(signed);
        var evil = Evil(signed, moved, moved.GetAttribute("Id", Utility));
        signed.DocumentElement!.ReplaceChild(evil, moved);
        signed.GetElementsByTagName("Signature", "http://www.w3.org/2000/09/xmldsig#")[0]!.AppendChild(Object(signed, moved));
        Assert.Equal(Rules.IdUnique, Refused(signed));
    }

    [Fact]
    public async Task A_body_as_a_header_block_of_its_own_does_not_count()
    {
        var signed = await Signed();
        var moved = Body(signed);
        signed.DocumentElement!.ReplaceChild(Evil(signed, moved, id: null), moved);
        signed.DocumentElement.FirstChild!.AppendChild(moved);
        Assert.Equal(Rules.CoverageBody, Refused(signed));
    }

    [Fact]
    public async Task An_unsigned_addressing_block_that_was_added_is_refused()
    {
        var signed = await Signed();
        var action = signed.CreateElement("wsa", "Action", "http://www.w3.org/2005/08/addressing");
        action.InnerText = "urn:other";
        signed.DocumentElement!.FirstChild!.AppendChild(action);
        Assert.Equal(Rules.CoverageAddressing, Refused(signed));
    }

    [Theory]
    [InlineData("11/22/2026 00:41:33Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("2026-11-22T00:41:33")]
    [InlineData("")]
    public async Task A_time_that_is_no_dateTime_in_UTC_or_out_of_all_bounds_is_out_of_the_window(string created)
    {
        Assert.Equal(Rules.Window, Refused(await SignedAsync(Timestamp($"<u:Created>{created}</u:Created>"))));
    }

    [Fact]
    public async Task A_security_block_for_another_actor_is_not_ours()
    {
        var signed = await Signed();
        var header = signed.DocumentElement!.FirstChild!;
        var other = (XmlElement)header.FirstChild!.CloneNode(deep: false);
        other.SetAttribute("actor", Soap11, "urn:somebody-else");
        header.AppendChild(other);
        Assert.IsType<VerificationResult.Passed>(Verdict(signed));
        ((XmlElement)header.FirstChild!).SetAttribute("actor", Soap11, "urn:somebody-else");
        Assert.Equal(Rules.Present, Refused(signed));
    }

    [Fact]
    public async Task Two_security_headers_are_refused()
    {
        var signed = await Signed();
        var header = signed.DocumentElement!.FirstChild!;
        header.AppendChild(header.FirstChild!.CloneNode(deep: true));
        Assert.Equal(Rules.Structure, Refused(signed));
    }

    [Theory]
    [InlineData("ministry-expired", Rules.Validity)]
    [InlineData("ministry-revoked", Rules.Revoked)]
    [InlineData("stranger", Rules.Chain)]
    public async Task A_signer_that_is_not_good_is_refused_by_the_rule(string key, string rule)
    {
        // The hub's own signer proves what it signs, so that the bad certificate shows at once, by the same verifier.
        using var other = new TestTrust(_clock, key);
        var thrown = await Assert.ThrowsAsync<System.Security.Cryptography.CryptographicException>(() => other.SoapSigner.SignAsync(XmlTree.Octets(Envelope()), default));
        Assert.Contains(rule, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<u:Created>2026-11-22T00:41:33Z</u:Created><u:Created>2026-11-22T00:41:33Z</u:Created>")]
    [InlineData("<u:Created>2026-11-22T00:41:33Z<u:More/></u:Created>")]
    [InlineData("<u:Expires>2026-11-22T00:41:33Z</u:Expires>")]
    [InlineData("<u:Created/>")]
    public async Task A_timestamp_that_does_not_say_one_time_of_creation_is_out_of_the_window(string content) => Assert.Equal(Rules.Window, Refused(await SignedAsync(Timestamp(content))));

    [Fact]
    public async Task A_comment_in_a_time_is_no_part_of_what_was_signed_and_none_of_what_is_read()
    {
        var signed = await SignedAsync(Fresh);
        var created = signed.GetElementsByTagName("Created", Utility)[0]!;
        created.InsertBefore(signed.CreateComment("2099"), ((XmlText)created.FirstChild!).SplitText(4));
        Assert.IsType<VerificationResult.Passed>(Verdict(signed));
    }

    [Fact]
    public async Task What_the_signature_leaves_out_is_named()
    {
        Assert.Equal(Rules.CoverageTimestamp, Refused(await SignedAsync(Fresh, [new SignatureReference.Element("body")])));
        Assert.Equal(Rules.CoverageBody, Refused(await SignedAsync(Fresh, [new SignatureReference.Element("time")])));
        Assert.Equal(Rules.ReferenceTarget, Refused(await SignedAsync(Fresh, [new SignatureReference.Element("body"), new SignatureReference.Element("time"), new SignatureReference.Element("inside")], "<m:Do xmlns:m='urn:m' u:Id='inside'/>")));
        Assert.Equal(Rules.ReferenceTarget, Refused(await SignedAsync(Fresh, [new SignatureReference.Element("body"), new SignatureReference.Element("time"), new SignatureReference.Element("body")])));
        Assert.Equal(Rules.AlgorithmTransform, Refused(await SignedAsync(Fresh, [new SignatureReference.Element("body"), new SignatureReference.Element("time"), new SignatureReference.WholeDocument()])));
    }

    [Theory]
    [InlineData("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")]
    [InlineData("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")]
    public async Task Another_canonicalisation_is_refused(string method)
    {
        var other = CanonicalizationMethod.All.Single(known => known.Uri == method);
        Assert.Equal(Rules.AlgorithmTransform, Refused(await SignedAsync(Fresh, [new SignatureReference.Element("body") { Canonicalization = other }, new SignatureReference.Element("time")])));
    }

    [Fact]
    public async Task A_prefix_list_is_honoured()
    {
        var signed = await SignedAsync(Fresh, [new SignatureReference.Element("body") { InclusivePrefixes = "w" }, new SignatureReference.Element("time")]);
        var passed = Assert.IsType<VerificationResult.Passed>(Verdict(signed));
        Assert.Contains($"xmlns:w=\"{Security}\"", Encoding.UTF8.GetString(passed.Document.Octets.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_stands_elsewhere_is_not_the_signers()
    {
        var signed = await SignedAsync(Fresh);
        var token = signed.GetElementsByTagName("BinarySecurityToken", Security)[0]!;
        signed.DocumentElement!.FirstChild!.AppendChild(token);
        Assert.Equal(Rules.Token, Refused(signed));
    }

    [Fact]
    public async Task A_second_token_of_the_same_id_is_refused()
    {
        var signed = await SignedAsync(Fresh);
        var token = signed.GetElementsByTagName("BinarySecurityToken", Security)[0]!;
        token.ParentNode!.InsertAfter(token.CloneNode(deep: true), token);
        Assert.Equal(Rules.IdUnique, Refused(signed));
    }

    [Fact]
    public async Task A_signature_inside_the_body_is_content_and_is_not_judged()
    {
        var body = $"<m:Do xmlns:m='urn:m'><d:Signature xmlns:d='{Dsig}'><d:SignedInfo/></d:Signature></m:Do>";
        Assert.IsType<VerificationResult.Passed>(Verdict(await SignedAsync(Fresh, body: body)));
    }

    [Fact]
    public async Task A_root_that_is_no_envelope_and_octets_that_are_no_xml_are_refused_by_structure()
    {
        Assert.Equal(Rules.Structure, Refused(XmlTree.Load("<a/>")));
        using var broken = new MemoryStream([.. await _trust.SoapSigner.SignAsync(XmlTree.Octets(Envelope()), default), (byte)'<']);
        Assert.Equal(Rules.Structure, Assert.IsType<VerificationResult.Refused>(_trust.Soap.Verify(broken, new XmlLimits())).Verdict.Failure!.Rule);
    }

    [Fact]
    public async Task Many_references_to_a_large_body_are_refused_before_they_cost_memory()
    {
        var references = Enumerable.Range(0, 200).Select(number => (SignatureReference)new SignatureReference.Element("body") { InclusivePrefixes = $"p{number}" }).ToList();
        var octets = XmlTree.Octets(await SignedAsync(Fresh, references, $"<m:Do xmlns:m='urn:m'>{new string('x', 4 * 1024 * 1024)}</m:Do>"));
        using var envelope = new MemoryStream(octets, writable: false);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.IsType<VerificationResult.Refused>(_trust.Soap.Verify(envelope, new XmlLimits()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 1024 * 1024);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_platforms_own_verifier_says_the_same_of_what_we_sign(bool changed)
    {
        var signed = await Signed($"<s:Envelope xmlns:s='{Soap11}'><s:Header><a:Action xmlns:a='http://www.w3.org/2005/08/addressing'>urn:do</a:Action></s:Header><s:Body><m:Do xmlns:m='urn:m'>é</m:Do></s:Body></s:Envelope>");
        if (changed) Body(signed).FirstChild!.InnerText = "e";
        var second = new WsuSignedXml(signed);
        second.LoadXml((XmlElement)signed.GetElementsByTagName("Signature", Dsig)[0]!);
        using var key = _trust.Key.Certificate.GetRSAPublicKey();
        Assert.Equal(!changed, second.CheckSignature(key!));
        Assert.Equal(3, second.SignedInfo!.References.Count);
    }

    private static XmlDocument Envelope(string? xml = null) => XmlTree.Load(xml ?? $"<s:Envelope xmlns:s='{Soap11}'><s:Body><m:Do xmlns:m='urn:m'>x</m:Do></s:Body></s:Envelope>");

    private static XmlElement Body(XmlDocument envelope) => envelope.DocumentElement!.ChildNodes.OfType<XmlElement>().Single(child => child.LocalName == "Body");

    private static XmlElement Evil(XmlDocument document, XmlElement body, string? id)
    {
        var evil = (XmlElement)body.CloneNode(deep: true);
        evil.FirstChild!.InnerText = "evil";
        evil.RemoveAttribute("Id", Utility);
        if (id is not null) evil.SetAttribute("Id", Utility, id);
        return evil;
    }

    private static XmlElement Object(XmlDocument document, XmlElement content)
    {
        var holder = document.CreateElement("ds", "Object", "http://www.w3.org/2000/09/xmldsig#");
        holder.AppendChild(content);
        return holder;
    }

    private string Timestamp(string content) => $"<u:Timestamp u:Id='time'>{content}</u:Timestamp>";

    private string Fresh => Timestamp($"<u:Created>{_clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}</u:Created>");

    // An honest signature of the hub's key over parts of the test's choice.
    private async Task<XmlDocument> SignedAsync(string timestamp, IReadOnlyList<SignatureReference>? references = null, string body = "<m:Do xmlns:m='urn:m'>x</m:Do>", string header = "")
    {
        var token = Convert.ToBase64String(_trust.Key.Certificate.RawDataMemory.Span);
        var envelope = $"<s:Envelope xmlns:s='{Soap11}' xmlns:w='{Security}' xmlns:u='{Utility}'><s:Header><w:Security>{timestamp}<w:BinarySecurityToken u:Id='token' ValueType='{X509v3}'>{token}</w:BinarySecurityToken></w:Security>{header}</s:Header>"
            + $"<s:Body u:Id='body'>{body}</s:Body></s:Envelope>";
        var options = new SignatureOptions { Certificate = new SigningCertificate(_trust.Key.Certificate.RawDataMemory), Algorithm = SignatureAlgorithm.RsaSha256, KeyInfo = KeyInformation.Token("#token", X509v3), Ids = XmlIdRules.WsSecurity };
        using var signed = new MemoryStream();
        var refusal = await XmlSigner.SignAsync(
            OctetSource.Of(Encoding.UTF8.GetBytes(envelope)), SignaturePlace.InElement(Security, "Security"), references ?? [new SignatureReference.Element("body"), new SignatureReference.Element("time")], options, new XmlLimits(),
            async (digest, _, end) => await _trust.Key.SignAsync(digest, end), signed, default);
        Assert.Null(refusal);
        return XmlTree.Load(signed.ToArray());
    }

    private async Task<XmlDocument> Signed(string? xml = null) => XmlTree.Load(await _trust.SoapSigner.SignAsync(XmlTree.Octets(Envelope(xml)), default));

    private VerificationResult Verdict(XmlDocument envelope)
    {
        using var octets = new MemoryStream(XmlTree.Octets(envelope), writable: false);
        return _trust.Soap.Verify(octets, new XmlLimits());
    }

    private MessageNonce Nonce(XmlDocument envelope) => Assert.IsType<VerificationResult.Passed>(Verdict(envelope)).Document.Nonce!;

    private string Refused(XmlDocument envelope) => Assert.IsType<VerificationResult.Refused>(Verdict(envelope)).Verdict.Failure!.Rule;

    private sealed class OtherKey(X509Certificate2 certificate) : SigningKey(certificate, [])
    {
        protected override Task<byte[]> SignCoreAsync(ReadOnlyMemory<byte> digest, SignatureAlgorithm algorithm, CancellationToken cancellation) => throw new NotSupportedException();
    }

    /// <summary>SignedXml that finds elements by wsu:Id.</summary>
    private sealed class WsuSignedXml(XmlDocument envelope) : SignedXml(envelope)
    {
        public override XmlElement? GetIdElement(XmlDocument? document, string idValue) => document!.SelectNodes("//*")!.OfType<XmlElement>().Single(element => element.GetAttribute("Id", Utility) == idValue);
    }
}
