using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.WsSecurity;

public sealed class SoapVerifierTests : IDisposable
{
    private const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private const string Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
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
        var passed = Assert.IsType<VerificationResult.Passed>(_trust.Soap.Verify(signed));
        Assert.EndsWith("><m:Do xmlns:m=\"urn:m\">é</m:Do></s:Body>", Encoding.UTF8.GetString(passed.Document.Octets.Span), StringComparison.Ordinal);
        Assert.Equal(Assurance.Signed, passed.Document.Assurance);
    }

    [Fact]
    public async Task A_message_is_good_for_its_window_and_not_longer()
    {
        var signed = await Signed();
        _clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(59));
        Assert.IsType<VerificationResult.Passed>(_trust.Soap.Verify(signed));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Rules.Window, Refused(signed));
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
        var envelope = Envelope();
        var signed = await SignedWithCreatedAsync(envelope, created);
        Assert.Equal(Rules.Window, Refused(signed));
    }

    [Fact]
    public async Task A_security_block_for_another_actor_is_not_ours()
    {
        var signed = await Signed();
        var header = signed.DocumentElement!.FirstChild!;
        var other = (XmlElement)header.FirstChild!.CloneNode(deep: false);
        other.SetAttribute("actor", Soap11, "urn:somebody-else");
        header.AppendChild(other);
        Assert.IsType<VerificationResult.Passed>(_trust.Soap.Verify(signed));
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
        var thrown = await Assert.ThrowsAsync<System.Security.Cryptography.CryptographicException>(() => other.SoapSigner.SignAsync(Envelope(), default));
        Assert.Contains(rule, thrown.Message, StringComparison.Ordinal);
    }

    private static XmlDocument Envelope(string? xml = null) => Loaded(Encoding.UTF8.GetBytes(xml ?? $"<s:Envelope xmlns:s='{Soap11}'><s:Body><m:Do xmlns:m='urn:m'>x</m:Do></s:Body></s:Envelope>"));

    private static XmlDocument Loaded(byte[] octets) => SafeXml.Load(octets, new XmlLimits()).Document!;

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

    // An honest signature over a Timestamp of the test's choice.
    private async Task<XmlDocument> SignedWithCreatedAsync(XmlDocument envelope, string created)
    {
        var signed = Loaded(await _trust.SoapSigner.SignAsync(envelope, default));
        signed.GetElementsByTagName("Created", Utility)[0]!.InnerText = created;
        var signature = (XmlElement)signed.GetElementsByTagName("Signature", "http://www.w3.org/2000/09/xmldsig#")[0]!;
        var timestamp = (XmlElement)signed.GetElementsByTagName("Timestamp", Utility)[0]!;
        var reference = signature.GetElementsByTagName("Reference", "http://www.w3.org/2000/09/xmldsig#").OfType<XmlElement>().Single(one => one.GetAttribute("URI") == "#" + timestamp.GetAttribute("Id", Utility));
        reference.LastChild!.InnerText = Convert.ToBase64String(SHA256.HashData(Canonical.Exclusive(timestamp)));
        var info = (XmlElement)signature.FirstChild!;
        signature.ChildNodes[1]!.InnerText = Convert.ToBase64String(await _trust.Key.SignAsync(SHA256.HashData(Canonical.Exclusive(info)), default));
        return signed;
    }

    private async Task<XmlDocument> Signed(string? xml = null) => Loaded(await _trust.SoapSigner.SignAsync(Envelope(xml), default));

    private string Refused(XmlDocument envelope) => Assert.IsType<VerificationResult.Refused>(_trust.Soap.Verify(envelope)).Verdict.Failure!.Rule;
}
