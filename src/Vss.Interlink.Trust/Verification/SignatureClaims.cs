using System.Globalization;
using System.Xml;

namespace Vss.Interlink.Trust.Verification;

/// <summary>
/// What a signature says of itself, as far as it could be read. For reports: it binds nobody unless the verdict passed, and decisions rest on
/// <see cref="VerifiedDocument"/> alone.
/// </summary>
/// <param name="Id">The Id attribute of ds:Signature, or empty.</param>
/// <param name="Algorithms">Algorithm identifiers of ds:SignedInfo, each once, in document order; at most 32.</param>
/// <param name="Signer">Who the certificate says signed; null when none could be read.</param>
/// <param name="IsXades">Whether it refers to XAdES signed properties of its own.</param>
/// <param name="SigningTime">xades:SigningTime of the properties that are referred to; null when there is none.</param>
public sealed record SignatureClaims(string Id, IReadOnlyList<string> Algorithms, Signatory? Signer = null, bool IsXades = false, DateTimeOffset? SigningTime = null)
{
    private const int MaxAlgorithms = 32;

    internal static SignatureClaims Of(XmlElement signature, XmlElement signedInfo) => new(
        signature.GetAttribute("Id"),
        [.. AlgorithmsIn(signedInfo).Distinct(StringComparer.Ordinal).Take(MaxAlgorithms)]);

    // SignedInfo has a fixed depth: method, reference, transforms, transform.
    private static IEnumerable<string> AlgorithmsIn(XmlElement element) =>
        SignatureElement.Elements(element).SelectMany(child => child.HasAttribute("Algorithm") ? AlgorithmsIn(child).Prepend(child.GetAttribute("Algorithm")) : AlgorithmsIn(child));

    internal SignatureClaims WithProperties(XmlElement properties)
    {
        var own = SignatureElement.Elements(properties).FirstOrDefault(child => child.LocalName == "SignedSignatureProperties");
        var time = own is null ? null : SignatureElement.Elements(own).FirstOrDefault(child => child is { LocalName: "SigningTime", NamespaceURI: Dsig.Xades });
        return this with
        {
            IsXades = true,
            SigningTime = DateTimeOffset.TryParseExact(time?.InnerText.Trim(), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null,
        };
    }
}
