using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Vss.Interlink.XmlSecurity.Tests.Canonical;

namespace Vss.Interlink.XmlSecurity.Tests.Signatures;

/// <summary>
/// Signs documents of any form: the text has a place <c>@id@</c> for the digest of each signed element (<c>@@</c> for that of the whole document), in either case without the first signature in it, and
/// <c>@value@</c> for the signature value. The canonical forms are libxml2's.
/// </summary>
internal static class HandSigner
{
    public static bool CanSign => Libxml2.IsHere;

    public static byte[] RsaSha256(byte[] octets) => Signers.Rsa.SignData(octets, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public static byte[] Sign(string text, Func<byte[], byte[]>? sign = null, CanonicalizationMethod? method = null)
    {
        method ??= CanonicalizationMethod.Exclusive;
        var ids = Elements(text).Select(element => element.GetAttribute("Id")).Where(id => id.Length > 0 && text.Contains($"@{id}@", StringComparison.Ordinal)).ToList();
        foreach (var id in ids) text = text.Replace($"@{id}@", Digest(Canonical(text, method, element => element.GetAttribute("Id") == id)), StringComparison.Ordinal);
        if (text.Contains("@@", StringComparison.Ordinal)) text = text.Replace("@@", Digest(Canonical(text, method, null)), StringComparison.Ordinal);
        var value = (sign ?? RsaSha256)(Canonical(text, method, element => element.LocalName == "SignedInfo"));
        return Encoding.UTF8.GetBytes(text.Replace("@value@", Convert.ToBase64String(value), StringComparison.Ordinal));
    }

    /// <summary>The canonical octets of the first such element, of the document for null, without the first signature in it.</summary>
    public static byte[] Canonical(string text, CanonicalizationMethod method, Func<XmlElement, bool>? which)
    {
        var elements = Elements(text);
        var ordinal = which is null ? 0 : elements.FindIndex(element => which(element)) + 1;
        var around = which is null ? elements[0] : elements[ordinal - 1];
        var leftOut = elements.FindIndex(element => element.LocalName == "Signature" && element != around && around.SelectNodes("descendant::*")!.Cast<XmlElement>().Contains(element)) + 1;
        return Libxml2.Write(Encoding.UTF8.GetBytes(text), method, ordinal, null, leftOut)!;
    }

    private static string Digest(byte[] octets) => Convert.ToBase64String(SHA256.HashData(octets));

    private static List<XmlElement> Elements(string text) => [.. DotNetSigner.Load(text).SelectNodes("//*")!.Cast<XmlElement>()];
}
