using System.Net;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Sandbox.Tests.Pki;

/// <summary>RFC 6960 and RFC 5019, asked by <c>openssl ocsp</c>; judged by it and by the hub.</summary>
public sealed class OcspTests : IAsyncLifetime
{
    private RelyingParty _party = null!;

    private SandboxAuthority Authority => _party.Authority;

    public async ValueTask InitializeAsync() => _party = await RelyingParty.StartAsync();

    public ValueTask DisposeAsync() => _party.DisposeAsync();

    [Theory]
    [InlineData(AuthorityKey.EcdsaP256, false)]
    [InlineData(AuthorityKey.EcdsaP256, true)]
    [InlineData(AuthorityKey.Rsa2048, false)]
    [InlineData(AuthorityKey.Rsa2048, true)]
    public async Task Both_judges_believe_the_delegated_responder_by_key_and_by_name(AuthorityKey key, bool byName)
    {
        await using var party = await RelyingParty.StartAsync(new AuthorityOptions { Key = key, RespondsByName = byName });
        var (good, revoked) = (party.Authority.Issue(new CertificateOrder("CN=Good") { Key = key }), party.Authority.Issue(new CertificateOrder("CN=Revoked")));
        party.Authority.Revoke(revoked, X509RevocationReason.Superseded);
        var ofIssuing = await party.AskAsync(party.Authority.Issuing, party.Authority.Root);

        var told = party.AskByOpenSsl(good, party.Authority.Issuing, "-nonce", "-resp_text");
        Assert.Contains("Response verify OK", told, StringComparison.Ordinal);
        Assert.Contains("certificate.pem: good", told, StringComparison.Ordinal);
        Assert.Contains(byName ? "Responder Id: C = VN" : "Responder Id: " + Convert.ToHexString(SubjectKey(party.Authority.Responder)), told, StringComparison.Ordinal);
        Assert.Contains("Archive Cutoff", told, StringComparison.Ordinal);
        Assert.True(party.Verify(good, [], [ofIssuing, await party.AskAsync(good, party.Authority.Issuing)]).Passed);

        told = party.AskByOpenSsl(revoked, party.Authority.Issuing, "-nonce");
        Assert.Contains("Response verify OK", told, StringComparison.Ordinal);
        Assert.Contains("certificate.pem: revoked", told, StringComparison.Ordinal);
        Assert.Contains("Reason: superseded", told, StringComparison.Ordinal);
        Assert.Equal(Rules.Revoked, party.Verify(revoked, [], [ofIssuing, await party.AskAsync(revoked, party.Authority.Issuing)]).Failure!.Rule);
    }

    [Fact]
    public async Task The_root_answers_for_itself()
    {
        Assert.Contains("certificate.pem: good", _party.AskByOpenSsl(Authority.Issuing, Authority.Root), StringComparison.Ordinal);
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        var ofLeaf = await _party.AskAsync(leaf, Authority.Issuing);
        Authority.Revoke(Authority.Issuing, X509RevocationReason.CACompromise);

        var told = _party.AskByOpenSsl(Authority.Issuing, Authority.Root);

        Assert.Contains("Response verify OK", told, StringComparison.Ordinal);
        Assert.Contains("Reason: cACompromise", told, StringComparison.Ordinal);
        Assert.Equal(Rules.AuthorityRevoked, _party.Verify(leaf, [], [ofLeaf, await _party.AskAsync(Authority.Issuing, Authority.Root)]).Failure!.Rule);
    }

