using System.Net.Http.Headers;
using Vss.Interlink.TestKit.Pki;
using Vss.Interlink.Trust.Revocation;
using Vss.Interlink.Trust.Tests.Paths;
using Vss.Interlink.Trust.Verification;

namespace Vss.Interlink.Trust.Tests.Peers;

/// <summary>RFC 6960, answered over HTTP by <c>openssl ocsp</c>.</summary>
public sealed class OcspPeerTests : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Holder _root = Holder.Root("CN=Root", Current);
    private readonly Holder _leaf;

    public OcspPeerTests() => _leaf = _root.Issue("CN=Leaf", Current);

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_authority_answers_by_name_and_by_key_that_a_certificate_is_good_or_revoked(bool byKey)
    {
        var revoked = _root.Issue("CN=Revoked", Current);
        using var server = new OpenSslOcsp(_root, _root, [new(_leaf.Certificate), new(revoked.Certificate, DateTimeOffset.UtcNow.AddHours(-1), "superseded")], byKey ? ["-resp_key_id"] : []);

        var answer = await AskAsync(server, server.Request(_leaf.Certificate));
        Assert.Equal(byKey, OcspAnswer.TryRead(answer)!.ResponderKey is not null);
        With(answer).Accepts(_leaf);
        With(await AskAsync(server, server.Request(revoked.Certificate))).Refuses(revoked, Rules.Revoked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_responder_that_the_authority_named_answers_in_its_place(bool byKey)
    {
        using var server = new OpenSslOcsp(_root, Responder(Extensions.OcspSigning), [new(_leaf.Certificate)], byKey ? ["-resp_key_id"] : []);
        With(await AskAsync(server, server.Request(_leaf.Certificate))).Accepts(_leaf);
    }

    [Fact]
    public async Task A_responder_that_it_did_not_name_is_not_believed()
    {
        using var unnamed = new OpenSslOcsp(_root, Responder(Extensions.ClientAuth), [new(_leaf.Certificate)]);
        With(await AskAsync(unnamed, unnamed.Request(_leaf.Certificate))).Refuses(_leaf, Rules.RevocationKnown);
        using var strange = new OpenSslOcsp(_root, Holder.Root("CN=Root", Current), [new(_leaf.Certificate)]);
        With(await AskAsync(strange, strange.Request(_leaf.Certificate))).Refuses(_leaf, Rules.RevocationKnown);
        using var silent = new OpenSslOcsp(_root, Responder(Extensions.OcspSigning), [new(_leaf.Certificate)], "-resp_no_certs");
        With(await AskAsync(silent, silent.Request(_leaf.Certificate))).Refuses(_leaf, Rules.RevocationKnown);
    }

    [Fact]
    public async Task A_certificate_that_the_responder_does_not_know_is_not_shown_to_be_good()
    {
        using var server = new OpenSslOcsp(_root, _root, []);
        var answer = await AskAsync(server, server.Request(_leaf.Certificate));
        Assert.Equal(OcspStatus.Unknown, Assert.Single(OcspAnswer.TryRead(answer)!.Lines).Status);
        With(answer).Refuses(_leaf, Rules.RevocationKnown);
    }

    [Fact]
    public async Task The_nonce_of_the_request_is_read_from_its_answer()
    {
        using var server = new OpenSslOcsp(_root, _root, [new(_leaf.Certificate)]);
        var request = server.Request(_leaf.Certificate, "-nonce");
        var nonce = OcspAnswer.TryRead(await AskAsync(server, request))!.Nonce!.Value;
        Assert.True(nonce.Length >= 16 && request.AsSpan().IndexOf(nonce.Span) > 0);
        Assert.Null(OcspAnswer.TryRead(await AskAsync(server, server.Request(_leaf.Certificate, "-no_nonce")))!.Nonce);
    }

    [Fact]
    public async Task Certificates_named_by_SHA_256_and_answers_signed_with_SHA_512_are_understood()
    {
        using var server = new OpenSslOcsp(_root, _root, [new(_leaf.Certificate)], "-rmd", "sha512");
        With(await AskAsync(server, server.Request(_leaf.Certificate, "-sha256"))).Accepts(_leaf);
    }

    [Fact]
    public async Task Asked_by_GET_the_answer_is_the_same()
    {
        using var server = new OpenSslOcsp(_root, _root, [new(_leaf.Certificate)]);
        var request = server.Request(_leaf.Certificate, "-no_nonce");
        With(await _http.GetByteArrayAsync(new Uri(server.Address, Uri.EscapeDataString(Convert.ToBase64String(request))))).Accepts(_leaf);
    }

    private Holder Responder(string usage) => _root.Issue("CN=Responder", settings =>
    {
        Current(settings);
        settings.With(Extensions.Extended(usage));
    });

    private Judging With(byte[] answer) => Judging.Below(_root).WithAnswers(answer).Asking(request => request with { Now = DateTimeOffset.UtcNow });

    private async Task<byte[]> AskAsync(OpenSslOcsp server, byte[] request)
    {
        using var content = new ByteArrayContent(request) { Headers = { ContentType = new MediaTypeHeaderValue("application/ocsp-request") } };
        using var response = await _http.PostAsync(server.Address, content);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    // The server answers with the machine's time.
    private static void Current(CertificateSettings settings) => (settings.NotBefore, settings.NotAfter) = (DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(30));
}
