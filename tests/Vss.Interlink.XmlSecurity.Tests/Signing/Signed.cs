using System.Text;
using Vss.Interlink.XmlSecurity.Signing;

namespace Vss.Interlink.XmlSecurity.Tests.Signing;

/// <summary>What the product signs in these tests.</summary>
internal static class Signed
{
    public static readonly DateTimeOffset At = new(2026, 3, 2, 9, 30, 15, TimeSpan.FromHours(7));

    public static SignatureOptions Options(SignatureAlgorithm? algorithm = null) => new()
    {
        Certificate = TestKeys.For(algorithm ?? SignatureAlgorithm.RsaSha256).Certificate,
        Algorithm = algorithm ?? SignatureAlgorithm.RsaSha256,
        Digest = (algorithm ?? SignatureAlgorithm.RsaSha256).Digest,
        Xades = new XadesProperties { SigningTime = At },
    };

    public static Task<byte[]> Enveloped(string xml, SignatureOptions? options = null, SignaturePlace? place = null, params IReadOnlyList<SignatureReference> references) =>
        Enveloped(Encoding.UTF8.GetBytes(xml), options, place, references);

    public static async Task<byte[]> Enveloped(byte[] xml, SignatureOptions? options = null, SignaturePlace? place = null, params IReadOnlyList<SignatureReference> references)
    {
        options ??= Options();
        using var output = new MemoryStream();
        var refusal = await XmlSigner.SignAsync(
            OctetSource.Of(xml), place ?? SignaturePlace.InRoot, references.Count > 0 ? references : [new SignatureReference.WholeDocument()], options, new XmlLimits(),
            TestKeys.For(options.Algorithm).Signer(options.Algorithm), output, default);
        Assert.Null(refusal);
        return output.ToArray();
    }

    public static async Task<byte[]> Alone(SignatureOptions options, params IReadOnlyList<SignatureReference> references)
    {
        using var output = new MemoryStream();
        var refusal = await XmlSigner.SignAloneAsync(references, options, new XmlLimits(), TestKeys.For(options.Algorithm).Signer(options.Algorithm), output, default);
        Assert.Null(refusal);
        return output.ToArray();
    }

    public static SigningRefusal Refusal(string xml, SignatureOptions? options = null, SignaturePlace? place = null, params IReadOnlyList<SignatureReference> references)
    {
        var preparation = XmlSigner.Prepare(
            OctetSource.Of(Encoding.UTF8.GetBytes(xml)), place ?? SignaturePlace.InRoot, references.Count > 0 ? references : [new SignatureReference.WholeDocument()], options ?? Options(), new XmlLimits());
        Assert.Null(preparation.Signature);
        return preparation.Refusal!;
    }
}
