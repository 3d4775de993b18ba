using System.Security.Cryptography;
using Vss.Interlink.XmlSecurity.Reading;

namespace Vss.Interlink.XmlSecurity.Signatures;

/// <summary>
/// The digest that an enveloped signature at the end of a document will most probably ask for, computed while signatures are looked for: then the second
/// pass need not read again what stands before the signature. It is used only where SignedInfo asks for exactly this; otherwise the second pass computes
/// what is asked for as if there had been nothing of the kind.
/// </summary>
internal sealed class ForeseenDigest : IDisposable
{
    /// <summary>Octets at the end of a document that tell.</summary>
    public const int TailLength = 16 * 1024;

    private static readonly (byte[] Uri, CanonicalizationMethod Method)[] Methods =
        [.. new[] { CanonicalizationMethod.Exclusive, CanonicalizationMethod.Inclusive, CanonicalizationMethod.Inclusive11 }.Select(method => (InQuotes(method.Uri), method))];

    private static readonly (byte[] Uri, HashAlgorithmName Hash)[] Hashes =
    [
        (InQuotes("http://www.w3.org/2001/04/xmlenc#sha256"), HashAlgorithmName.SHA256),
        (InQuotes("http://www.w3.org/2001/04/xmldsig-more#sha384"), HashAlgorithmName.SHA384),
        (InQuotes("http://www.w3.org/2001/04/xmlenc#sha512"), HashAlgorithmName.SHA512),
    ];

    private readonly DigestBudget _work = new(long.MaxValue);
    private readonly DigestSource _source;
    private bool _hasMore = true;
    private int _leftOut;   // signatures, but for those that stand in one

    private ForeseenDigest(CanonicalizationMethod method, HashAlgorithmName hash)
    {
        _source = new DigestSource(0, null, method, "", false, false, DigestSource.EverySignature);
        Job = new DigestJob(_source, _work);
        Job.Digest(hash);
    }

    /// <summary>Computes it. Of use when <see cref="Signature"/> is there.</summary>
    public DigestJob Job { get; }

    /// <summary>What was computed, in octets.</summary>
    public long Work => _work.Taken;

    /// <summary>The only signature, a child of the root element; null where there is none such, or more than one.</summary>
    public XmlBookmark? Signature { get; private set; }

    /// <summary>The same octets by the names that references have for them.</summary>
    public IEnumerable<DigestSource> Sources => Signature is { } signature ? [_source with { LeftOut = signature.Ordinal }, _source] : [];

    /// <summary>Null when the end of the document does not look like a signature that is foreseen.</summary>
    public static ForeseenDigest? Of(ReadOnlySpan<byte> tail)
    {
        if (tail.IndexOf("#enveloped-signature"u8) < 0) return null;
        foreach (var (methodUri, method) in Methods)
        {
            if (tail.IndexOf(methodUri) < 0) continue;
            foreach (var (hashUri, hash) in Hashes)
            {
                if (tail.IndexOf(hashUri) >= 0) return new ForeseenDigest(method, hash);
            }
        }

        return null;
    }

    /// <summary>Looks at a token of the first pass.</summary>
    public void Accept(XmlTokenizer xml)
    {
        var leftOut = Job.LeftOutDepth;
        if (!_hasMore || (leftOut > 0 && leftOut != xml.Depth)) return;
        _hasMore = Job.Accept(xml, DigestPass.Looking(xml));
        if (leftOut > 0 || Job.LeftOutDepth == 0) return;
        Signature = ++_leftOut == 1 ? xml.Bookmark() : null;
    }

    /// <summary>The document ended.</summary>
    public void Complete()
    {
        if (_hasMore) Job.Complete();
        if (!Job.IsDone) Signature = null;
    }

    public void Dispose() => Job.Dispose();

    private static byte[] InQuotes(string uri) => System.Text.Encoding.UTF8.GetBytes(uri + '"');
}
