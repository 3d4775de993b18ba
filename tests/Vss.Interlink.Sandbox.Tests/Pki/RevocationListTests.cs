using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Vss.Interlink.Sandbox.Pki;
using Vss.Interlink.TestKit;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Sandbox.Tests.Pki;

/// <summary>RFC 5280 section 5, judged by <c>openssl verify</c> and by the hub.</summary>
public sealed class RevocationListTests : IAsyncLifetime
{
    private RelyingParty _party = null!;

    private SandboxAuthority Authority => _party.Authority;

    public async ValueTask InitializeAsync() => _party = await RelyingParty.StartAsync();

    public ValueTask DisposeAsync() => _party.DisposeAsync();

    [Theory]
    [InlineData(AuthorityKey.EcdsaP256)]
    [InlineData(AuthorityKey.Rsa2048)]
    public async Task A_revocation_stands_on_the_list_that_is_published_next(AuthorityKey key)
    {
        await using var party = await RelyingParty.StartAsync(new AuthorityOptions { Key = key });
        var (good, revoked) = (party.Authority.Issue(new CertificateOrder("CN=Good")), party.Authority.Issue(new CertificateOrder("CN=Revoked")));
        party.Authority.Revoke(revoked);
        var root = await party.ListAsync("root.crl");

        var before = await party.ListAsync("issuing.crl");
        Assert.Equal(("OK", true), (party.VerifyByOpenSsl(revoked, [root, before], "-crl_check_all"), party.Verify(revoked, [root, before], []).Passed));

        party.Authority.Publish();
        var after = await party.ListAsync("issuing.crl");
        Assert.Equal(("OK", true), (party.VerifyByOpenSsl(good, [root, after], "-crl_check_all"), party.Verify(good, [root, after], []).Passed));
        Assert.Contains("certificate revoked", party.VerifyByOpenSsl(revoked, [root, after], "-crl_check_all"), StringComparison.Ordinal);
        Assert.Equal(Rules.Revoked, party.Verify(revoked, [root, after], []).Failure!.Rule);
    }

