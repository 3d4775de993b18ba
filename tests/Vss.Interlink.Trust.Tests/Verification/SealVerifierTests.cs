using System.Security.Cryptography;
using System.Text;
using Vss.Interlink.TestKit;
using Vss.Interlink.Trust.Signing;
using Vss.Interlink.Trust.Verification;
using Vss.Interlink.XmlSecurity;

namespace Vss.Interlink.Trust.Tests.Verification;

public sealed class SealVerifierTests : IDisposable
{
    private static readonly byte[] Header = Encoding.UTF8.GetBytes("<Header xmlns=\"urn:vss:test\"><Subject>Quyết định</Subject></Header>");
    private readonly TestTrust _trust = new();

    public void Dispose() => _trust.Dispose();

    [Fact]
    public async Task A_seal_passes_over_what_was_sealed_and_hands_on_the_sealed_header()
    {
        var parts = Parts("a", "b c/ấ");
        var seal = await Seal(parts);
        Assert.True(SealVerifier.LooksLikeSeal(seal, "urn:vss:test"));
        Assert.False(SealVerifier.LooksLikeSeal(seal, "urn:other"));
        var passed = Assert.IsType<VerificationResult.Passed>(_trust.Seals.Verify(seal, Header, parts));
        Assert.Equal(Header, passed.Document.Octets.ToArray());
        Assert.Equal(2, passed.Document.Verdict.Covered.Count(coverage => coverage.Kind == CoverageKind.External));
    }

    [Fact]
    public async Task A_changed_header_is_refused() =>
        Assert.Equal(Rules.CoverageHeader, Refused(await Seal(Parts("a")), Encoding.UTF8.GetBytes("<Header xmlns=\"urn:vss:test\"><Subject>Khác</Subject></Header>"), Parts("a")));

    [Fact]
    public async Task A_changed_attachment_is_refused()
    {
        var changed = new Dictionary<string, ReadOnlyMemory<byte>> { ["a"] = SHA256.HashData("other"u8) };
        Assert.Equal(Rules.Digest, Refused(await Seal(Parts("a")), Header, changed));
    }

    [Fact]
    public async Task An_attachment_that_was_taken_away_is_refused() => Assert.Equal(Rules.CoverageAttachments, Refused(await Seal(Parts("a", "b")), Header, Parts("a")));

    [Fact]
    public async Task An_attachment_that_was_added_is_refused() => Assert.Equal(Rules.CoverageAttachments, Refused(await Seal(Parts("a")), Header, Parts("a", "b")));

    [Fact]
    public async Task A_header_that_was_changed_in_the_seal_too_is_refused()
    {
        var seal = Encoding.UTF8.GetString(await Seal(Parts("a"))).Replace("Quyết định", "Khác", StringComparison.Ordinal);
        Assert.Equal(Rules.Digest, Refused(Encoding.UTF8.GetBytes(seal), Encoding.UTF8.GetBytes("<Header xmlns=\"urn:vss:test\"><Subject>Khác</Subject></Header>"), Parts("a")));
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Parts(params string[] ids) => ids.ToDictionary(id => id, id => (ReadOnlyMemory<byte>)SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    private Task<byte[]> Seal(Dictionary<string, ReadOnlyMemory<byte>> parts) => _trust.Signer.SealAsync(new SealedContent(Header, [.. parts.Select(part => new SealedPart(part.Key, part.Value))]), default);

    private string Refused(byte[] seal, byte[] header, Dictionary<string, ReadOnlyMemory<byte>> parts) =>
        Assert.IsType<VerificationResult.Refused>(_trust.Seals.Verify(seal, header, parts)).Verdict.Failure!.Rule;
}