    [Fact]
    public void A_serial_number_that_was_never_issued_is_unknown()
    {
        var issuer = _party.OpenSsl.Write("its-issuer.pem", Authority.Issuing.ExportCertificatePem());
        var told = _party.AskByOpenSsl(Authority.TimeStamper, Authority.Issuing, "-issuer", issuer, "-serial", "0xABCDEF");
        Assert.Contains("Response verify OK", told, StringComparison.Ordinal);
        Assert.Contains("0xABCDEF: unknown", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_another_issuer_it_may_not_answer() =>
        Assert.Contains("unauthorized (6)", _party.AskByOpenSsl(Holder.Root().Issue().Certificate, Holder.Root().Certificate), StringComparison.Ordinal);

    [Fact]
    public async Task What_is_no_request_is_malformed()
    {
        var request = _party.OcspRequest(Authority.TimeStamper, Authority.Issuing);
        foreach (var broken in new[] { [], "no request"u8.ToArray(), request[..^3], [0x30, 0x00], [0x30, 0x80], RelyingParty.Deep() })
            Assert.Equal([0x30, 0x03, 0x0A, 0x01, 0x01], await _party.AskAsync(broken));   // malformedRequest
        using var typed = await _party.PostAsync("ocsp", "text/plain", request);
        using var large = await _party.PostAsync("ocsp", "application/ocsp-request", new byte[70_000]);
        using var target = await _party.Http.GetAsync("ocsp/no-base64!");
        using var bare = await _party.Http.GetAsync("ocsp");
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge), (typed.StatusCode, large.StatusCode));
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (target.StatusCode, bare.StatusCode));
    }

    [Fact]
    public async Task The_nonce_comes_back_and_is_not_made_up()
    {
        var request = _party.OcspRequest(Authority.TimeStamper, Authority.Issuing, "-nonce");
        var nonce = OcspAnswer.TryRead(await _party.AskAsync(request))!.Nonce!.Value;
        Assert.True(nonce.Length >= 16 && request.AsSpan().IndexOf(nonce.Span) > 0);
        Assert.Null(OcspAnswer.TryRead(await _party.AskAsync(Authority.TimeStamper, Authority.Issuing, "-no_nonce"))!.Nonce);
    }

    [Fact]
    public async Task Asked_by_GET_it_answers_for_caches_to_keep()
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        var request = _party.OcspRequest(leaf, Authority.Issuing, "-no_nonce");

        using var response = await _party.Http.GetAsync("ocsp/" + Uri.EscapeDataString(Convert.ToBase64String(request)));

        Assert.Equal("application/ocsp-response", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl is { Public: true, NoTransform: true, MustRevalidate: true });
        Assert.InRange(response.Headers.CacheControl!.MaxAge!.Value.TotalSeconds, 3500, 3600);
        Assert.True(response.Headers.ETag is not null && response.Content.Headers.LastModified < response.Content.Headers.Expires);
        Assert.True(_party.Verify(leaf, [await _party.ListAsync("root.crl")], [await response.Content.ReadAsByteArrayAsync()]).Passed);

        using var once = await _party.Http.GetAsync("ocsp/" + Uri.EscapeDataString(Convert.ToBase64String(_party.OcspRequest(leaf, Authority.Issuing, "-nonce"))));
        Assert.True(once.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Base64_with_bare_slashes_is_understood_too()
    {
        for (var serial = 0; serial < 200; serial++)
        {
            var text = Convert.ToBase64String(_party.OcspRequest(Authority.TimeStamper, Authority.Issuing, "-nonce"));
            if (!text.Contains('/', StringComparison.Ordinal)) continue;
            Assert.NotNull(OcspAnswer.TryRead(await _party.Http.GetByteArrayAsync("ocsp/" + text.Replace("+", "%2B", StringComparison.Ordinal))));
            return;
        }

        Assert.Fail("No request with a slash was made.");
    }

    [Fact]
    public async Task Certificates_may_be_named_by_SHA_256_and_several_at_once()
    {
        var (one, two) = (Authority.Issue(new CertificateOrder("CN=One")), Authority.Issue(new CertificateOrder("CN=Two")));
        Authority.Revoke(two);
        var also = _party.OpenSsl.Write("also.pem", two.ExportCertificatePem());
        var issuer = _party.OpenSsl.Write("its-issuer.pem", Authority.Issuing.ExportCertificatePem());

        var told = _party.AskByOpenSsl(one, Authority.Issuing, "-sha256", "-issuer", issuer, "-cert", also);

        Assert.Contains("also.pem: revoked", told, StringComparison.Ordinal);
        Assert.Contains("certificate.pem: good", told, StringComparison.Ordinal);
        Assert.True(_party.Verify(one, [await _party.ListAsync("root.crl")], [await _party.AskAsync(one, Authority.Issuing, "-sha256")]).Passed);
    }

    [Fact]
    public async Task A_hold_ends_and_a_revocation_does_not()
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        Authority.Revoke(leaf, X509RevocationReason.CertificateHold);
        Assert.Contains("Reason: certificateHold", _party.AskByOpenSsl(leaf, Authority.Issuing), StringComparison.Ordinal);
        Authority.Revoke(leaf, X509RevocationReason.RemoveFromCrl);
        Assert.Contains("certificate.pem: good", _party.AskByOpenSsl(leaf, Authority.Issuing), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Authority.Revoke(leaf, X509RevocationReason.RemoveFromCrl));

        Authority.Revoke(leaf, X509RevocationReason.Unspecified, DateTimeOffset.UtcNow.AddMinutes(-5));
        Assert.DoesNotContain("Reason:", _party.AskByOpenSsl(leaf, Authority.Issuing), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Authority.Revoke(leaf, X509RevocationReason.RemoveFromCrl));
        Assert.Throws<ArgumentException>(() => Authority.Revoke(leaf));
        Assert.Equal(Rules.Revoked, _party.Verify(leaf, [await _party.ListAsync("root.crl")], [await _party.AskAsync(leaf, Authority.Issuing)]).Failure!.Rule);
    }

    [Fact]
    public async Task A_certificate_that_expired_is_answered_for_up_to_the_archive_cutoff()
    {
        var now = DateTimeOffset.UtcNow;
        await using var forgetful = await RelyingParty.StartAsync(new AuthorityOptions { ArchiveCutoff = null });
        foreach (var (party, isKnown) in new[] { (_party, true), (forgetful, false) })
        {
            var old = party.Authority.Issue(new CertificateOrder("CN=Old") { NotBefore = now.AddMinutes(-50), NotAfter = now.AddMinutes(-5) });
            Assert.Contains("certificate.pem: good", party.AskByOpenSsl(old, party.Authority.Issuing), StringComparison.Ordinal);
            Assert.Equal(isKnown, party.Verify(old, [await party.ListAsync("root.crl")], [await party.AskAsync(old, party.Authority.Issuing)], now.AddMinutes(-10)).Passed);
        }
    }

    private static ReadOnlySpan<byte> SubjectKey(X509Certificate2 certificate) => certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.Span;
}