    [Fact]
    public async Task A_delta_list_brings_news_before_the_next_complete_one_and_takes_holds_back()
    {
        var (revoked, held) = (Authority.Issue(new CertificateOrder("CN=Revoked")), Authority.Issue(new CertificateOrder("CN=Held")));
        Authority.Revoke(held, X509RevocationReason.CertificateHold);
        Authority.Publish();
        Authority.Revoke(revoked);
        Authority.Revoke(held, X509RevocationReason.RemoveFromCrl);
        Authority.PublishDelta();
        var (root, complete, delta) = (await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl"), await _party.ListAsync("issuing-delta.crl"));

        string ByOpenSsl(X509Certificate2 leaf, params byte[][] lists) => _party.VerifyByOpenSsl(leaf, lists, "-crl_check", "-extended_crl", "-use_deltas");
        Assert.Equal("OK", ByOpenSsl(revoked, complete));
        Assert.Contains("certificate revoked", ByOpenSsl(held, complete), StringComparison.Ordinal);
        Assert.Contains("certificate revoked", ByOpenSsl(revoked, complete, delta), StringComparison.Ordinal);
        Assert.Equal("OK", ByOpenSsl(held, complete, delta));
        Assert.Equal(Rules.Revoked, _party.Verify(held, [root, complete], []).Failure!.Rule);
        Assert.Equal(Rules.Revoked, _party.Verify(revoked, [root, complete, delta], []).Failure!.Rule);
        Assert.True(_party.Verify(held, [root, complete, delta], []).Passed);
    }

    [Fact]
    public async Task A_complete_list_and_its_delta_have_one_number_and_the_delta_leads_from_the_list_before()
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        var (root, before) = (await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl"));
        Authority.Revoke(leaf);
        Authority.Publish();
        var (after, delta) = (await _party.ListAsync("issuing.crl"), await _party.ListAsync("issuing-delta.crl"));

        Assert.True(Number(before) < Number(after));
        Assert.Equal(Number(after), Number(delta));
        Assert.Contains("certificate revoked", _party.VerifyByOpenSsl(leaf, [before, delta], "-crl_check", "-extended_crl", "-use_deltas"), StringComparison.Ordinal);
        Assert.Equal(Rules.Revoked, _party.Verify(leaf, [root, before, delta], []).Failure!.Rule);
    }

    [Theory]
    [InlineData(CertificateLists.Partition, "issuing-part.crl")]
    [InlineData(CertificateLists.Indirect, "issuing-indirect.crl")]
    public async Task A_certificate_may_name_a_list_of_its_own_point_or_of_another_issuer(CertificateLists lists, string file)
    {
        var (good, revoked) = (Authority.Issue(new CertificateOrder("CN=Good") { Lists = lists }), Authority.Issue(new CertificateOrder("CN=Revoked") { Lists = lists }));
        var elsewhere = Authority.Issue(new CertificateOrder("CN=Elsewhere"));
        Authority.Revoke(revoked);
        Authority.Revoke(elsewhere);
        Authority.Publish();
        var (root, list) = (await _party.ListAsync("root.crl"), await _party.ListAsync(file));

        Assert.Equal("OK", _party.VerifyByOpenSsl(good, [root, list], "-crl_check", "-extended_crl"));
        Assert.Contains("certificate revoked", _party.VerifyByOpenSsl(revoked, [root, list], "-crl_check", "-extended_crl"), StringComparison.Ordinal);
        Assert.True(_party.Verify(good, [root, list], []).Passed);
        Assert.Equal(Rules.Revoked, _party.Verify(revoked, [root, list], []).Failure!.Rule);

        // Another certificate is not on it, revoked or not, and it shows nothing of it.
        Assert.Contains("ifferent CRL scope", _party.VerifyByOpenSsl(elsewhere, [root, list], "-crl_check", "-extended_crl"), StringComparison.Ordinal);
        Assert.Equal(Rules.RevocationKnown, _party.Verify(elsewhere, [root, list], []).Failure!.Rule);
    }

    [Fact]
    public async Task The_roots_list_revokes_the_issuing_authority()
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        Authority.Revoke(Authority.Issuing, X509RevocationReason.CACompromise);
        Authority.Publish();
        byte[][] lists = [await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl")];

        Assert.Contains("error 23 at 1 depth", _party.VerifyByOpenSsl(leaf, lists, "-crl_check_all"), StringComparison.Ordinal);
        Assert.Equal(Rules.AuthorityRevoked, _party.Verify(leaf, lists, []).Failure!.Rule);
    }

    [Fact]
    public async Task A_list_that_ended_is_followed_by_the_next()
    {
        var clock = new ManualClock(Holder.Now);
        await using var party = await RelyingParty.StartAsync(new AuthorityOptions { Clock = clock });
        var first = await party.ListAsync("issuing.crl");
        var delta = await party.ListAsync("issuing-delta.crl");
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(first, await party.ListAsync("issuing.crl"));
        Assert.NotEqual(delta, await party.ListAsync("issuing-delta.crl"));
        clock.Advance(TimeSpan.FromDays(1));

        var next = CertificateList.TryRead(await party.ListAsync("issuing.crl"))!;

        Assert.Equal((clock.GetUtcNow(), clock.GetUtcNow().AddDays(1)), (next.ThisUpdate, next.NextUpdate));
        Assert.True(Number(first) < Number(await party.ListAsync("issuing.crl")));
    }

    [Fact]
    public async Task Lists_that_are_made_to_end_stay_so_until_new_ones_are_published()
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        Authority.ExpireLists();
        for (var time = 0; time < 2; time++)
        {
            byte[][] ended = [await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl")];
            Assert.Contains("CRL has expired", _party.VerifyByOpenSsl(leaf, ended, "-crl_check"), StringComparison.Ordinal);
            Assert.Equal(Rules.RevocationKnown, _party.Verify(leaf, ended, []).Failure!.Rule);
        }

        Authority.Publish();
        Assert.True(_party.Verify(leaf, [await _party.ListAsync("root.crl"), await _party.ListAsync("issuing.crl")], []).Passed);
    }

    [Fact]
    public async Task A_delta_list_that_was_made_to_end_releases_nobody()
    {
        var revoked = Authority.Issue(new CertificateOrder("CN=Revoked"));
        Authority.Revoke(revoked);
        Authority.Publish();
        Authority.ExpireLists();
        var (_, text) = _party.OpenSsl.Run("crl", "-inform", "DER", "-in", _party.OpenSsl.Write("ended.crl", await _party.ListAsync("issuing-delta.crl")), "-noout", "-text");
        Assert.Contains("Delta CRL Indicator", text, StringComparison.Ordinal);
        Assert.Contains("No Revoked Certificates", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_the_newest_list_is_told_so()
    {
        using var first = await _party.Http.GetAsync("ca/issuing.crl");
        Assert.Equal("application/pkix-crl", first.Content.Headers.ContentType?.MediaType);
        using var request = new HttpRequestMessage(HttpMethod.Get, "ca/issuing.crl") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var second = await _party.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Certificates_are_where_caIssuers_points()
    {
        var leaf = Authority.Issue(new CertificateOrder("CN=Leaf"));
        var locations = leaf.Extensions.OfType<X509AuthorityInformationAccessExtension>().Single();
        Assert.Equal(Authority.Issuing.RawData, await _party.Http.GetByteArrayAsync(locations.EnumerateCAIssuersUris().Single()));
        Assert.Equal(Authority.OcspAddress.AbsoluteUri, locations.EnumerateOcspUris().Single());
        using var missing = await _party.Http.GetAsync("ca/nobody.cer");
        using var unlisted = await _party.Http.GetAsync("ca/nobody.crl");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (missing.StatusCode, unlisted.StatusCode));
    }

    private long Number(byte[] list)
    {
        var (_, output) = _party.OpenSsl.Run("crl", "-inform", "DER", "-in", _party.OpenSsl.Write("numbered.crl", list), "-noout", "-crlnumber");
        return long.Parse(output.Trim()["crlNumber=0x".Length..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
